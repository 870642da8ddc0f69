"""A receiver that answers as it is told and remembers what it was sent."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from pendulum import DateTime
from typing_extensions import override

from worker.domain.retry import Answer
from worker.ports.callbacks.deliveries import CallbackSender
from worker.ports.dispatch.outbox import Delivery

P = ParamSpec("P")
ResultT = TypeVar("ResultT")

HAD = Answer(200)
AWAY = Answer(None, "no connection")


@dataclass(frozen=True, slots=True)
class Sent:
    """One POST."""

    delivery: Delivery
    secrets: Sequence[str]
    at: DateTime
    apikey: str = ""


class FakeSender(CallbackSender):
    """Gives the answers in their order, then the last one for ever; ``meanwhile`` happens during each POST."""

    def __init__(self, *answers: Answer, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Answer 200 unless told otherwise."""
        self._answers: Sequence[Answer] = answers or (HAD,)
        self._meanwhile = meanwhile
        self.sent: list[Sent] = []

    @override
    def send(self, delivery: Delivery, *, secrets: Sequence[str], apikey: str, now: DateTime) -> Answer:
        self.sent.append(Sent(delivery, secrets, now, apikey))
        self._meanwhile()
        return self._answers[min(len(self.sent), len(self._answers)) - 1]


class OneAfterTheOther(Executor):
    """Lanes without threads: what is submitted has been done when ``submit`` returns, or has raised."""

    @override
    def submit(self, fn: Callable[P, ResultT], /, *args: P.args, **kwargs: P.kwargs) -> Future[ResultT]:
        done: Future[ResultT] = Future()
        done.set_result(fn(*args, **kwargs))
        return done
