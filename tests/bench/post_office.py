"""What sends callbacks, as a whole: PostgreSQL, Redis, a worker for callbacks, and the sweep."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import pendulum
from celery import Celery

from tests.bench.servers import postgres_server
from tests.builders.outbox import fill_with_calls
from tests.stack.addresses import free_port
from tests.stack.process import Part
from worker.cli.embedded import redis_command
from worker.coordination.connection import connect
from worker.coordination.wakeups import RedisWakeups
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CallId
from worker.jobs import names
from worker.jobs.app import configuration
from worker.jobs.queue import CeleryJobQueue
from worker.ports.dispatch.outbox import Delivery
from worker.settings import environment
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.transaction import SqlStore

CALLS: Final = 12_000
"""Ended calls that callbacks can be of; after the last the first is told of again, as another event."""
PARTS: Final = {"callbacks": names.CALLBACKS, "maintenance": names.MAINTENANCE}


@dataclass
class PostOffice:
    """Where deliveries are put in, as the end of a call would."""

    store: SqlStore
    queue: CeleryJobQueue
    parts: Mapping[str, Part]

    def told(self, number: int) -> tuple[CallId, CallbackEvent]:
        """Give a call and an event of it that nobody has been told of, as long as numbers do not repeat."""
        return CallId(UUID(int=0xCA00 + 1 + number % CALLS)), tuple(CallbackEvent)[number // CALLS % len(CallbackEvent)]

    def add(self, deliveries: Sequence[Delivery]) -> None:
        with self.store.transaction() as tx:
            tx.deliveries.insert(deliveries, now=pendulum.now("UTC"))
            for host in {delivery.host for delivery in deliveries}:
                tx.after_commit(partial(self.queue.deliver_callbacks, host))


@contextmanager
def post_office(home: Path, *, calls: int = CALLS) -> Iterator[PostOffice]:
    """Run everything while the block runs, on the loopback address alone."""
    with ExitStack() as stack:
        database_url = stack.enter_context(postgres_server()).fresh()
        port = free_port()
        chosen = {
            "CALLBEAT_HOME": str(home),
            "CALLBEAT_DATABASE_URL": database_url,
            "CALLBEAT_REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "CALLBEAT_CALLBACK_ALLOW": "127.0.0.0/8",
            "CALLBEAT_LOG_LEVEL": "ERROR",
            "CALLBEAT_TASK_EVENTS": "false",
        }
        around = environment() | chosen
        callbeat = [sys.executable, "-m", "worker.cli"]
        parts = [Part("redis", redis_command(port), around, log=home / "redis.log")]
        parts += [
            Part(name, [*callbeat, "worker", f"--queues={queue}", f"--name={name}"], around, log=home / f"{name}.log")
            for name, queue in PARTS.items()
        ]
        parts.append(Part("beat", [*callbeat, "beat"], around, log=home / "beat.log"))
        engine = make_engine(database_url)
        stack.callback(engine.dispose)
        migrate(engine)
        store = SqlStore(engine)
        fill_with_calls(store, calls)
        for part in parts:
            stack.callback(part.end)
            part.start()
        redis = connect(chosen["CALLBEAT_REDIS_URL"])
        stack.callback(redis.close)
        sender = Celery("bench", set_as_current=False)
        sender.conf.update(configuration(broker_url=chosen["CALLBEAT_REDIS_URL"], task_events=False))
        yield PostOffice(store, CeleryJobQueue(sender, RedisWakeups(redis)), {part.name: part for part in parts})
