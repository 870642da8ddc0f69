"""What use cases need to tell customers of their calls."""

from typing import Protocol

from pendulum import DateTime

from worker.domain.retry import Answer
from worker.ports.dispatch import Delivery


class CallbackSender(Protocol):
    """Posts one callback."""

    def send(self, delivery: Delivery, *, secret: str, now: DateTime) -> Answer:
        """POST the signed body; never raises for what a receiver can do."""
