"""A carrier's calls per second: which calls may be dialled in this second, and when the others try again."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from math import ceil
from typing import Final

from pendulum import DateTime

from worker.domain.carrier import Carrier
from worker.domain.errors import Unavailable
from worker.domain.ids import CallId, CarrierId
from worker.domain.timing import UNREACHABLE_PAUSE
from worker.ports.dispatch.messages import JobQueue, Rate, Tokens
from worker.ports.dispatch.store import DispatchTransaction
from worker.usecases.dispatch.judge_calls import Won

logger = logging.getLogger(__name__)

MICROSECONDS: Final = 1_000_000
STEP_MICROSECONDS: Final = 50_000
"""Calls that wait for tokens try again together at the next multiple of this, so that one plan sends them all."""


def available_tokens(rate: Rate, carriers: Iterable[Carrier]) -> dict[CarrierId, Tokens]:
    """Return the available tokens of the carriers that have a limit."""
    limited = {carrier.id: carrier for carrier in carriers if carrier.calls_per_second}
    return {carrier_id: _asked(rate, carrier, count=None) for carrier_id, carrier in limited.items()}


def reserve_tokens(
    rate: Rate, won: Sequence[Won]
) -> tuple[list[Won], dict[CarrierId, list[CallId]], dict[CarrierId, Tokens]]:
    """Reserve a token for each call whose carrier has a limit.

    Return the calls that may go, those that may not (by carrier), and the reservations.
    """
    limited: defaultdict[CarrierId, list[Won]] = defaultdict(list)
    for one in won:
        if one.carrier.calls_per_second:
            limited[one.carrier.id].append(one)
    reserved: dict[CarrierId, Tokens] = {}
    without: dict[CarrierId, list[CallId]] = {}
    for carrier_id, calls in limited.items():
        reserved[carrier_id] = _asked(rate, calls[0].carrier, count=len(calls))
        late = [one.origination.call_id for one in calls[reserved[carrier_id].count :]]
        if late:
            without[carrier_id] = late
    waiting = {call_id for call_ids in without.values() for call_id in call_ids}
    return [one for one in won if one.origination.call_id not in waiting], without, reserved


def confirm_dialled(rate: Rate, tokens: Mapping[CarrierId, Tokens]) -> None:
    """Confirm that the calls were dialled now: their tokens come back a second after this."""
    for carrier_id, taken in tokens.items():
        if taken.receipt:
            rate.dialled(carrier_id, receipt=taken.receipt)


def postpone_calls(
    tx: DispatchTransaction,
    waiting: Mapping[CarrierId, Sequence[CallId]],
    *,
    tokens: Mapping[CarrierId, Tokens],
    queue: JobQueue,
    now: DateTime,
) -> None:
    """Postpone queued calls to their carrier's next token; the plan at that time sends them again."""
    for carrier_id, call_ids in waiting.items():
        moment = _next_step(now, tokens[carrier_id].wait_seconds)
        tx.calls.postpone(call_ids, until=moment)
        tx.after_commit(partial(queue.plan_carrier_at, carrier_id, at=moment, now=now))


def _next_step(now: DateTime, wait_seconds: float) -> DateTime:
    earliest = now.add(microseconds=ceil(wait_seconds * MICROSECONDS))
    return earliest.add(microseconds=-earliest.microsecond % STEP_MICROSECONDS)


def _asked(rate: Rate, carrier: Carrier, *, count: int | None) -> Tokens:
    """Return a bucket's tokens, or reserve so many; a bucket that cannot be reached admits no call."""
    try:
        if count is None:
            return rate.available(carrier.id, per_second=carrier.calls_per_second)
        return rate.reserve(carrier.id, per_second=carrier.calls_per_second, count=count)
    except Unavailable:
        extra = {"action": "rate_away", "carrier_id": carrier.id}
        logger.warning("rate limiter not reachable, calls wait", extra=extra)
        return Tokens(0, UNREACHABLE_PAUSE.total_seconds())
