"""End calls that outlive their longest duration: their switch was told to, and has not done it."""

import logging
from collections.abc import Iterable

from pendulum import DateTime

from worker.domain.call import TOO_LONG
from worker.domain.errors import NotFound, Unavailable
from worker.domain.timing import LONGEST_CALL_EXCEEDED
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.telephony import Telephony
from worker.ports.dispatch.watching import WATCHERS, Repair

logger = logging.getLogger(__name__)


def end_overlong(telephony: Telephony, calls: Iterable[Call], *, switch: str, now: DateTime) -> None:
    """Order the switch to end each of these calls, which it has, that should have been over for a while."""
    for call in calls:
        if call.over_by is None or now < call.over_by + LONGEST_CALL_EXCEEDED:
            continue
        extra = {"action": "call_too_long", "call_id": call.id, "switch": switch}
        try:
            telephony.end(call.id, switch=switch, cause=TOO_LONG)
            logger.warning("call outlived its longest duration, the switch was told to end it", extra=extra)
            WATCHERS.repaired(Repair.ENDED_OVERLONG)
        except (NotFound, Unavailable) as error:  # the next sweep tries again
            logger.warning(
                "call outlived its longest duration, the switch cannot be told", extra={**extra, "why": str(error)}
            )
            return
