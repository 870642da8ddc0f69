"""The installation's row: a hold waits for the dials that are under way, and each later plan and dial reads it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from pendulum import Duration

from tests.builders import CARRIER, NOON, add_leads, fill_store, viettel
from worker.domain.hold import Hold
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.hold import hold, release

HOLD = Hold(NOON, "restored", "lan@db1")


def held(store: SqlStore) -> Hold:
    return hold(store, why=HOLD.why, by=HOLD.by, now=NOON)


def seen_by_a_plan(store: SqlStore) -> Hold | None:
    with store.transaction() as tx:
        situation = tx.plans.lock_situation(CARRIER, now=NOON)
    assert situation is not None
    return situation.hold


def test_a_plan_reads_the_hold_until_it_is_released(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(1))
    before = seen_by_a_plan(store)
    held(store)
    during = seen_by_a_plan(store)

    assert release(store, now=NOON)

    assert (before, during, seen_by_a_plan(store)) == (None, HOLD, None)
    with store.reading() as tx:
        assert tx.plans.due_carriers(now=NOON, ahead=Duration()) == {CARRIER: NOON}


def test_a_hold_returns_only_when_what_was_judged_before_is_committed(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(1))
    locked, order = Event(), []

    def hold_it() -> None:
        locked.wait()
        held(store)
        order.append("held")

    with ThreadPoolExecutor(1) as thread:
        holding = thread.submit(hold_it)
        with store.transaction() as tx:
            tx.plans.lock_situation(CARRIER, now=NOON)
            locked.set()
            Event().wait(0.2)
            order.append("planned")
        holding.result()

    assert order == ["planned", "held"]
    assert seen_by_a_plan(store) == HOLD
