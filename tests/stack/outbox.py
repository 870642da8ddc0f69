"""What sends callbacks, without anything that dials: PostgreSQL, Redis, a worker for callbacks, and the sweep."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import pendulum
from celery import Celery

from tests.builders.outbox import fill_with_calls
from tests.stack.addresses import LOOPBACK_NETWORK
from tests.stack.callbeat import callback_command, callbeat, worker_command
from tests.stack.environment import environment
from tests.stack.postgres import postgres_server
from tests.stack.process import Process
from tests.stack.redis import redis_server
from worker.coordination.connection import connect
from worker.coordination.wakeups import RedisWakeups
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CallId, TenantId
from worker.jobs import names
from worker.jobs.app import configuration
from worker.jobs.queue import CeleryJobQueue
from worker.ports.dispatch.outbox import Delivery
from worker.ports.records.entities import Tenant
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.transaction import SqlStore

CALLS: Final = 12_000
"""Ended calls that callbacks can be of; after the last comes the first again, with another event."""
COMMANDS: Final = {
    "callbacks": callback_command(),
    "maintenance": worker_command("maintenance", queues=names.MAINTENANCE),
    "beat": callbeat("beat"),
}


@dataclass
class Outbox:
    """Where callbacks are put in, as the end of a call does it, and the processes that send them."""

    store: SqlStore
    queue: CeleryJobQueue
    processes: Mapping[str, Process]

    def news(self, number: int) -> tuple[CallId, CallbackEvent]:
        """Return a call and an event of it of which there is no callback yet; a number is used once."""
        return CallId(UUID(int=0xCA00 + 1 + number % CALLS)), tuple(CallbackEvent)[number // CALLS % len(CallbackEvent)]

    def other_tenant(self) -> TenantId:
        """Return a second tenant, which is made when it is first asked for."""
        with self.store.transaction() as tx:
            found = tx.tenants.named("other")
            if found is None:
                found = Tenant(id=TenantId(UUID(int=0x7E4A)), name="other", timezone="UTC")
                tx.tenants.add(found, callback_secret="whsec_BBBB", now=pendulum.now("UTC"))
        return found.id

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Store callbacks, and let them be sent after the commit."""
        with self.store.transaction() as tx:
            tx.deliveries.insert(deliveries, now=pendulum.now("UTC"))
            for host in {delivery.host for delivery in deliveries}:
                tx.after_commit(partial(self.queue.deliver_callbacks, host))


@contextmanager
def running_outbox(home: Path, *, calls: int = CALLS) -> Iterator[Outbox]:
    """Run everything while the block runs; callbacks may go to the loopback address."""
    with ExitStack() as stack:
        database_url = stack.enter_context(postgres_server()).fresh()
        broker = stack.enter_context(redis_server(home / "redis.log"))
        around = environment(
            home=home,
            database_url=database_url,
            redis_url=broker,
            callback_allow=LOOPBACK_NETWORK,
            log_level="ERROR",
            task_events="false",
        )
        engine = make_engine(database_url)
        stack.callback(engine.dispose)
        migrate(engine)
        store = SqlStore(engine)
        fill_with_calls(store, calls)
        processes = {
            name: stack.enter_context(Process(name, command, around, log=home / f"{name}.log"))
            for name, command in COMMANDS.items()
        }
        redis = connect(broker)
        stack.callback(redis.close)
        sender = Celery("tests", set_as_current=False)
        sender.conf.update(configuration(broker_url=broker, task_events=False))
        yield Outbox(store, CeleryJobQueue(sender, RedisWakeups(redis)), processes)
