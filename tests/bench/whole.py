"""A whole Callbeat of real processes, with as many leads as are wanted and calls that last as long as is said."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
from sqlalchemy import Connection, Engine, text

from tests.builders import CAMPAIGN, TENANT, fill_store, list_of, stored_settings
from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.callbeat import api_command, callback_command, callbeat, worker_command, worker_commands
from tests.stack.environment import environment
from tests.stack.process import Process
from tests.stack.running import START_SECONDS, stack_settings
from tests.stack.switch import SwitchProcess
from tests.stack.waiting import wait_until
from worker.domain.ids import CampaignId
from worker.jobs import names
from worker.simulator.log import Line
from worker.simulator.model import RING_BY_DIGIT, SETUP_BY_DIGIT
from worker.simulator.options import TALK_BY_DIGIT, SimulatorOptions
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.transaction import SqlStore

SPREAD: Final = 0.2
"""Calls last up to a fifth longer or shorter: equal ones would all end in the same millisecond, for ever."""
SENTENCE: Final = "Kính chào quý khách, xin quý khách vui lòng giữ máy."
"""About three seconds."""
MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is dialled: so many leads, so many calls at once, each so long, by so many workers."""

    leads: int
    channels: int
    call_seconds: float = 1.0
    workers: int = 2
    calls_per_second: int = 0
    callback_url: str = ""
    task_events: bool = False
    with_api: bool = False
    speaks: bool = False
    """Two voice processes say a sentence of about the length of a talk."""


@dataclass
class Whole:
    """The processes, and what can be seen of them."""

    engine: Engine
    switch: SwitchProcess
    parts: Mapping[str, Process]
    api_port: int

    def lines(self) -> Sequence[Line]:
        """Read the switch's own log."""
        return self.switch.log()

    def start(self) -> None:
        """Let the campaign be dialled: the next tick finds it."""
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE campaigns SET status = 'start', run_id = gen_random_uuid()"))
            connection.execute(text("UPDATE carriers SET next_plan_at = now()"))

    def megabytes(self) -> dict[str, float]:
        """Give what each process holds in memory now."""
        return {name: psutil.Process(part.pid).memory_info().rss / MIB for name, part in self.parts.items()}


@contextmanager
def whole(home: Path, *, database_url: str, redis_url: str, shape: Shape) -> Iterator[Whole]:
    """Run everything while the block runs; nothing is dialled before ``start``."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    talk = SETUP_BY_DIGIT + RING_BY_DIGIT + TALK_BY_DIGIT
    options = SimulatorOptions(
        by_last_digit=True,
        spread=SPREAD,
        speed=talk / shape.call_seconds,
        max_sessions=10 * shape.channels,
        log_path=home / "switch.jsonl",
    )
    engine = make_engine(database_url)
    migrate(engine)
    fill(engine, shape)
    api_port, voices = free_port(), [free_port(), free_port()]
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        switch = stack.enter_context(SwitchProcess(options))
        around = environment(
            home=home,
            database_url=database_url,
            redis_url=redis_url,
            drain_seconds="1",
            log_level="WARNING",
            task_events=str(shape.task_events).lower(),
            **(stack_settings(switch_url=switch.setting) | (_spoken(voices) if shape.speaks else {})),
        )
        parts = {
            name: stack.enter_context(Process(name, command, around, log=home / f"{name}.log"))
            for name, command in _commands(shape, api_port=api_port, voices=voices).items()
        }
        wait_until(lambda: _is_listened_to(engine), seconds=START_SECONDS)
        yield Whole(engine, switch, parts, api_port)


def _spoken(voices: Sequence[int]) -> dict[str, str]:
    return {"answer_application": "", "voice_urls": ",".join(f"{LOOPBACK}:{port}" for port in voices)}


def _commands(shape: Shape, *, api_port: int, voices: Sequence[int]) -> dict[str, list[str]]:
    commands = worker_commands(shape.workers)
    if shape.callback_url:
        commands["callbacks"] = callback_command()
    if shape.with_api:
        commands["api"] = api_command(port=api_port)
    if shape.speaks:
        commands["speech"] = worker_command("speech", queues=names.SPEECH)
        commands |= {f"voice-{port}": callbeat("voice", f"--port={port}") for port in voices}
    return commands | {"listener": callbeat("listener"), "beat": callbeat("beat")}


def fill(engine: Engine, shape: Shape) -> None:
    """Store a stopped campaign with its leads; each of their numbers ends in 0, which is answered."""
    store = SqlStore(engine)
    settings = stored_settings(
        status="stop", run_id=None, concurrent_call=shape.channels, callback_url=shape.callback_url
    )
    carrier = {"calls_per_second": shape.calls_per_second}
    template = {"content": SENTENCE} if shape.speaks else {}
    fill_store(store, settings, carrier_calls=shape.channels, carrier=carrier, template=template)
    add_many_leads(engine, shape.leads)


def add_many_leads(
    engine: Engine, count: int, *, campaign_id: CampaignId = CAMPAIGN, first: int = 0, **changed: Any
) -> None:
    """Store waiting leads of one network, due long ago, where the database itself makes them; at most ten million."""
    given = {
        "tenant": TENANT, "campaign": campaign_id, "list": list_of(campaign_id), "first": first,
        "last": first + count - 1, "stage": "new", "due_at": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    with engine.begin() as connection:
        let_it_take_its_time(connection)
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # millions of keys need no check
        connection.execute(_LEADS, given | changed)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE leads"))


def let_it_take_its_time(connection: Connection) -> None:
    """Lift the limit that our engine puts on statements, until the transaction's end."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))


_LEADS: Final = text("""
    INSERT INTO leads (id, tenant_id, campaign_id, list_id, phone, network, stage, due_at, called_count,
                       profile, additional, ref_id, created_at, updated_at)
    SELECT lpad(to_hex(n), 32, '0')::uuid, :tenant, :campaign, :list, '09' || lpad((n * 10)::text, 8, '0'), 'viettel',
           :stage, CAST(:due_at AS timestamptz), 0, '{}', '{}', '', now(), now()
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n
""")


def _is_listened_to(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM leader_leases WHERE name LIKE 'listener%'")))
