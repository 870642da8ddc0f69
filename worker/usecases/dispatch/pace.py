"""A carrier's calls per second: reserve times for calls while they are judged, and plan again in time for the next."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from math import ceil
from typing import Final

from pendulum import DateTime

from worker.domain.carrier import Carrier
from worker.domain.errors import Unavailable
from worker.domain.ids import CallId, CarrierId
from worker.domain.pacing import MICROSECONDS
from worker.domain.timing import PACED_PLAN_LEAD, UNREACHABLE_PAUSE
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.messages import JobQueue, Rate, Tokens
from worker.ports.dispatch.store import DispatchTransaction
from worker.usecases.dispatch.dial_paced import shared_pace
from worker.usecases.dispatch.judge_calls import Won

logger = logging.getLogger(__name__)

STEP_MICROSECONDS: Final = 10_000
"""Requests for a carrier's next plan are rounded up to this, so that workers that ask for the same plan ask once."""


def available_tokens(rate: Rate, carriers: Iterable[Carrier], *, calls: Sequence[Call]) -> dict[CarrierId, Tokens]:
    """Return when the next of these calls may begin, for each carrier that has a limit."""
    wanted = Counter(call.carrier_id for call in calls)
    limited = {carrier.id: carrier for carrier in carriers if carrier.paced_per_second}
    return {
        carrier_id: _asked(rate, carrier, count=wanted[carrier_id], is_final=False)
        for carrier_id, carrier in limited.items()
    }


def reserve_tokens(rate: Rate, won: Sequence[Won]) -> dict[CarrierId, Tokens]:
    """Reserve a time for each call whose carrier has a limit; fewer than asked for when another worker was quicker."""
    return {
        carrier_id: _asked(rate, calls[0].carrier, count=len(calls), is_final=True)
        for carrier_id, calls in by_limited_carrier(won).items()
    }


def by_limited_carrier(won: Iterable[Won]) -> dict[CarrierId, list[Won]]:
    """Return the calls of carriers that have a limit, in order, by carrier."""
    limited: defaultdict[CarrierId, list[Won]] = defaultdict(list)
    for one in won:
        if one.carrier.paced_per_second:
            limited[one.carrier.id].append(one)
    return limited


def postpone_calls(
    tx: DispatchTransaction,
    waiting: Mapping[CarrierId, Sequence[CallId]],
    *,
    tokens: Mapping[CarrierId, Tokens],
    queue: JobQueue,
    now: DateTime,
) -> None:
    """Postpone queued calls until their carrier is planned for its next token; that plan sends them again."""
    for carrier_id, call_ids in waiting.items():
        moment = plan_at(tokens[carrier_id], now=now)
        tx.calls.postpone(call_ids, until=moment)
        tx.after_commit(partial(queue.plan_carrier_at, carrier_id, at=moment, now=now))


def plan_at(tokens: Tokens, *, now: DateTime) -> DateTime:
    """Return when to plan the carrier again: a little before the first time that nobody has reserved."""
    wait = max(0.0, tokens.next_wait - PACED_PLAN_LEAD.total_seconds())
    earliest = now.add(microseconds=ceil(wait * MICROSECONDS))
    return earliest.add(microseconds=-earliest.microsecond % STEP_MICROSECONDS)


def _asked(rate: Rate, carrier: Carrier, *, count: int, is_final: bool) -> Tokens:
    """Return the times of a carrier's next calls, or reserve them; a limiter that is away admits no call."""
    ask = rate.reserve if is_final else rate.available
    try:
        return ask(carrier.id, per_second=carrier.calls_per_second, count=count, shared=shared_pace(carrier))
    except Unavailable:
        extra = {"action": "rate_away", "carrier_id": carrier.id}
        logger.warning("rate limiter not reachable, calls wait", extra=extra)
        return Tokens((), (UNREACHABLE_PAUSE + PACED_PLAN_LEAD).total_seconds())
