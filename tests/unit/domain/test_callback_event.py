from itertools import pairwise

from worker.domain.callback_event import ALERTS, OF_AGENTS, OF_CARRIERS, OF_REPORTS, CallbackEvent, sequence_number


def test_the_events_of_a_lead_s_calls_ascend_in_the_order_in_which_they_happen() -> None:
    told = (CallbackEvent.RINGING, CallbackEvent.ANSWERED, CallbackEvent.HANGUP, CallbackEvent.CDR)
    calls = [(1, 0), (1, 1), (1, 2), (2, 2), (3, 2), (3, 3)]
    """Attempt, and the ends before it that used none."""

    numbers = [
        sequence_number(event, attempt=attempt, uncounted=uncounted) for attempt, uncounted in calls for event in told
    ]

    assert all(earlier < later for earlier, later in pairwise(numbers))


OF_CALLS = [event for event in CallbackEvent if event not in OF_CARRIERS | OF_AGENTS | OF_REPORTS | ALERTS]


def test_each_event_of_each_call_has_a_number_of_its_own() -> None:
    numbers = [sequence_number(event, attempt=attempt, uncounted=0) for attempt in range(1, 20) for event in OF_CALLS]

    assert len(set(numbers)) == len(numbers)
