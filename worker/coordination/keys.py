"""All keys in Redis (Celery's own aside).

``callbeat:wakeup:{what}``    set while a request for ``what`` is waiting; expires after 3 s
``callbeat:check``            written to test that Redis accepts writes; expires after 3 s
``callbeat:rate:{carrier}``   the carrier's token bucket: how many tokens were taken when; expires after an idle day
"""

from typing import Final

from worker.domain.ids import CarrierId

CHECK: Final = "callbeat:check"


def wakeup(what: str) -> str:
    return f"callbeat:wakeup:{what}"


def rate(carrier_id: CarrierId) -> str:
    return f"callbeat:rate:{carrier_id}"
