"""When a call that its switch refuses again and again is given up: neither the switch nor the trunk is at fault."""

from pendulum import DateTime

from worker.domain.call import HungUp, Refused
from worker.domain.hangup import Hangup
from worker.domain.switch_refusal import is_own_refusal
from worker.domain.trunk import UNREACHED_DIALS
from worker.domain.trunk_result import TRUNK_REFUSALS


def end_of_refused(event: Refused, *, refusals: int, dialled_at: DateTime, now: DateTime) -> HungUp | None:
    """Return the end of a call that was refused so often before; None when it is put back once more.

    A cause of the switch or of the trunk has a circuit breaker, which says why the call waits. Any other cause is about
    this call, and would be heard for ever.
    """
    if is_own_refusal(event.cause) or event.cause in TRUNK_REFUSALS or refusals + 1 < UNREACHED_DIALS:
        return None
    end = Hangup(cause=event.cause, answered=False)
    return HungUp(event.call_id, end, started_at=dialled_at, ended_at=now, dial=event.dial)
