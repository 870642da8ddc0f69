"""What the figures are held against: Celery's and PostgreSQL's bare path, and a socket that does nothing but originate.

``celery -A tests.bench.bare worker`` runs the tasks: one that does nothing, and one that commits and tells when.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final, cast
from uuid import uuid4

import psycopg
from celery import Celery
from redis import Redis
from sqlalchemy import make_url

from tests.bench.whole import SPREAD
from tests.stack.environment import environment
from tests.stack.process import Process
from tests.stack.running import START_SECONDS
from tests.stack.switch import SwitchProcess
from tests.stack.waiting import wait_until
from worker.coordination.connection import connect
from worker.domain.ids import CallId, CampaignId, LeadId
from worker.ports.dispatch.telephony import Origination
from worker.simulator.options import SimulatorOptions
from worker.telephony.connection import open_connection
from worker.telephony.originate import bgapi_originate

QUEUE: Final = "bare"
ANSWERS: Final = "bare-answers"
BROKER: Final = "CALLBEAT_BENCH_BROKER"
DATABASE: Final = "CALLBEAT_BENCH_DATABASE"
WARM: Final = 20
LOOK_SECONDS: Final = 0.01
ANSWER_SECONDS: Final = 0.5
"""Shorter than the time for which the connection itself waits."""
MOST_SECONDS: Final = 60.0

app: Final = Celery("bare", broker=os.environ.get(BROKER, "redis://"), set_as_current=False)
app.conf.update(
    task_default_queue=QUEUE,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)


@app.task(name="nothing")
def nothing() -> None:
    """Do nothing."""


@app.task(name="commit")
def commit() -> None:
    """Write one row, durably, and tell when that was done by the clock that all processes share."""
    _write(_database())
    _answers().rpush(ANSWERS, time.monotonic())


@lru_cache
def _database() -> psycopg.Connection:
    return open_database(os.environ[DATABASE])


@lru_cache
def _answers() -> Redis:
    return connect(os.environ[BROKER])


def open_database(url: str) -> psycopg.Connection:
    """Connect, and have a row to write."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(plain)
    with connection.transaction():
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id int PRIMARY KEY, n int)")
        connection.execute("INSERT INTO bare VALUES (1, 0) ON CONFLICT DO NOTHING")
    return connection


def _write(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute("UPDATE bare SET n = n + 1 WHERE id = 1")


@contextmanager
def bare_workers(home: Path, *, database_url: str, redis_url: str, workers: int) -> Iterator[Sequence[Process]]:
    """Run that many solo workers, as Callbeat's own are."""
    around = environment(home=home) | {BROKER: redis_url, DATABASE: database_url}
    command = [sys.executable, "-m", "celery", "-A", "tests.bench.bare", "worker", "--pool=solo", "--loglevel=ERROR"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with ExitStack() as stack:
        log = home / "bare.log"
        parts = [
            stack.enter_context(Process(name, [*command, *quiet, f"--hostname={name}"], around, log=log))
            for name in (f"bare-{number}" for number in range(workers))
        ]
        app.conf.update(broker_url=redis_url)
        stack.callback(app.close)
        yield parts


def tasks_a_second(parts: Sequence[Process], *, redis_url: str, tasks: int) -> float:
    """Give how many tasks that do nothing are done in a second: all are there before the workers begin."""
    redis = connect(redis_url)
    _be_warm(redis, tasks=WARM * len(parts))
    for part in parts:
        os.kill(part.pid, signal.SIGSTOP)
    for _ in range(tasks):
        nothing.apply_async()
    waiting = redis.llen(QUEUE)
    begun = time.perf_counter()
    for part in parts:
        os.kill(part.pid, signal.SIGCONT)
    late = begun + MOST_SECONDS
    while redis.llen(QUEUE) and time.perf_counter() < late:
        time.sleep(LOOK_SECONDS)
    took = time.perf_counter() - begun
    redis.close()
    return waiting / took


def _be_warm(redis: Redis, *, tasks: int) -> None:
    for _ in range(tasks):
        nothing.apply_async()
    wait_until(lambda: not redis.llen(QUEUE), seconds=START_SECONDS)


def hops(*, database_url: str, redis_url: str, count: int) -> list[float]:
    """Give the seconds of a commit, a message to a worker, and its commit, one after the other."""
    redis, database = connect(redis_url), open_database(database_url)
    _be_warm(redis, tasks=WARM)
    took = []
    for _ in range(WARM + count):
        begun = time.monotonic()
        _write(database)
        commit.apply_async()
        answer = cast("tuple[bytes, bytes] | None", redis.blpop([ANSWERS], timeout=ANSWER_SECONDS))
        if answer is not None:
            took.append(float(answer[1]) - begun)
        time.sleep(0.005)  # the path of one message, not of a queue
    database.close()
    redis.close()
    return took[WARM:]


def originates_a_second(*, calls: int, per_second: float) -> float:
    """Give how many calls a second one socket places, whose replies are read, at most so many; the switch is fresh."""
    options = SimulatorOptions(by_last_digit=True, spread=SPREAD, speed=4.0, max_sessions=10 * calls)
    with SwitchProcess(options) as switch:
        connection = open_connection(switch.url)
        begun = time.perf_counter()
        for number in range(calls):
            time.sleep(max(0.0, begun + number / per_second - time.perf_counter()))
            connection.write(bgapi_originate(_origination(number)))
            connection.reply(until=time.monotonic() + 10)
        took = time.perf_counter() - begun
        connection.close()
    return calls / took


def _origination(number: int) -> Origination:
    return Origination(
        call_id=CallId(uuid4()),
        campaign_id=CampaignId(uuid4()),
        lead_id=LeadId(uuid4()),
        run_id=None,
        gateway="g1",
        destination=f"09{number:07d}0",
        caller_id="02873003586",
        timeout_seconds=20,
        longest_call_seconds=900,
    )
