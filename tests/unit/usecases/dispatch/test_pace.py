"""Calls per second: nobody is dialled without a token, each call at its time, and who waits is sent again in time."""

from collections.abc import Sequence

import pytest

from tests.builders import CARRIER, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.dispatch.pacing import AHEAD, BURST, FIRST, PER_SECOND, WatchedRate, allow, timed
from tests.unit.usecases.look import call_row, put, states
from worker.domain.call import CallState
from worker.domain.campaign import Status
from worker.domain.lead import Stage
from worker.domain.pacing import CATCH_UP_MICROS, MICROSECONDS
from worker.domain.reason import Reason
from worker.domain.timing import PACED_PLAN_LEAD, TAKE_LEAD, TOKEN_RETURNS, TOKEN_UNCONFIRMED, VERDICT_HOLDS


@pytest.fixture(autouse=True)
def paced(world: World) -> None:
    """Let the carrier begin twenty calls a second; it was idle."""
    fill_store(
        world.store,
        stored_settings(concurrent_call=90, network={}),
        carrier_calls=90,
        carrier={"calls_per_second": PER_SECOND},
    )
    world.rate.available(CARRIER, per_second=PER_SECOND, count=1)
    world.clock.wait(2)


def test_a_plan_queues_no_more_than_may_begin_before_the_next(world: World) -> None:
    add_leads(world.store, viettel(9))

    assert len(world.plan()) == AHEAD
    assert world.plan() == []


def test_calls_are_dialled_one_by_one_at_the_carriers_pace(world: World) -> None:
    add_leads(world.store, viettel(9))
    switch = timed(world)

    world.dial()

    assert len(switch.times) == AHEAD
    gaps = [later - earlier for earlier, later in zip(switch.times, switch.times[1:], strict=False)]
    # The first call may be late by as much as calls catch up, and the second is asked for ahead of its time.
    early = CATCH_UP_MICROS / MICROSECONDS + TAKE_LEAD.total_seconds()
    assert gaps == pytest.approx([1 / PER_SECOND] * (AHEAD - 1), abs=early + 0.001)


def test_the_next_plan_comes_before_the_next_token(world: World) -> None:
    add_leads(world.store, viettel(9))
    begun = world.clock.now()

    world.dial()

    ((carrier, at),) = world.queue.plans_at
    assert carrier == CARRIER
    next_token = begun.add(microseconds=230_000)
    assert next_token - PACED_PLAN_LEAD <= at < next_token


@pytest.mark.thorough
def test_no_window_has_more_calls_than_it_may_and_nearly_all_of_the_rate_is_reached(world: World) -> None:
    add_leads(world.store, viettel(99))
    switch = timed(world)
    begun = world.clock.now()

    while world.clock.now() < begun.add(seconds=4):
        world.dial()
        at = max((at for _, at in world.queue.plans_at), default=world.clock.now())
        world.clock.wait(max(0.001, (at - world.clock.now()).total_seconds()))

    assert _most_within(1.0, switch.times) <= PER_SECOND
    assert _most_within(0.1, switch.times) <= BURST
    assert (len(switch.times) - 1) / (switch.times[-1] - switch.times[0]) >= 0.97 * PER_SECOND


def _most_within(seconds: float, times: Sequence[float]) -> int:
    return max(sum(begin <= at < begin + seconds for at in times) for begin in times)


def test_a_call_without_a_time_stays_queued_and_is_sent_again_before_its_token(world: World) -> None:
    add_leads(world.store, viettel(9))
    waiting = world.plan()
    world.rate.reserve(CARRIER, per_second=PER_SECOND, count=FIRST)

    world.place(waiting)
    assert world.telephony.placed == []
    ((_, at),) = world.queue.plans_at
    world.clock.wait((at - world.clock.now()).total_seconds())
    sent = world.plan()
    world.place(sent)

    assert sent == waiting
    assert 0 < len(world.telephony.placed) < len(waiting)


def test_those_who_wait_are_sent_once(world: World) -> None:
    add_leads(world.store, viettel(9))
    waiting = world.plan()
    world.rate.take(CARRIER, per_second=PER_SECOND, reserved="other", first=0, count=BURST)
    world.rate.reserve(CARRIER, per_second=PER_SECOND, count=FIRST)
    world.place(waiting)
    world.queue.calls.clear()

    world.clock.wait(0.3)
    for _ in range(2):
        world.plan()
        world.sweep()

    assert sorted(world.queue.calls) == sorted(waiting)


def test_the_first_times_go_to_codes(world: World) -> None:
    add_leads(world.store, viettel(3))
    call_ids = world.plan()
    add_leads(world.store, viettel(1, start=8), stage=Stage.OTP)
    (code,) = world.plan()

    world.place([*call_ids, code])

    assert world.telephony.placed[0].call_id == code


def test_a_code_is_sent_before_those_who_waited_and_they_before_others(world: World) -> None:
    add_leads(world.store, viettel(2))
    waiting = world.plan()
    world.rate.reserve(CARRIER, per_second=PER_SECOND, count=FIRST)
    world.place(waiting)
    world.clock.wait(0.3)
    add_leads(world.store, viettel(1, start=7), stage=Stage.OTP)
    add_leads(world.store, viettel(1, start=8))

    code, *others = world.plan()

    assert call_row(world, code).stage_before is Stage.OTP
    assert sorted(others[:2]) == sorted(waiting)
    assert len(others) == 3


def test_a_call_for_which_another_worker_was_quicker_is_not_moved(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    add_leads(world.store, viettel(3))
    call_ids = world.plan()
    quicker = WatchedRate(
        world.rate, looked=lambda: world.rate.reserve(CARRIER, per_second=PER_SECOND, count=FIRST - 1)
    )

    world.place(call_ids, rate=quicker)

    assert len(world.telephony.placed) < len(call_ids)
    assert states(world)[CallState.QUEUED] == len(call_ids) - len(world.telephony.placed)
    assert "calls_put_back" not in {vars(record).get("action") for record in caplog.records}


def test_nothing_is_dialled_while_the_limiter_cannot_be_reached(world: World) -> None:
    add_leads(world.store, viettel(2))
    call_ids = world.plan()
    world.rate.away = True

    world.place(call_ids)
    world.rate.away = False
    world.clock.wait(1)
    world.place(world.plan())

    assert sorted(placed.call_id for placed in world.telephony.placed) == sorted(call_ids)


def test_a_limiter_that_goes_away_between_judgement_and_dial_lets_nobody_out(world: World) -> None:
    add_leads(world.store, viettel(2))
    call_ids = world.plan()

    world.place(call_ids, rate=WatchedRate(world.rate, taken=lambda: setattr(world.rate, "away", True)))

    assert world.telephony.placed == []
    assert states(world) == {CallState.QUEUED: 2}
    assert world.queue.plans == [CARRIER]


def test_what_could_not_be_sent_while_the_verdict_held_goes_back(world: World) -> None:
    add_leads(world.store, viettel(9))
    switch = timed(world, seconds=VERDICT_HOLDS.total_seconds() / 2)

    world.dial()

    assert 0 < len(switch.times) < AHEAD
    assert states(world) == {CallState.DIALING: len(switch.times), CallState.QUEUED: AHEAD - len(switch.times)}
    assert world.queue.plans == [CARRIER]


def test_a_switch_that_does_not_answer_gets_no_more_calls_and_keeps_its_tokens_out(world: World) -> None:
    add_leads(world.store, viettel(9))
    allow(world, 1)
    world.telephony.answers = False
    world.dial()
    world.telephony.answers = True

    free = []
    for seconds in (1.1, TOKEN_UNCONFIRMED.total_seconds()):
        world.clock.wait(seconds)
        free.append(world.rate.take(CARRIER, per_second=1, reserved="look", first=0, count=1).count)

    assert len(world.telephony.placed) == 1
    assert free == [0, 1]


def test_a_token_counts_from_the_moment_of_the_dial(world: World) -> None:
    add_leads(world.store, viettel(2))
    allow(world, 1)
    timed(world, seconds=0.3)

    world.dial()
    world.clock.wait(TOKEN_RETURNS.total_seconds() - 0.1)

    assert world.rate.take(CARRIER, per_second=1, reserved="look", first=0, count=1).count == 0


def test_a_call_that_waits_for_a_token_is_judged_meanwhile(world: World) -> None:
    add_leads(world.store, viettel(3))
    waiting = world.plan()
    world.rate.reserve(CARRIER, per_second=PER_SECOND, count=FIRST)
    world.place(waiting)
    put(world, status=Status.STOP, run_id=None)

    world.place(waiting)

    assert {call_row(world, call_id).reason for call_id in waiting} == {Reason.STOPPED}


def test_a_carrier_without_a_limit_asks_no_limiter(world: World) -> None:
    allow(world, 0)
    add_leads(world.store, viettel(5))
    world.rate.away = True

    world.dial()

    assert len(world.telephony.placed) == 5
    assert world.queue.plans_at == []
