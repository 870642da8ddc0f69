"""Learn from the results of calls how the carriers' trunks do: open and close their circuit breakers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.ids import CarrierId
from worker.domain.timing import TRUNK_LONGEST_PAUSE
from worker.domain.trunk import Trunk, TrunkResult, after_results, is_proven
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchTransaction
from worker.usecases.dispatch.trunk_events import TrunkChange, post_trunk_event

logger = logging.getLogger(__name__)

SENT_AT_ONCE: Final = 500
"""Calls that waited for a trunk and are sent when it replies; the sweep sends any others."""


@dataclass(frozen=True, slots=True)
class Told:
    """A call and what it says of its trunk."""

    call: Call
    result: TrunkResult


def watch_trunks(
    tx: DispatchTransaction,
    told: Mapping[CarrierId, Sequence[Told]],
    *,
    queue: JobQueue,
    now: DateTime,
    new_id: Callable[[], UUID],
) -> dict[CarrierId, Trunk]:
    """Apply results to the carriers' trunks, in order; return what is known of these trunks now.

    A trunk is locked only if the results change it, which is rare for a busy one that is well.
    """
    known = tx.trunks.of(told) if told else {}
    for carrier_id in sorted(known):
        results = [one.result for one in told[carrier_id]]
        if after_results(known[carrier_id], results, now=now) == known[carrier_id]:
            continue
        before = tx.trunks.lock(carrier_id)
        after = known[carrier_id] = after_results(before, results, now=now)
        tx.trunks.save(carrier_id, after)
        if is_proven(after, now=now) and not is_proven(before, now=now):
            _send_what_waited(tx, carrier_id, queue=queue, now=now)
        if before.is_failing is not after.is_failing:
            _tell(carrier_id, before=before, after=after)
            change = TrunkChange(told[carrier_id][-1].call, before, after)
            post_trunk_event(tx, change, queue=queue, now=now, new_id=new_id)
    return known


def _send_what_waited(tx: DispatchTransaction, carrier_id: CarrierId, *, queue: JobQueue, now: DateTime) -> None:
    """Send the calls that waited for a reply of the trunk, and plan more."""
    waited = tx.calls.unsent(now=now, limit=SENT_AT_ONCE, carrier_id=carrier_id, ahead=TRUNK_LONGEST_PAUSE)
    if waited:
        tx.after_commit(partial(queue.place_calls, waited))
    tx.after_commit(partial(queue.plan_carrier, carrier_id))


def _tell(carrier_id: CarrierId, *, before: Trunk, after: Trunk) -> None:
    if after.is_failing:
        extra = {"action": "carrier_failing", "carrier_id": carrier_id, "cause": after.cause}
        logger.error("trunk fails, only trial calls go out", extra=extra)
    else:
        extra = {"action": "carrier_recovered", "carrier_id": carrier_id, "cause": before.cause}
        logger.info("trunk replies again", extra=extra | {"failing_since": str(before.failing_since)})
