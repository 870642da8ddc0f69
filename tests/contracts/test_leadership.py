"""LeaderLeases: one holder at a time, another one within seconds, and whoever was replaced is told so."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import UUID

import pytest
from pendulum import DateTime

from tests.builders import NOON
from worker.domain.errors import Superseded
from worker.domain.leadership import BEAT, LeaderLease, listener_of
from worker.domain.timing import LEADER_LEASE, STANDBY_PRECEDENCE
from worker.store.transaction import SqlStore

FIRST, SECOND = (LeaderLease(BEAT, UUID(int=number)) for number in (1, 2))
LAPSED = NOON + LEADER_LEASE


def take(store: SqlStore, lease: LeaderLease, *, seconds: float = 0, since: DateTime = NOON) -> bool:
    now = NOON.add(microseconds=round(seconds * 1_000_000))
    with store.transaction() as tx:
        return tx.leader_leases.acquire(lease, since=since, now=now)


def check(store: SqlStore, lease: LeaderLease) -> None:
    with store.transaction() as tx:
        tx.leader_leases.check(lease)


def test_a_lease_has_one_holder_until_it_is_not_renewed(store: SqlStore) -> None:
    almost = LEADER_LEASE.total_seconds() - 0.001

    taken = [take(store, FIRST), take(store, SECOND), take(store, SECOND, seconds=almost)]
    replaced = take(store, SECOND, seconds=LEADER_LEASE.total_seconds())

    assert (taken, replaced) == ([True, False, False], True)
    assert not take(store, FIRST, seconds=LEADER_LEASE.total_seconds())


def test_a_newcomer_waits_for_a_standby_that_missed_nothing(store: SqlStore) -> None:
    newcomer, since = LeaderLease(BEAT, UUID(int=3)), NOON.add(seconds=2)
    take(store, FIRST)
    take(store, FIRST, seconds=1)
    held, wait = LEADER_LEASE.total_seconds(), STANDBY_PRECEDENCE.total_seconds()

    tried = [take(store, newcomer, seconds=1 + held + later, since=since) for later in (0, wait - 0.001)]
    known = take(store, SECOND, seconds=1 + held + wait - 0.001)

    assert (tried, known) == ([False, False], True)


def test_a_newcomer_takes_a_lease_that_nobody_else_wants(store: SqlStore) -> None:
    take(store, FIRST)

    assert take(store, SECOND, seconds=(LEADER_LEASE + STANDBY_PRECEDENCE).total_seconds(), since=NOON.add(seconds=1))


def test_a_leader_that_renews_its_lease_keeps_it(store: SqlStore) -> None:
    assert all(take(store, FIRST, seconds=seconds) for seconds in (0, 1, 2, 3, 4))
    assert not take(store, SECOND, seconds=6.9)


def test_a_released_lease_is_free_at_once_and_only_its_holder_can_release_it(store: SqlStore) -> None:
    take(store, FIRST)
    with store.transaction() as tx:
        tx.leader_leases.release(SECOND)
    still_held = not take(store, SECOND)

    with store.transaction() as tx:
        tx.leader_leases.release(FIRST)

    assert still_held
    assert take(store, SECOND)


def test_whoever_was_replaced_is_told_so_by_the_next_check(store: SqlStore) -> None:
    with pytest.raises(Superseded):
        check(store, FIRST)
    take(store, FIRST)
    check(store, FIRST)

    take(store, SECOND, seconds=3)

    check(store, SECOND)
    with pytest.raises(Superseded):
        check(store, FIRST)


def test_one_of_many_who_ask_at_once_gets_a_lease(store: SqlStore) -> None:
    leader_leases = [LeaderLease(BEAT, UUID(int=number)) for number in range(1, 9)]

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda lease: take(store, lease), leader_leases))

    assert sum(taken) == 1


def test_nobody_takes_a_lease_while_its_holder_is_in_a_transaction(store: SqlStore) -> None:
    take(store, FIRST)
    working, order = Event(), []

    def replace() -> None:
        working.wait()
        take(store, SECOND, seconds=3)
        order.append("replaced")

    with ThreadPoolExecutor(1) as thread:
        replacing = thread.submit(replace)
        with store.transaction() as tx:
            tx.leader_leases.check(FIRST)
            working.set()
            Event().wait(0.2)
            order.append("worked")
        replacing.result()

    assert order == ["worked", "replaced"]


def test_the_switches_that_somebody_listens_to_are_known_and_since_when(store: SqlStore) -> None:
    with store.transaction() as tx:
        for name, since in (("a:8021", NOON.subtract(hours=1)), ("b:8021", NOON)):
            tx.leader_leases.acquire(LeaderLease(listener_of(name), UUID(int=1)), since=since, now=NOON)
        tx.leader_leases.acquire(FIRST, since=NOON, now=NOON)

    with store.reading() as tx:
        heard, later = (tx.leader_leases.listeners(now=now) for now in (NOON, LAPSED))

    assert heard == {"a:8021": NOON.subtract(hours=1), "b:8021": NOON}
    assert later == {}


def test_a_switch_is_named_from_the_moment_on_at_which_it_may_be_told_of_calls(store: SqlStore) -> None:
    opens, too_far = NOON.add(seconds=1), NOON.add(hours=1)
    with store.transaction() as tx:
        tx.leader_leases.acquire(LeaderLease(listener_of("a:8021"), UUID(int=1)), since=NOON, now=NOON, open_from=opens)
        tx.leader_leases.acquire(
            LeaderLease(listener_of("b:8021"), UUID(int=1)), since=NOON, now=NOON, open_from=too_far
        )

    with store.reading() as tx:
        heard, later = (set(tx.leader_leases.listeners(now=now)) for now in (opens.subtract(microseconds=1), opens))

    assert (heard, later) == ({"b:8021"}, {"a:8021", "b:8021"}), "b's moment was read before the clock was set back"
