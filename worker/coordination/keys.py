"""Every key in Redis, named once.

``callbeat:wakeup:{what}``    set while a request for ``what`` waits; lapses by itself after a few seconds
``callbeat:check``            written by whoever asks whether Redis takes anything; lapses by itself after a few seconds
``callbeat:rate:{carrier}``   who took how many of the carrier's calls per second, and when; lapses after an idle day
"""

from typing import Final

from worker.domain.ids import CarrierId

CHECK: Final = "callbeat:check"


def wakeup(what: str) -> str:
    return f"callbeat:wakeup:{what}"


def rate(carrier_id: CarrierId) -> str:
    return f"callbeat:rate:{carrier_id}"
