from itertools import pairwise

from worker.domain.callback_event import CallbackEvent, sequence_number


def test_the_events_of_a_lead_s_calls_ascend_in_the_order_in_which_they_happen() -> None:
    told = (CallbackEvent.RINGING, CallbackEvent.ANSWERED, CallbackEvent.HANGUP, CallbackEvent.CDR)

    numbers = [sequence_number(event, attempt=attempt) for attempt in (1, 2, 3) for event in told]

    assert all(earlier < later for earlier, later in pairwise(numbers))


def test_each_event_of_each_call_has_a_number_of_its_own() -> None:
    numbers = [sequence_number(event, attempt=attempt) for attempt in range(1, 20) for event in CallbackEvent]

    assert len(set(numbers)) == len(numbers)
