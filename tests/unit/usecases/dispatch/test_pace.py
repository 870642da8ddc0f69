"""Calls per second: nobody is dialled without a token, and who waits keeps its place and is sent again in time."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from pendulum import DateTime
from sqlalchemy import update
from typing_extensions import override

from tests.builders import CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeRate
from tests.fakes.telephony import FakeTelephony
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import call_row, put, states
from worker.domain.call import CallState
from worker.domain.campaign import Status
from worker.domain.ids import CarrierId
from worker.domain.lead import Stage
from worker.domain.reason import Reason
from worker.domain.timing import TOKEN_UNCONFIRMED
from worker.ports.dispatch.messages import Rate, Tokens
from worker.ports.dispatch.telephony import Origination, Placed
from worker.store.base.tables import carriers

FULL_BUCKET = 2
START = NOON.add(seconds=2)


class WatchedRate(Rate):
    """Another rate, at which something happens just after it was looked at."""

    def __init__(self, rate: FakeRate, *, then: Callable[[], object]) -> None:
        self._rate = rate
        self._then = then

    @override
    def available(self, carrier_id: CarrierId, *, per_second: int) -> Tokens:
        tokens = self._rate.available(carrier_id, per_second=per_second)
        self._then()
        return tokens

    @override
    def reserve(self, carrier_id: CarrierId, *, per_second: int, count: int) -> Tokens:
        return self._rate.reserve(carrier_id, per_second=per_second, count=count)

    @override
    def dialled(self, carrier_id: CarrierId, *, receipt: str) -> None:
        self._rate.dialled(carrier_id, receipt=receipt)


class SlowTelephony(FakeTelephony):
    """A switch that takes half a second for its calls."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    @override
    def place(self, originations: Sequence[Origination], *, switch: str, until: DateTime) -> Placed:
        self._clock.wait(0.5)
        return super().place(originations, switch=switch, until=until)


@pytest.fixture(autouse=True)
def paced(world: World) -> None:
    """Let the carrier begin two calls a second; its bucket is full."""
    fill_store(world.store, stored_settings(concurrent_call=9), carrier={"calls_per_second": FULL_BUCKET})
    world.rate.available(CARRIER, per_second=FULL_BUCKET)
    world.clock.wait(2)


def test_tokens_of_calls_that_a_switch_says_nothing_of_stay_out_for_longer(world: World) -> None:
    add_leads(world.store, viettel(4))
    world.telephony.answers = False
    world.place(world.plan())
    world.telephony.answers = True

    left = []
    for seconds in (1.1, TOKEN_UNCONFIRMED.total_seconds()):
        world.clock.wait(seconds)
        left.append(world.rate.available(CARRIER, per_second=FULL_BUCKET).count)

    assert len(world.telephony.placed) == FULL_BUCKET
    assert left == [0, FULL_BUCKET]


def test_a_plan_queues_no_more_than_a_second_lets_out(world: World) -> None:
    add_leads(world.store, viettel(5))

    assert len(world.plan()) == FULL_BUCKET
    assert world.plan() == []


def test_calls_that_were_dialled_make_room_for_the_next_at_once(world: World) -> None:
    add_leads(world.store, viettel(5))

    world.dial()

    assert world.queue.plans == [CARRIER]
    assert len(world.plan()) == FULL_BUCKET


def test_a_call_without_a_token_stays_queued_and_a_plan_sends_it_when_there_is_one(world: World) -> None:
    add_leads(world.store, viettel(4))
    world.dial()
    waiting = world.plan()

    world.place(waiting)
    dialled_at_once = len(world.telephony.placed)
    world.clock.wait(1.05)
    world.place(world.plan()[:FULL_BUCKET])

    assert dialled_at_once == FULL_BUCKET
    assert world.queue.plans_at == [(CARRIER, START.add(seconds=1, microseconds=50_000))]
    assert [placed.call_id for placed in world.telephony.placed[FULL_BUCKET:]] == waiting


def test_those_who_wait_are_sent_once(world: World) -> None:
    add_leads(world.store, viettel(4))
    world.dial()
    world.place(world.plan())
    world.queue.calls.clear()

    world.plan()
    world.sweep()
    too_early = list(world.queue.calls)
    world.clock.wait(1.2)
    for _ in range(2):
        world.plan()
        world.sweep()

    assert too_early == []
    assert len(world.queue.calls) == FULL_BUCKET


def test_the_first_tokens_go_to_codes(world: World) -> None:
    world.rate.reserve(CARRIER, per_second=FULL_BUCKET, count=1)
    add_leads(world.store, viettel(1))
    (listed,) = world.plan()
    add_leads(world.store, viettel(1, start=1), stage=Stage.OTP)
    (code,) = world.plan()

    world.place([listed, code])

    assert [placed.call_id for placed in world.telephony.placed] == [code]


def test_a_call_for_which_another_worker_was_quicker_goes_back(world: World) -> None:
    add_leads(world.store, viettel(2))
    call_ids = world.plan()
    rate = WatchedRate(world.rate, then=lambda: world.rate.reserve(CARRIER, per_second=FULL_BUCKET, count=1))

    world.place(call_ids, rate=rate)

    assert states(world) == {CallState.DIALING: 1, CallState.QUEUED: 1}
    assert [placed.call_id for placed in world.telephony.placed] == call_ids[:1]
    assert [carrier_id for carrier_id, _ in world.queue.plans_at] == [CARRIER]
    assert call_row(world, call_ids[1]).resend_at == world.queue.plans_at[0][1]


def test_nothing_is_dialled_while_the_buckets_cannot_be_reached(world: World) -> None:
    add_leads(world.store, viettel(2))
    call_ids = world.plan()
    world.rate.away = True

    world.place(call_ids)
    world.rate.away = False
    world.clock.wait(1.05)
    world.place(world.plan()[:FULL_BUCKET])

    assert world.queue.plans_at == [(CARRIER, START.add(seconds=1))]
    assert [placed.call_id for placed in world.telephony.placed] == call_ids


def test_buckets_that_go_away_between_judgement_and_dial_let_nobody_out(world: World) -> None:
    add_leads(world.store, viettel(2))
    call_ids = world.plan()
    rate = WatchedRate(world.rate, then=lambda: setattr(world.rate, "away", True))

    world.place(call_ids, rate=rate)

    assert world.telephony.placed == []
    assert states(world) == {CallState.QUEUED: 2}


def test_a_token_counts_from_the_moment_of_the_dial(world: World) -> None:
    add_leads(world.store, viettel(2))
    world.telephony = SlowTelephony(world.clock)

    world.dial()
    world.clock.wait(1)

    assert world.rate.available(CARRIER, per_second=FULL_BUCKET).count == 0


def test_a_call_that_waits_for_a_token_is_judged_meanwhile(world: World) -> None:
    add_leads(world.store, viettel(3))
    world.dial()
    waiting = world.plan()
    put(world, status=Status.STOP, run_id=None)

    world.place(waiting)

    assert [call_row(world, call_id).reason for call_id in waiting] == [Reason.STOPPED]


def test_a_carrier_without_a_limit_asks_no_bucket(world: World) -> None:
    with world.store.transaction() as tx:
        tx.connection.execute(update(carriers).values(calls_per_second=0))
    add_leads(world.store, viettel(5))
    world.rate.away = True

    world.dial()

    assert len(world.telephony.placed) == 5
    assert world.queue.plans == []


def test_a_second_sees_no_more_calls_than_its_limit_however_busy(world: World) -> None:
    add_leads(world.store, viettel(9))
    dialled = []

    for _ in range(300):
        world.plan()
        sent, world.queue.calls = world.queue.calls, []
        before = len(world.telephony.placed)
        world.place(sent)
        dialled += [world.clock.now()] * (len(world.telephony.placed) - before)
        world.clock.wait(0.01)

    assert len(dialled) == 6
    assert all(later > earlier.add(seconds=1) for earlier, later in pairwise(dialled[::FULL_BUCKET]))


def test_a_call_without_a_token_is_not_even_moved(world: World, caplog: pytest.LogCaptureFixture) -> None:
    add_leads(world.store, viettel(2))
    world.rate.reserve(CARRIER, per_second=FULL_BUCKET, count=1)

    world.dial()

    assert len(world.telephony.placed) == 1
    assert "calls_put_back" not in {vars(record).get("action") for record in caplog.records}


def test_a_code_is_sent_before_those_who_waited_and_they_before_others(world: World) -> None:
    with world.store.transaction() as tx:
        tx.connection.execute(update(carriers).values(calls_per_second=1))
    add_leads(world.store, viettel(2))
    world.dial()
    (waiting,) = world.plan()
    world.place([waiting])
    world.clock.wait(1.05)
    with world.store.transaction() as tx:
        tx.connection.execute(update(carriers).values(calls_per_second=3))
    add_leads(world.store, viettel(1, start=7), stage=Stage.OTP)
    add_leads(world.store, viettel(1, start=8))

    sent = world.plan()

    assert [call_row(world, call_id).stage_before for call_id in sent] == [Stage.OTP, Stage.NEW, Stage.NEW]
    assert sent[1] == waiting


def test_all_who_wait_try_again_in_the_same_steps(world: World) -> None:
    add_leads(world.store, viettel(4))
    world.clock.wait(0.013)
    world.dial()
    first, second = world.plan()

    world.clock.wait(0.001)
    world.place([first])
    world.clock.wait(0.02)
    world.place([second])

    assert world.queue.plans_at == [(CARRIER, START.add(seconds=1, microseconds=100_000))] * 2
