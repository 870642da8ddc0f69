"""Would a commit be lost? What PostgreSQL's settings make of a loss of power, and of the failover to a standby.

A lost commit is a person who is dialled twice, an opt-out that is forgotten, or a CDR that no longer exists:
https://www.postgresql.org/docs/current/wal-async-commit.html and
https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Engine, text

from worker.store.base.dialect import is_sqlite
from worker.store.base.outages import outages_named

_ASKED: Final = text(
    "SELECT name, setting FROM pg_settings"
    " WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names')"
)
_STANDBYS: Final = text("SELECT count(*) FROM pg_stat_replication")
"""Standbys, and receivers of the log; without the right to see them they are counted all the same."""
ON_SQLITE: Final = "SQLite: a killed process loses nothing, a loss of power may lose the last commits"
_SAFE_COMMITS: Final = frozenset({"on", "remote_apply", "remote_write"})


def durability_risks(engine: Engine) -> list[str]:
    """Return which settings may lose a commit, one sentence each; SQLite has none: ``ON_SQLITE`` says what it keeps.

    Raises ``Unavailable`` when the database is away.
    """
    with outages_named(), engine.connect() as connection:
        if is_sqlite(connection):
            return []
        settings = {row.name: row.setting for row in connection.execute(_ASKED)}
        standbys = connection.execute(_STANDBYS).scalar_one()
    return risks_of(settings, standbys=standbys)


def risks_of(settings: Mapping[str, str], *, standbys: int) -> list[str]:
    """Return the risks of a server with these settings and so many standbys that follow it."""
    risks = []
    if settings["fsync"] != "on":
        risks.append("fsync is off: a loss of power destroys the database")
    if settings["full_page_writes"] != "on":
        risks.append("full_page_writes is off: a loss of power may destroy the database")
    is_synchronous = bool(settings["synchronous_standby_names"].strip())
    commit = settings["synchronous_commit"]
    if commit == "off":
        risks.append("synchronous_commit is off: a crash loses the last commits, and people are dialled twice")
    elif is_synchronous and commit not in _SAFE_COMMITS:
        risks.append(f"synchronous_commit is {commit}: a failover loses the last commits, and people are dialled twice")
    if standbys and not is_synchronous:
        risks.append(
            "synchronous_standby_names is empty: a failover to a standby loses the last commits,"
            " and people are dialled twice"
        )
    return risks
