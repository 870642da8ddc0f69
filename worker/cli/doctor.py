"""Checks what a running Callbeat needs, and says what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import pendulum
import typer
from pendulum import DateTime
from rich.console import Console
from rich.table import Table

from worker.clock import SystemClock
from worker.coordination.connection import connect
from worker.coordination.wakeups import RedisWakeups
from worker.domain.errors import CallbeatError, Unavailable
from worker.settings import DATABASE_FILE, Settings
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore
from worker.telephony.address import SwitchUrl
from worker.telephony.connection import open_connection
from worker.wiring import settings, switches

MOST_DRIFT_SECONDS: Final = 2.0
"""CDRs carry the switch's times; with a larger difference, durations and recalls no longer agree."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, whether it works, and what was found."""

    part: str
    is_well: bool
    seen: str


def doctor() -> None:
    """Check configuration, database, broker, switch and clock."""
    findings = list(examine())
    table = Table("part", "well", "seen")
    for finding in findings:
        table.add_row(finding.part, "[green]yes[/]" if finding.is_well else "[red]no[/]", finding.seen)
    Console(soft_wrap=True).print(table)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Check each part in turn; one that does not answer hides none of the others."""
    try:
        chosen = settings()
    except CallbeatError as error:
        yield Finding("configuration", is_well=False, seen=str(error))
        return
    yield Finding("configuration", is_well=True, seen=f"home {chosen.home.absolute()}")
    yield _look("database", partial(_database, chosen))
    yield _look("broker", partial(_broker, chosen))
    if not chosen.switch_urls:
        yield Finding("switch", is_well=False, seen="CALLBEAT_SWITCH_URLS is not set, and no `callbeat up` runs here")
    for url in switches():
        yield _look(f"switch {url.name}", partial(_switch, url))


def _look(part: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(part, is_well=True, seen=look())
    except CallbeatError as error:
        return Finding(part, is_well=False, seen=str(error))


def _database(chosen: Settings) -> str:
    from worker.store.base.migrate import is_current  # noqa: PLC0415 - Alembic takes 11 MiB, and workers import this module's neighbours

    if chosen.database_url is None and not (chosen.home / DATABASE_FILE).exists():
        raise Unavailable("there is none yet: run `callbeat migrate` or `callbeat up`")
    engine = make_engine(chosen.database)
    try:
        with SqlStore(engine).reading():
            pass
        if not is_current(engine):
            raise Unavailable("answers, but its schema is not up to date: run `callbeat migrate`")
        return f"{engine.dialect.name}, schema up to date"
    finally:
        engine.dispose()


def _broker(chosen: Settings) -> str:
    if chosen.redis_url is None:
        raise Unavailable("CALLBEAT_REDIS_URL is not set, and no `callbeat up` runs here")
    with connect(chosen.redis_url) as redis:
        RedisWakeups(redis).check()
    return "answers"


def _switch(url: SwitchUrl) -> str:
    connection = open_connection(url)
    try:
        theirs = _moment(connection.command("api strepoch").text)
    finally:
        connection.close()
    apart = abs((theirs - SystemClock().now()).total_seconds())
    if apart > MOST_DRIFT_SECONDS:
        raise Unavailable(f"answers, but its clock and ours are {apart:.0f} s apart")
    return "answers, clocks agree"


def _moment(epoch: str) -> DateTime:
    if not epoch.strip().isdecimal():
        raise Unavailable("answers, but does not tell the time")
    return pendulum.from_timestamp(int(epoch))
