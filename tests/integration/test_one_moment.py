"""What a plan counts is of one moment, though calls end meanwhile and PostgreSQL shows each statement the newest."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pendulum
import pytest
from sqlalchemy import event, select, update

from tests.builders import CAMPAIGN, CARRIER, NOON, add_leads, fill_store
from tests.builders.call_rows import MOBI, insert_calls
from worker.domain.call import CallState
from worker.domain.errors import Unavailable
from worker.store.base.tables import calls, carriers
from worker.store.transaction import SqlStore


def test_a_call_that_ends_while_a_plan_counts_is_missing_everywhere_or_nowhere(postgres_store: SqlStore) -> None:
    fill_store(postgres_store)
    add_leads(postgres_store, MOBI)  # a campaign of which nothing waits is not planned
    up = insert_calls(postgres_store, *[CallState.ANSWERED] * 20)
    with postgres_store.transaction() as tx:

        @event.listens_for(tx.connection, "after_cursor_execute")
        def end_one(*_: object) -> None:
            with postgres_store.transaction() as other:
                ending = update(calls).where(calls.c.id == up.pop())
                other.connection.execute(ending.values(state=CallState.ENDED))

        situation = tx.plans.lock_situation(CARRIER, now=NOON)

    assert situation is not None
    assert 0 < len(up) < 20, "calls have ended meanwhile"
    assert situation.live.of_carrier() == sum(situation.live.of_campaign(CAMPAIGN).values())


def test_postgresql_tells_the_time_of_its_own_machine(postgres_store: SqlStore) -> None:
    before = pendulum.now("UTC")
    first, second = postgres_store.moment(), postgres_store.moment()
    after = pendulum.now("UTC")

    assert postgres_store.has_own_clock
    assert before <= first < second <= after, "the server of this test is on this machine"


@pytest.mark.slow
def test_whoever_stands_still_with_a_carriers_lock_loses_it_and_changes_nothing(postgres_store: SqlStore) -> None:
    fill_store(postgres_store)

    def stand_still() -> None:
        with postgres_store.transaction() as tx:
            tx.plans.lock_situation(CARRIER, now=NOON)
            locked.set()
            go_on.wait(20)
            tx.plans.set_next_plan(CARRIER, at=NOON.add(years=1), rotation={}, gateway_waits_since=None)

    locked, go_on = Event(), Event()
    with ThreadPoolExecutor(1) as thread:
        standing = thread.submit(stand_still)
        locked.wait(20)
        with postgres_store.transaction() as tx:  # within the time for which anybody waits for a lock
            tx.plans.lock_situation(CARRIER, now=NOON)
        go_on.set()

        with pytest.raises(Unavailable):
            standing.result()
    with postgres_store.reading() as tx:
        assert tx.connection.scalar(select(carriers.c.next_plan_at)) == NOON
