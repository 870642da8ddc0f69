"""What is left when a session ends."""

from tests.builders.outbox import HOST, a_delivery
from worker.ports.dispatch.outbox import Delivery
from worker.usecases.callbacks.outgoing import Outgoing


def outgoing(*waiting: Delivery) -> Outgoing:
    made = Outgoing(HOST)
    made.waiting = list(waiting)
    return made


def test_what_is_left_is_asked_for() -> None:
    left, done = outgoing(a_delivery(1)), outgoing()

    left.drop_rest()
    done.drop_rest()

    assert (left.waiting, left.has_more, done.has_more) == ([], True, False)
