"""Which schema a database has, told in one line."""

from collections.abc import Iterator

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, delete, insert, text, update
from sqlalchemy.sql import column, table

from worker.store.base.engine import make_engine
from worker.store.base.migrate import _config, migrate
from worker.store.base.schema_state import NewerSchema, OlderSchema, _revisions, check_schema
from worker.store.transaction import SqlStore

NOTED = table("alembic_version", column("version_num"))


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Return an empty database whose schema is noted as the newest."""
    made = make_engine("sqlite://")
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(insert(NOTED).values(version_num=_revisions()[1]))
    yield made
    made.dispose()


def note(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(update(NOTED).values(version_num=revision))


def test_the_revisions_are_those_that_alembic_finds(engine: Engine) -> None:
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(_config(connection))

    known, newest = _revisions()

    assert known == {script.revision for script in scripts.walk_revisions()}
    assert [newest] == scripts.get_heads()


def test_the_newest_schema_is_well(engine: Engine) -> None:
    check_schema(engine)


def test_a_database_without_a_schema_is_to_be_migrated(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(delete(NOTED))
    empty = make_engine("sqlite://")

    for one in (engine, empty):
        with pytest.raises(OlderSchema, match=r"no schema yet: run `callbeat migrate`$"):
            check_schema(one)
    empty.dispose()


def test_an_older_schema_is_to_be_migrated(engine: Engine) -> None:
    note(engine, "0003")

    with pytest.raises(OlderSchema, match=r"\(0003\) is older .*: run `callbeat migrate`$"):
        SqlStore(engine).check_schema()


def test_a_newer_schema_is_named_by_migrate_and_is_no_reason_to_stop(engine: Engine) -> None:
    """Migrations only add, so that processes of the release before run on while others are replaced."""
    note(engine, "9999")

    SqlStore(engine).check_schema()
    with pytest.raises(NewerSchema, match=r"\(9999\) is newer than this release"):
        migrate(engine)
