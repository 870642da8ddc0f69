"""The revisions give exactly the schema of ``tables.py``, on both databases, however many processes run them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect

from worker.store.engine import make_engine
from worker.store.migrate import _config, is_current, migrate
from worker.store.tables import metadata


@pytest.fixture(
    params=[pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    return str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


def test_an_empty_database_is_not_current(engine: Engine) -> None:
    assert not is_current(engine)


def test_the_revisions_give_exactly_the_tables(engine: Engine) -> None:
    migrate(engine)

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
        indexes = {name for table in metadata.tables for name in _index_names(connection, table)}
    assert differences == []
    assert indexes == {str(index.name) for table in metadata.tables.values() for index in table.indexes}
    assert is_current(engine)


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    migrate(engine)

    migrate(engine)

    assert is_current(engine)


def test_processes_that_migrate_at_once_do_not_disturb_each_other(url: str) -> None:
    def migrate_alone(_number: int) -> bool:
        engine = make_engine(url)
        try:
            migrate(engine)
            return is_current(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(migrate_alone, range(4))) == [True] * 4


def test_every_revision_can_be_taken_back(engine: Engine) -> None:
    migrate(engine)

    with engine.begin() as connection:
        command.downgrade(_config(connection), "base")

    assert inspect(engine).get_table_names() == ["alembic_version"]


def _index_names(connection: Connection, table: str) -> set[str]:
    indexes = inspect(connection).get_indexes(table)
    return {str(index["name"]) for index in indexes if "duplicates_constraint" not in index}
