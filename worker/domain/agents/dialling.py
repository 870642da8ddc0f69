"""How many calls an agents' campaign dials now, and which of its bounds decides that.

The statistics only steer: whatever they say, ``credit`` is asked again under the campaign's lock at each dial.
"""

from dataclasses import dataclass
from enum import StrEnum

from worker.domain.agents.chances import Chances
from worker.domain.agents.credit import Lines
from worker.domain.agents.risk import AgentsNow, calls_wanted, lines_ceiling


class Bound(StrEnum):
    """What keeps a campaign from dialling one more call."""

    CREDIT = "credit"
    RATIO = "ratio"
    HOPPER = "hopper"
    RISK = "risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """What an agents' campaign may do: its settings, its price of a risk and its credit."""

    credit: int
    price: float
    ratio: int = 100
    hopper: int = 20
    queued: int = 0
    """Calls that are staged and not dialled yet; they are among ``AgentsNow.ringing``."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many more calls to start, and what keeps it from being one more."""

    calls: int
    bound: Bound


def calls_to_dial(agents: AgentsNow, pacing: Pacing, *, chances: Chances) -> Wanted:
    """Return how many more calls to start now."""
    in_use = agents.waiting + len(agents.ringing)
    lines = Lines(agents.ready, agents.waiting, len(agents.ringing))
    rooms = {
        Bound.CREDIT: lines.room(credit=pacing.credit),
        Bound.RATIO: lines_ceiling(agents, chances=chances, ratio=pacing.ratio) - in_use,
        Bound.HOPPER: pacing.hopper - pacing.queued,
    }
    bound = min(rooms, key=lambda one: rooms[one])
    most = max(0, rooms[bound])
    wanted = calls_wanted(agents, chances=chances, price=pacing.price, most=most)
    return Wanted(wanted, bound if wanted == most else Bound.RISK)
