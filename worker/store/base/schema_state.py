"""Is the database's schema the one that this release needs? Read without Alembic, which workers need not carry."""

import re
from functools import cache
from importlib.resources import files
from typing import Final

from sqlalchemy import Engine, String, column, inspect, select, table
from sqlalchemy.exc import OperationalError

from worker.domain.errors import Rejected, Unavailable

NO_SCHEMA: Final = "the database has no schema yet: run `callbeat migrate`"
_REVISION: Final = re.compile(r'^(down_)?revision(?:: [^=]+)? = (?:"(\w+)"|None)$', re.MULTILINE)
_NOTED: Final = select(column("version_num", String)).select_from(table("alembic_version"))


class WrongSchema(Rejected):
    """The schema is not the one that this release needs; the message is the one line that the operator reads."""


class OlderSchema(WrongSchema):
    """The database has no schema, or that of an earlier release."""


class NewerSchema(WrongSchema):
    """The database has the schema of a later release, on which this one still runs."""


def check_schema(engine: Engine) -> None:
    """Raise ``OlderSchema``, ``NewerSchema``, or ``Unavailable`` when the database cannot be asked."""
    try:
        noted = _noted_in(engine)
    except OperationalError as error:
        raise Unavailable("the database is away") from error
    known, newest = _revisions()
    if noted == newest:
        return
    if not noted:
        raise OlderSchema(NO_SCHEMA)
    if noted not in known:
        raise NewerSchema(
            f"the database's schema ({noted}) is newer than this release, which knows {newest} at most: "
            "install the release that migrated it"
        )
    raise OlderSchema(
        f"the database's schema ({noted}) is older than this release needs ({newest}): run `callbeat migrate`"
    )


def _noted_in(engine: Engine) -> str:
    """Return the revision that the database notes; empty when there is none."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.scalar(_NOTED) or ""


@cache
def _revisions() -> tuple[frozenset[str], str]:
    """Return the revisions that this release knows, and the newest: the one that no other builds upon."""
    known: set[str] = set()
    built_upon: set[str] = set()
    for file in files("worker.store.migrations").joinpath("versions").iterdir():
        if file.name.endswith(".py"):
            for down, revision in _REVISION.findall(file.read_text(encoding="utf-8")):
                (built_upon if down else known).add(revision)
    (newest,) = known - built_upon
    return frozenset(known), newest
