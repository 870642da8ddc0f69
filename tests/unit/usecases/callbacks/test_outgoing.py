"""Which of a host's callbacks go together."""

from tests.builders.outbox import HOST, a_delivery
from worker.domain.callback_event import CallbackEvent
from worker.ports.dispatch.outbox import Delivery
from worker.usecases.callbacks.outgoing import Outgoing

OTHER = f"https://{HOST}/other"


def outgoing(*waiting: Delivery) -> Outgoing:
    made = Outgoing(HOST)
    made.waiting = list(waiting)
    return made


def test_the_one_due_longest_goes_first() -> None:
    assert outgoing(a_delivery(2), a_delivery(1)).next([], concurrency=4) == a_delivery(2)


def test_one_call_s_callbacks_to_one_url_go_one_after_the_other() -> None:
    answered, cdr = a_delivery(1, event=CallbackEvent.ANSWERED), a_delivery(1)

    assert outgoing(cdr, a_delivery(2)).next([answered], concurrency=4) == a_delivery(2)
    assert outgoing(cdr).next([answered], concurrency=4) is None
    assert outgoing(cdr).next([a_delivery(2)], concurrency=4) == cdr


def test_one_call_s_callbacks_to_two_urls_may_go_together() -> None:
    assert outgoing(a_delivery(1, url=OTHER)).next([a_delivery(1)], concurrency=4) == a_delivery(1, url=OTHER)


def test_no_url_takes_more_than_half_of_the_concurrency_from_another() -> None:
    under_way = [a_delivery(1), a_delivery(2)]
    waiting = [a_delivery(3), a_delivery(4, url=OTHER)]

    assert outgoing(*waiting).next(under_way, concurrency=4) == a_delivery(4, url=OTHER)
    assert outgoing(a_delivery(3)).next(under_way, concurrency=4) == a_delivery(3)


def test_a_single_lane_rotates() -> None:
    assert outgoing(a_delivery(1), a_delivery(2, url=OTHER)).next([], concurrency=1) == a_delivery(1)


def test_what_is_left_is_asked_for() -> None:
    left, done = outgoing(a_delivery(1)), outgoing()

    left.drop_rest()
    done.drop_rest()

    assert (left.waiting, left.has_more, done.has_more) == ([], True, False)
