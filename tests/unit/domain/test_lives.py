"""Lives: of a call by its events, of a campaign by its operator."""

from itertools import permutations
from uuid import UUID

import pytest

from tests.builders import HANOI, NOON, a_campaign
from worker.domain.call import LIVE, Answered, CallEvent, CallState, HungUp, Refused, Ringing, Unreached, next_state
from worker.domain.campaign import Status, resume_if_due, steer
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId, RunId
from worker.domain.window import Span, Week, Windows

CALL = CallId(UUID(int=1))
RUN = RunId(UUID(int=2))
HOUR = 3_600_000_000_000
OFFICE = Windows(HANOI, (Week.every_day(Span(8 * HOUR, 21 * HOUR)),))
END = HungUp(CALL, Hangup(cause="NORMAL_CLEARING", answered=True), started_at=NOON, ended_at=NOON)
EVENTS: list[CallEvent] = [Ringing(CALL, NOON), Answered(CALL, NOON), END]


@pytest.mark.parametrize("order", list(permutations(EVENTS)))
def test_no_order_of_events_leaves_a_call_live_after_its_end(order: tuple[CallEvent, ...]) -> None:
    state = CallState.DIALING
    for event in (*order, *order):
        state = next_state(state, event) or state

    assert state is CallState.ENDED


@pytest.mark.parametrize("event", [Refused(CALL, "DESTINATION_OUT_OF_ORDER", listening_since=NOON), Unreached(END)])
def test_only_a_call_of_which_nothing_was_heard_goes_back(event: CallEvent) -> None:
    after = {state: next_state(state, event) for state in LIVE}

    assert after == {**dict.fromkeys(LIVE), CallState.DIALING: CallState.QUEUED}


def test_a_start_from_stop_is_a_new_run_and_a_start_from_pause_is_not() -> None:
    first = steer(a_campaign(status=Status.STOP), to=Status.START, now=NOON, new_run_id=RUN)
    again = steer(first, to=Status.START, now=NOON, new_run_id=RunId(UUID(int=3)))

    assert (first.status, first.run_id, again.run_id) == (Status.START, RUN, RUN)


def test_a_stop_ends_the_run() -> None:
    stopped = steer(a_campaign(run_id=RUN), to=Status.STOP, now=NOON, new_run_id=RUN)

    assert (stopped.status, stopped.run_id) == (Status.STOP, None)


def test_a_pause_waits_for_the_next_window_to_open() -> None:
    paused = steer(a_campaign(windows=OFFICE), to=Status.PAUSE, now=NOON, new_run_id=RUN)
    opening = NOON.add(hours=20)

    assert paused.resume_at == opening
    assert resume_if_due(paused, now=opening.subtract(seconds=1)).status is Status.PAUSE
    assert resume_if_due(paused, now=opening).status is Status.START


def test_a_pause_without_any_window_is_ended_by_the_operator_alone() -> None:
    paused = steer(a_campaign(), to=Status.PAUSE, now=NOON, new_run_id=RUN)

    assert resume_if_due(paused, now=NOON.add(years=1)).status is Status.PAUSE
