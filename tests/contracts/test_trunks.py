"""Trunks: what is known of them is shared, survives, and changes under one lock."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from pendulum import Duration
from sqlalchemy import bindparam, insert, select

from tests.builders import CARRIER, HANOI, NOON, fill_store
from tests.builders.call_rows import insert_calls
from worker.domain.call import CallState
from worker.domain.ids import CarrierId
from worker.domain.timing import TRUNK_LONGEST_PAUSE
from worker.domain.trunk import Trunk, TrunkResult, after_results, is_proven
from worker.domain.trunk_event import DescribedCarrier
from worker.store.base.tables import carriers
from worker.store.transaction import SqlStore

_COPIED = [column for column in carriers.c if column.name not in {"id", "name"}]
_COPY = insert(carriers).from_select(
    ["id", "name", *[column.name for column in _COPIED]],
    select(bindparam("id", type_=carriers.c.id.type), bindparam("name", type_=carriers.c.name.type), *_COPIED).where(
        carriers.c.id == bindparam("of", type_=carriers.c.id.type)
    ),
)
DEAD = TrunkResult("NORMAL_TEMPORARY_FAILURE")


def test_a_trunk_of_which_nothing_is_known_is_new(store: SqlStore) -> None:
    fill_store(store)

    with store.reading() as tx:
        known = tx.trunks.of([CARRIER])

    assert known == {CARRIER: Trunk()}


def test_what_was_saved_is_read_again(store: SqlStore) -> None:
    fill_store(store)
    failing = Trunk(
        failures=7,
        recent=0b1101,
        cause="GATEWAY_DOWN",
        failing_since=NOON,
        trials=3,
        next_trial_at=NOON.add(seconds=4),
        proven_at=NOON.subtract(seconds=1),
    )

    with store.transaction() as tx:
        new = tx.trunks.lock(CARRIER)
        tx.trunks.save(CARRIER, failing)
    with store.transaction() as tx:
        again = tx.trunks.lock(CARRIER)
        read = tx.trunks.of([CARRIER])

    assert (new, again, read) == (Trunk(), failing, {CARRIER: failing})


def test_results_that_several_processes_write_at_once_are_all_counted(store: SqlStore) -> None:
    fill_store(store)

    def fail(_number: int) -> None:
        with store.transaction() as tx:
            tx.trunks.save(CARRIER, after_results(tx.trunks.lock(CARRIER), [DEAD], now=NOON))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fail, range(12)))

    with store.reading() as tx:
        trunk = tx.trunks.of([CARRIER])[CARRIER]
    assert (trunk.failures, trunk.recent.bit_count(), trunk.is_failing) == (12, 12, True)


def test_calls_without_a_reply_are_those_on_their_way(store: SqlStore) -> None:
    fill_store(store)
    insert_calls(store, *CallState, CallState.DIALING)
    other = CarrierId(UUID(int=99))

    with store.reading() as tx:
        counted = tx.trunks.unanswered([CARRIER, other])

    assert counted == {CARRIER: 2, other: 0}


def test_planning_reads_the_trunk_and_counts_only_for_one_that_is_unproven(store: SqlStore) -> None:
    fill_store(store)
    insert_calls(store, CallState.DIALING, CallState.RINGING)

    with store.transaction() as tx:
        unproven = tx.plans.lock_situation(CARRIER, now=NOON)
        tx.trunks.lock(CARRIER)
        tx.trunks.save(CARRIER, Trunk(proven_at=NOON))
    with store.transaction() as tx:
        proven = tx.plans.situation(CARRIER, now=NOON)

    assert unproven is not None
    assert proven is not None
    assert (unproven.trunk, unproven.dialing) == (Trunk(), 1)
    assert proven.trunk is not None
    assert (is_proven(proven.trunk, now=NOON), proven.dialing) == (True, 0)


def test_calls_that_wait_for_a_trunk_are_found_ahead_of_their_time(store: SqlStore) -> None:
    fill_store(store)
    first, second = insert_calls(store, CallState.QUEUED, CallState.QUEUED)
    later = NOON + TRUNK_LONGEST_PAUSE
    with store.transaction() as tx:
        tx.calls.postpone([first], until=later)
        tx.calls.postpone([second], until=later + Duration(seconds=1))

    with store.transaction() as tx:
        now = tx.calls.unsent(now=NOON, limit=9, carrier_id=CARRIER)
        ahead = tx.calls.unsent(now=NOON, limit=9, carrier_id=CARRIER, ahead=TRUNK_LONGEST_PAUSE)

    assert (now, ahead) == ([], [first])


def test_a_carrier_is_described_as_its_receivers_know_it(store: SqlStore) -> None:
    fill_store(store)

    with store.reading() as tx:
        described = tx.trunks.describe(CARRIER)

    assert described == DescribedCarrier(id=CARRIER, name="main", gateway="g1", zone=HANOI)


def test_failing_trunks_come_first_and_no_more_than_asked_for(store: SqlStore) -> None:
    fill_store(store)
    others = [CarrierId(UUID(int=number)) for number in (91, 92)]
    with store.transaction() as tx:
        for number, carrier_id in enumerate(others):
            tx.connection.execute(_COPY, {"id": carrier_id, "name": str(number), "of": CARRIER})
        for carrier_id in (CARRIER, *others):
            tx.trunks.lock(carrier_id)
        tx.trunks.save(others[1], Trunk(failures=5, failing_since=NOON))

    with store.reading() as tx:
        worst = tx.trunks.worst(limit=2)

    assert list(worst.items()) == [(others[1], Trunk(failures=5, failing_since=NOON)), (CARRIER, Trunk())]
