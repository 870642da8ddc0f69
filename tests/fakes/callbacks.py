"""A receiver that answers as it is told and remembers what it was sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pendulum import DateTime
from typing_extensions import override

from worker.domain.retry import Answer
from worker.ports.callbacks import CallbackSender
from worker.ports.dispatch import Delivery

HAD = Answer(200)
AWAY = Answer(None, "no connection")


@dataclass(frozen=True, slots=True)
class Sent:
    """One POST."""

    delivery: Delivery
    secret: str
    at: DateTime


class FakeSender(CallbackSender):
    """Gives the answers in their order, then the last one for ever; ``meanwhile`` happens during each POST."""

    def __init__(self, *answers: Answer, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Answer 200 unless told otherwise."""
        self._answers: Sequence[Answer] = answers or (HAD,)
        self._meanwhile = meanwhile
        self.sent: list[Sent] = []

    @override
    def send(self, delivery: Delivery, *, secret: str, now: DateTime) -> Answer:
        self.sent.append(Sent(delivery, secret, now))
        self._meanwhile()
        return self._answers[min(len(self.sent), len(self._answers)) - 1]
