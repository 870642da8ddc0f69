"""What tests of delivering put in and look at."""

from tests.builders import outbox
from tests.builders.outbox import a_delivery, add_deliveries, stored
from tests.fakes.clock import FakeClock
from worker.store.transaction import SqlStore


def fill(store: SqlStore, count: int) -> None:
    add_deliveries(store, [a_delivery(number) for number in range(1, count + 1)])


def states(store: SqlStore) -> dict[str, int]:
    found = [row.state for row in stored(store).values()]
    return {state: found.count(state) for state in set(found)}


def due_hosts(store: SqlStore, clock: FakeClock) -> list[str]:
    return outbox.due_hosts(store, now=clock.now())
