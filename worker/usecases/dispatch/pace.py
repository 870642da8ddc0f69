"""A carrier's calls per second: who may dial in this second, and when those who may not try again."""

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
"""Those who wait for tokens try again together, at the next of these steps: one plan sends all of a carrier's calls."""


def tokens_left(rate: Rate, carriers: Iterable[Carrier]) -> dict[CarrierId, Tokens]:
    """Ask the buckets of those carriers that have a limit."""
    limited = {carrier.id: carrier for carrier in carriers if carrier.calls_per_second}
    return {carrier_id: _asked(rate, carrier, count=None) for carrier_id, carrier in limited.items()}


def take_tokens(
    rate: Rate, won: Sequence[Won]
) -> tuple[list[Won], dict[CarrierId, list[CallId]], dict[CarrierId, Tokens]]:
    """Take a token for each call whose carrier has a limit; give who may go, who may not, and what the buckets said."""
    asking: defaultdict[CarrierId, list[Won]] = defaultdict(list)
    for one in won:
        if one.carrier.calls_per_second:
            asking[one.carrier.id].append(one)
    got = {carrier_id: _asked(rate, mine[0].carrier, count=len(mine)) for carrier_id, mine in asking.items()}
    late = {c: [one.origination.call_id for one in mine[got[c].count :]] for c, mine in asking.items()}
    held = {carrier_id: call_ids for carrier_id, call_ids in late.items() if call_ids}
    barred = {call_id for call_ids in held.values() for call_id in call_ids}
    return [one for one in won if one.origination.call_id not in barred], held, got


def tell_dialled(rate: Rate, tokens: Mapping[CarrierId, Tokens]) -> None:
    """Have tokens that were taken come back a second after this moment."""
    for carrier_id, taken in tokens.items():
        if taken.receipt:
            rate.dialled(carrier_id, receipt=taken.receipt)


def put_off(
    tx: DispatchTransaction,
    waiting: Mapping[CarrierId, Sequence[CallId]],
    *,
    tokens: Mapping[CarrierId, Tokens],
    queue: JobQueue,
    now: DateTime,
) -> None:
    """Let queued calls wait for their carrier's next token; the plan of that moment sends them again."""
    for carrier_id, call_ids in waiting.items():
        moment = _next_step(now, tokens[carrier_id].wait_seconds)
        tx.calls.postpone(call_ids, until=moment)
        tx.after_commit(partial(queue.plan_carrier_at, carrier_id, at=moment, now=now))


def _next_step(now: DateTime, wait_seconds: float) -> DateTime:
    earliest = now.add(microseconds=ceil(wait_seconds * MICROSECONDS))
    return earliest.add(microseconds=-earliest.microsecond % STEP_MICROSECONDS)


def _asked(rate: Rate, carrier: Carrier, *, count: int | None) -> Tokens:
    """Ask a bucket how much is left, or take so many; one that cannot be reached lets nobody through."""
    try:
        if count is None:
            return rate.available(carrier.id, per_second=carrier.calls_per_second)
        return rate.reserve(carrier.id, per_second=carrier.calls_per_second, count=count)
    except Unavailable:
        extra = {"action": "rate_away", "carrier_id": carrier.id}
        logger.warning("calls wait, their carrier's rate cannot be asked", extra=extra)
        return Tokens(0, UNREACHABLE_PAUSE.total_seconds())
