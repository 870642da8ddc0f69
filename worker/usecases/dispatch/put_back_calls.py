"""Put calls back into the queue that reached nobody: their attempts do not count."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from pendulum import DateTime

from worker.domain.call import HungUp
from worker.domain.hangup import Hangup
from worker.domain.ids import CarrierId
from worker.domain.reason import Reason
from worker.domain.trunk import UNREACHED_DIALS, Trunk, is_proven
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.store import DispatchTransaction

logger = logging.getLogger(__name__)

LONGEST_REFUSAL_PAUSE: Final = 4
"""Seconds. A switch that was full may have room again at any time, and calls that wait hold slots meanwhile."""


def put_back_calls(
    tx: DispatchTransaction,
    calls: Sequence[tuple[Call, HungUp | None]],
    *,
    trunks: Mapping[CarrierId, Trunk],
    now: DateTime,
) -> list[tuple[Call, HungUp]]:
    """Put locked calls back, each with its end if it had a channel; return those that end instead.

    A call is cancelled instead when a report has told meanwhile that its callee answered an earlier one.
    """
    given_up: list[tuple[Call, HungUp]] = []
    answered = tx.corrections.answered({call.lead_id for call, _ in calls}) if calls else set()
    for call, end in calls:
        trunk = trunks.get(call.carrier_id, Trunk())
        if end is not None and _is_at_fault(call, trunk=trunk, now=now):
            no_response = Hangup(cause="NO_USER_RESPONSE", answered=False, replied=False)
            given_up.append((call, replace(end, end=no_response)))
        else:
            tx.calls.put_back([call.id], resend_at=_dialled_again_at(call, trunk=trunk, now=now), refused=True)
            if call.lead_id in answered:
                tx.calls.cancel({call.id: Reason.ANSWERED}, now=now)
                tx.leads.hand_back({call.lead_id: call.stage_before})
                extra = {"action": "call_cancelled", "call_id": call.id, "reason": Reason.ANSWERED.value}
                logger.info("call cancelled, its callee answered an earlier one", extra=extra)
    return given_up


def _is_at_fault(call: Call, *, trunk: Trunk, now: DateTime) -> bool:
    """Return True for a call to which a trunk that replies to others never replies: the number is at fault."""
    return call.refusals + 1 >= UNREACHED_DIALS and is_proven(trunk, now=now)


def _dialled_again_at(call: Call, *, trunk: Trunk, now: DateTime) -> DateTime:
    pause = now.add(seconds=min(LONGEST_REFUSAL_PAUSE, 2**call.refusals))
    return pause if trunk.next_trial_at is None else max(pause, trunk.next_trial_at)
