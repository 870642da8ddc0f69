"""A straightforward dispatcher, written for comparison: a beat each second, a counter in Redis, a task that sleeps.

It keeps no promise: a killed task leaks its slot, a lost message its lead. ``celery -A tests.bench.naive worker``.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID, uuid4

import httpx
import psycopg
from celery import Celery
from redis import Redis
from sqlalchemy import make_url

from tests.bench.dialling import RAMP_SECONDS, Seen, dial
from tests.bench.figures import Figure, quantile
from tests.bench.whole import Shape
from tests.stack.environment import environment
from tests.stack.postgres import Postgres
from tests.stack.process import Process
from tests.stack.receivers import Receivers
from tests.stack.switch import SwitchProcess
from worker.coordination.connection import connect
from worker.domain.ids import CallId, CampaignId, LeadId
from worker.domain.switch_address import SwitchUrl
from worker.ports.dispatch.telephony import Origination
from worker.simulator.model import RING_BY_DIGIT, SETUP_BY_DIGIT
from worker.simulator.options import TALK_BY_DIGIT, SimulatorOptions
from worker.telephony.connection import Connection, open_connection
from worker.telephony.originate import bgapi_originate

BROKER: Final = "CALLBEAT_BENCH_BROKER"
DATABASE: Final = "CALLBEAT_BENCH_DATABASE"
SWITCH: Final = "CALLBEAT_BENCH_SWITCH"
LIMIT: Final = "CALLBEAT_BENCH_LIMIT"
CALLBACK: Final = "CALLBEAT_BENCH_CALLBACK"
CALL_SECONDS: Final = 1.0
SLOTS: Final = "naive-slots"
WORKERS: Final = 2
THREADS: Final = ("--pool=threads", "--concurrency=64")
"""Of each worker: a call needs a thread for as long as it lasts."""
POOLS: Final = {"two workers as Celery starts them": (), "two workers of 64 threads": THREADS}
"""Celery's own choice is a process for each core, and so many calls at once."""
SECONDS: Final = 15.0
REFILLED: Final = Shape(leads=3_000, channels=50)
AT_ONCE: Final = Shape(leads=30_000, channels=1_000)
MS: Final = 1000.0

app: Final = Celery("naive", broker=os.environ.get(BROKER, "redis://"), set_as_current=False)
app.conf.update(
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    beat_schedule={"dispatch": {"task": "dispatch", "schedule": 1.0}},
)
_here = threading.local()


@app.task(name="dispatch")
def dispatch() -> None:
    """Count the slots that are free, and start as many calls."""
    free = int(os.environ[LIMIT]) - int(cast("bytes | None", _slots().get(SLOTS)) or 0)
    if free <= 0:
        return
    with _database().transaction():
        rows = _database().execute(
            "UPDATE naive SET state = 'calling' WHERE id IN"
            " (SELECT id FROM naive WHERE state = 'new' ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id",
            (free,),
        )
        leads = [int(row[0]) for row in rows]
    for lead in leads:
        _slots().incr(SLOTS)
        call.delay(lead)


@app.task(name="call")
def call(lead: int) -> None:
    """Place one call, sleep while it lasts, tell of it, and give the slot back."""
    connection = _switch()
    connection.write(bgapi_originate(_origination(lead)))
    connection.reply(until=time.monotonic() + 10)
    time.sleep(CALL_SECONDS)
    body = {"state": "cdr", "lead": lead, "status": "answered"}
    _client().post(os.environ[CALLBACK], json=body, headers={"webhook-id": str(uuid4())})
    with _database().transaction():
        _database().execute("UPDATE naive SET state = 'done' WHERE id = %s", (lead,))
    _slots().decr(SLOTS)


@lru_cache
def _slots() -> Redis:
    return connect(os.environ[BROKER])


def _database() -> psycopg.Connection:
    if not hasattr(_here, "database"):
        _here.database = psycopg.connect(os.environ[DATABASE], autocommit=True)
    return cast("psycopg.Connection", _here.database)


def _switch() -> Connection:
    if not hasattr(_here, "switch"):
        _here.switch = open_connection(SwitchUrl.parse(os.environ[SWITCH]))
    return cast("Connection", _here.switch)


def _client() -> httpx.Client:
    if not hasattr(_here, "client"):
        _here.client = httpx.Client(timeout=10)
    return cast("httpx.Client", _here.client)


def _origination(lead: int) -> Origination:
    return Origination(
        call_id=CallId(uuid4()),
        campaign_id=CampaignId(UUID(int=1)),
        lead_id=LeadId(UUID(int=lead + 1)),
        run_id=None,
        gateway="g1",
        destination=f"09{lead:07d}0",
        caller_id="02873003586",
        timeout_seconds=20,
        longest_call_seconds=900,
    )


def naive(postgres: Postgres, redis_url: str, *, runs: int) -> list[Figure]:
    """Give it the work of ``refill`` and of ``throughput``, beside ours."""
    refills = [
        (_ours(postgres, redis_url, REFILLED).refills, run(postgres, redis_url, REFILLED).refills) for _ in range(runs)
    ]
    rates = [
        [
            _ours(postgres, redis_url, AT_ONCE).calls_a_second,
            *(run(postgres, redis_url, AT_ONCE, pool=pool).calls_a_second for pool in POOLS.values()),
        ]
        for _ in range(runs)
    ]
    return [
        Figure(
            bench="naive",
            what="ms from a call's end to the next originate in its channel, p50",
            ours=[MS * quantile(ours, 0.5) for ours, _ in refills],
            limit=[MS * quantile(theirs, 0.5) for _, theirs in refills],
            held_against="the naive dispatcher",
            target="≤ 0.05",
        ),
        *(
            Figure(
                bench="naive",
                what="calls a second",
                ours=[measured[0] for measured in rates],
                limit=[measured[place] for measured in rates],
                held_against=f"the naive dispatcher, {name}",
                target="≥ 10",
            )
            for place, name in enumerate(POOLS, start=1)
        ),
    ]


def _ours(postgres: Postgres, redis_url: str, shape: Shape) -> Seen:
    """Dial with a callback for each call, as the naive one does."""
    with Receivers("good") as receivers:
        return dial(postgres, redis_url, replace(shape, callback_url=receivers.url("good")), seconds=SECONDS)


def run(postgres: Postgres, redis_url: str, shape: Shape, *, pool: Sequence[str] = THREADS) -> Seen:
    """Let it dial; give what its switch saw."""
    with tempfile.TemporaryDirectory(prefix="callbeat-bench-") as folder:
        home = Path(folder)
        speed = (SETUP_BY_DIGIT + RING_BY_DIGIT + TALK_BY_DIGIT) / CALL_SECONDS
        options = SimulatorOptions(
            by_last_digit=True, speed=speed, max_sessions=10 * shape.channels, log_path=home / "switch.jsonl"
        )
        with (
            SwitchProcess(options) as switch,
            Receivers("good") as receivers,
            _running(home, postgres, redis_url, shape, pool=pool, switch=switch, callback=receivers.url("good")),
        ):
            since = _first(switch) + RAMP_SECONDS
            time.sleep(max(0.0, since + SECONDS - time.time()))
            return Seen(switch.log(), since, since + SECONDS, shape.channels)


@contextmanager
def _running(
    home: Path,
    postgres: Postgres,
    redis_url: str,
    shape: Shape,
    *,
    pool: Sequence[str],
    switch: SwitchProcess,
    callback: str,
) -> Iterator[None]:
    plain = make_url(postgres.fresh()).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE TABLE naive (id bigint PRIMARY KEY, state text NOT NULL)")
        connection.execute("CREATE INDEX ON naive (id) WHERE state = 'new'")
        connection.execute("INSERT INTO naive SELECT n, 'new' FROM generate_series(1, %s) n", (shape.leads,))
    around: dict[str, Any] = environment(home=home) | {  # Any: what a process takes
        BROKER: redis_url,
        DATABASE: plain,
        SWITCH: switch.setting,
        LIMIT: str(shape.channels),
        CALLBACK: callback,
    }
    celery = [sys.executable, "-m", "celery", "-A", "tests.bench.naive"]
    worker = ["worker", *pool, "--loglevel=ERROR"]
    commands = {f"naive-{number}": [*celery, *worker, f"--hostname=naive-{number}"] for number in range(WORKERS)}
    commands["naive-beat"] = [*celery, "beat", "--loglevel=ERROR", f"--schedule={home / 'beat'}"]
    client = connect(redis_url)
    client.delete(SLOTS)
    client.close()
    with ExitStack() as stack:
        for name, command in commands.items():
            stack.enter_context(Process(name, command, around, log=home / f"{name}.log"))
        yield


def _first(switch: SwitchProcess, *, within: float = 30.0) -> float:
    late = time.monotonic() + within
    while time.monotonic() < late:
        for line in switch.log():
            if line.event == "originated":
                return line.at
        time.sleep(0.2)
    raise RuntimeError("the naive dispatcher dialled nothing")
