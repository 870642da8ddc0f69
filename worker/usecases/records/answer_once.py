"""Requests with a client's key: a second one gets the answer of the first, and the same thing is not done twice."""

from collections.abc import Callable

from pendulum import DateTime

from worker.domain.errors import Conflict, Reused
from worker.domain.repeated_request import ANSWERS_KEPT, HEADER
from worker.ports.records.answers import KeptAnswer, KeyedRequest
from worker.ports.records.store import RecordStore, RecordTransaction


class AnsweredBefore(Exception):
    """Another request with the key was answered while this one came in; its answer is this one's too."""

    def __init__(self, answer: KeptAnswer) -> None:
        """Take the answer."""
        super().__init__()
        self.answer = answer


def find_answer(store: RecordStore, *, request: KeyedRequest, now: DateTime) -> KeptAnswer | None:
    """Return the answer to an earlier request with this key; None when there was none within a day.

    Raises ``Reused`` when the earlier request was another one.
    """
    with store.reading() as tx:
        return _answer_of(tx, request, now=now)


def claim_key(*, request: KeyedRequest, now: DateTime) -> Callable[[RecordTransaction], None]:
    """Return what claims the key at the beginning of the transaction that does what was asked.

    It raises ``Conflict`` while another request with the key runs, and ``AnsweredBefore`` when one has just ended.
    """

    def claim(tx: RecordTransaction) -> None:
        if not tx.answers.lock(request):
            raise Conflict(f"a request with this {HEADER} still runs: send it again later")
        answer = _answer_of(tx, request, now=now)
        if answer is not None:
            raise AnsweredBefore(answer)

    return claim


def keep_answer(request: KeyedRequest, *, status: int, body: str, now: DateTime) -> Callable[[RecordTransaction], None]:
    """Return what stores the answer in the transaction that did what was asked."""
    answer = KeptAnswer(request.fingerprint, status, body)
    return lambda tx: tx.answers.keep(request, answer, now=now)


def _answer_of(tx: RecordTransaction, request: KeyedRequest, *, now: DateTime) -> KeptAnswer | None:
    answer = tx.answers.find(request, after=now - ANSWERS_KEPT)
    if answer is not None and answer.fingerprint != request.fingerprint:
        raise Reused(f"{HEADER} was used for another request: take a new one")
    return answer
