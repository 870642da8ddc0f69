"""An acknowledgement that fails gives its place back, so that the worker goes on taking messages.

Read against kombu 5.7: its Redis transport forgets a message only after Redis has. When Redis does not answer in time,
Celery logs "Couldn't ack" and goes on; the message keeps its place in the prefetch count until the process ends. A
worker that takes one message at a time then takes none any more, however well Redis is.
"""

from typing import Any

from kombu.transport import redis, virtual
from typing_extensions import override


class ForgettingQoS(redis.QoS):
    """What of a channel's messages is not acknowledged; a failure is raised as ever, but leaves nothing behind.

    Redis keeps its copy, and hands it out again after the visibility timeout: each of our tasks may be repeated.
    """

    @override
    def ack(self, delivery_tag: Any) -> None:  # Any: the library's own type
        try:
            super().ack(delivery_tag)
        except BaseException:
            virtual.QoS.ack(self, delivery_tag)
            raise

    @override
    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue)
        except BaseException:
            virtual.QoS.ack(self, delivery_tag)
            raise


def forget_what_cannot_be_acknowledged() -> None:
    """Make each Redis channel of this process use ``ForgettingQoS``; kombu has no option for it."""
    redis.Channel.QoS = ForgettingQoS
