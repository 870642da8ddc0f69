"""Checks what a running Callbeat needs, says what is wrong, and tells what to type."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import Final

import typer

from worker.cli.columns import print_json, print_rows
from worker.cli.encryption import key_ids
from worker.cli.plain_text import visible
from worker.cli.recording_advice import recording_findings
from worker.cli.switch_advice import CDR_MODULE, MODULES, Finding, Needs, judge
from worker.cli.unknown_variables import unknown_variables
from worker.cli.voice_advice import voice_findings, voice_modules
from worker.clock import SystemClock
from worker.coordination.connection import connect, server_version
from worker.coordination.wakeups import RedisWakeups
from worker.domain.errors import CallbeatError, Unavailable
from worker.domain.speech.back_off import Rest
from worker.domain.switch import Switch, SwitchState
from worker.domain.switch_address import SwitchUrl
from worker.ports.records.entities import GatewayDemand
from worker.settings import DATABASE_FILE, Settings, environment
from worker.store.base.durability import ON_SQLITE, durability_risks
from worker.store.base.engine import make_engine
from worker.store.base.schema_state import check_schema
from worker.store.transaction import SqlStore
from worker.telephony.connection import LoginRefused, NotReached, open_connection
from worker.telephony.survey import survey
from worker.usecases.records.rotate_secret_key import present_key
from worker.wiring import answer_application, settings, sound_store, speaks, switches

_KEEP_COMMITS: Final = "deploy/README.md, section Durability"
_SET_UP: Final = "deploy/freeswitch/README.md, section Set up"


def doctor(*, as_json: bool) -> None:
    """Check configuration, database, broker and switches; exit 1 if one of them is not well."""
    findings = list(examine())
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _print(findings)
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
    for line in unknown_variables(environment()):
        yield Finding("configuration", is_well=False, seen=line)
    yield _look("database", partial(_database, chosen))
    yield from _durability(chosen)
    yield from _hold(chosen)
    yield from _secrets(chosen)
    yield _look("broker", partial(_broker, chosen))
    rows, demand = _known(chosen)
    urls = _urls(rows)
    if not urls:
        seen = "CALLBEAT_SWITCH_URLS is not set, and no `callbeat up` runs here"
        yield Finding("switch", is_well=False, seen=seen, advice=_SET_UP)
    spoken = voice_modules(sounds=_sounds_of(chosen), demand=demand) if speaks(chosen) else {}
    needs = Needs(
        application=answer_application(chosen),
        gateways=demand,
        voice_modules=spoken,
        switches=max(1, len(urls)),
    )
    for url in urls:
        yield from _switch(url, needs=replace(needs, row=rows.get(url.name)))
    yield from _voice(chosen)
    yield from recording_findings(chosen.recordings)


def _print(findings: list[Finding]) -> None:
    rows = [(finding.part, "yes" if finding.is_well else "no", finding.seen) for finding in findings]
    print_rows(("part", "well", "seen"), rows)
    for finding in findings:
        if finding.advice:
            typer.echo(visible(f"{finding.part}: {finding.advice}"))


def _look(part: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(part, is_well=True, seen=look())
    except CallbeatError as error:
        return Finding(part, is_well=False, seen=str(error))


def _database(chosen: Settings) -> str:
    if chosen.database_url is None and not (chosen.home / DATABASE_FILE).exists():
        raise Unavailable("there is none yet: run `callbeat migrate` or `callbeat up`")
    engine = make_engine(chosen.database, keys=chosen.secret_keys)
    try:
        with SqlStore(engine).reading():
            pass
        check_schema(engine)
        return f"{engine.dialect.name}, schema up to date"
    finally:
        engine.dispose()


def _durability(chosen: Settings) -> Iterator[Finding]:
    """Yield what may lose a commit, if the database can be asked."""
    with suppress(CallbeatError):
        if not _database(chosen):
            return
        engine = make_engine(chosen.database, keys=chosen.secret_keys)
        try:
            risks = durability_risks(engine)
        finally:
            engine.dispose()
        for risk in risks:
            yield Finding("durability", is_well=False, seen=risk, advice=_KEEP_COMMITS)
        if not risks:
            kept = ON_SQLITE if engine.dialect.name == "sqlite" else "no setting of PostgreSQL loses a commit"
            yield Finding("durability", is_well=True, seen=kept)


def _hold(chosen: Settings) -> Iterator[Finding]:
    """Yield that all dialling is held, if it is."""
    with suppress(CallbeatError):
        if not _database(chosen):
            return
        engine = make_engine(chosen.database, keys=chosen.secret_keys)
        try:
            with SqlStore(engine).reading() as tx:
                hold = tx.installation.hold()
        finally:
            engine.dispose()
        if hold is not None:
            yield Finding(
                "dialling", is_well=False, seen=str(hold), advice="callbeat release, when all is as it should be"
            )


def _secrets(chosen: Settings) -> Iterator[Finding]:
    """Yield with which key secrets are encrypted, if the database can be asked."""
    with suppress(CallbeatError):
        if not _database(chosen):
            return
        engine = make_engine(chosen.database, keys=chosen.secret_keys)
        try:
            in_use = present_key(SqlStore(engine))
        finally:
            engine.dispose()
        yield _encryption(in_use, ids=key_ids(chosen))


def _encryption(in_use: str, *, ids: list[str]) -> Finding:
    if in_use and in_use not in ids:
        advice = f"put the key {in_use} into CALLBEAT_SECRET_KEY; nothing is lost meanwhile"
        return Finding("secrets", is_well=False, seen=f"encrypted with {in_use}, which is not here", advice=advice)
    if not ids:
        advice = "set CALLBEAT_SECRET_KEY to what `callbeat secret-key new` prints, then `callbeat secret-key rotate`"
        return Finding("secrets", is_well=True, seen="stored in clear", advice=advice)
    if in_use != ids[0]:
        advice = "`callbeat secret-key rotate`, when every process has been restarted with the key"
        return Finding("secrets", is_well=True, seen=f"the newest key {ids[0]} is not used yet", advice=advice)
    return Finding("secrets", is_well=True, seen=f"encrypted with the key {in_use}")


def _broker(chosen: Settings) -> str:
    if chosen.redis_url is None:
        raise Unavailable("CALLBEAT_REDIS_URL is not set, and no `callbeat up` runs here")
    with connect(chosen.redis_url) as redis:
        RedisWakeups(redis).check()
        return f"answers, Redis {server_version(redis)}"


def _voice(chosen: Settings) -> Iterator[Finding]:
    """Yield what callees hear: by voice processes, or by a dialplan of the operator's."""
    if not speaks(chosen):
        yield Finding("voice", is_well=True, seen=f"none: answered calls run {answer_application(chosen)}")
        return
    engines: Mapping[str, Rest] = {}
    with suppress(CallbeatError):
        if _database(chosen):
            engine = make_engine(chosen.database, keys=chosen.secret_keys)
            try:
                with SqlStore(engine).reading() as tx:
                    engines = tx.sounds.engines()
            finally:
                engine.dispose()
    yield from _voice_sounds(chosen, engines=engines)


def _voice_sounds(chosen: Settings, *, engines: Mapping[str, Rest]) -> Iterator[Finding]:
    try:
        store = sound_store(chosen)
    except CallbeatError as error:  # a bucket without an address
        yield Finding("sounds", is_well=False, seen=str(error))
        return
    yield from voice_findings(chosen.voice_urls, sounds=_sounds_of(chosen), store=store, engines=engines)


def _sounds_of(chosen: Settings) -> str:
    return chosen.sounds_url or str(chosen.sounds)


def _known(chosen: Settings) -> tuple[dict[str, Switch], dict[str, GatewayDemand]]:
    """Return the switches' rows and what the carriers need, by name; nothing without a database that answers."""
    with suppress(CallbeatError):
        if not _database(chosen):
            return {}, {}
        engine = make_engine(chosen.database, keys=chosen.secret_keys)
        try:
            with SqlStore(engine).reading() as tx:
                rows, demand = tx.switches.all(), tx.carriers.by_gateway()
        finally:
            engine.dispose()
        return {row.name: row for row in rows}, {one.gateway: one for one in demand}
    return {}, {}


def _urls(rows: dict[str, Switch]) -> list[SwitchUrl]:
    """Return the switches of the table and of the environment, without those that are gone."""
    urls = {url.name: url for url in switches()}
    for name, row in rows.items():
        with suppress(ValueError):
            urls[name] = SwitchUrl.parse(row.url)
    return [url for name, url in urls.items() if name not in rows or rows[name].state is not SwitchState.GONE]


def _switch(url: SwitchUrl, *, needs: Needs) -> Iterator[Finding]:
    part = f"switch {url.name}"
    try:
        connection = open_connection(url)
    except LoginRefused as error:
        advice = "write the password of event_socket.conf.xml into CALLBEAT_SWITCH_URLS"
        yield Finding(part, is_well=False, seen=str(error), advice=advice)
        return
    except NotReached as error:
        advice = (
            "on the switch: fs_cli -x status; listen-ip and apply-inbound-acl in event_socket.conf.xml; the firewall"
        )
        yield Finding(part, is_well=False, seen=str(error), advice=advice)
        return

    def ask(command: str) -> str:
        return connection.command(f"api {command}").text

    try:
        yield _answers(part, needs.row)
        modules = {*MODULES, *needs.voice_modules, CDR_MODULE}
        facts = survey(ask, gateways=needs.gateways, modules=modules, application=needs.application)
        yield from judge(facts, needs=needs, part=part, now=SystemClock().now())
    except CallbeatError as error:
        yield Finding(part, is_well=False, seen=str(error), advice="fs_cli -x status")
    finally:
        connection.close()


def _answers(part: str, row: Switch | None) -> Finding:
    if row is not None and row.state is SwitchState.DRAINING:
        advice = f"callbeat switch resume {row.name}"
        return Finding(part, is_well=True, seen="answers; draining, it gets no new calls", advice=advice)
    return Finding(part, is_well=True, seen="answers")
