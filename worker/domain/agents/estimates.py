"""What a campaign has learnt of its calls and agents: ringing, talking, work after a call, and the answer rate now.

Everything is forgotten exponentially, ringing, talk and work after the call with a half-life of two hours. The answer
rate of the last ten minutes, compared with what the hazards expected, notices a list that turns good within minutes.
Its error is on the safe side: with little evidence it assumes more answers than were seen.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from worker.domain.agents.ages import Ages, Observed
from worker.domain.json_value import Json

HALF_LIFE: Final = 7_200.0
"""Seconds after which an observation counts half."""
LONGEST_STEP: Final = 60.0
"""Seconds that one step forgets at most: a night without calls makes nothing older."""
LEVEL_FORGETS: Final = 600.0
"""Seconds over which the answer rate is compared with what was expected."""
LEVEL_PRIOR: Final = 10.0
"""Answers that are assumed to have come as expected."""

RING_BINS: Final = 75
"""Bins of one second; the longest ringing time of a campaign is shorter."""
TALK_BINS: Final = 120
"""Bins of five seconds."""
WRAP_BINS: Final = 90
"""Bins of one second."""

ANSWERED: Final = 0
FAILED: Final = 1
ENDED: Final = 0
READY_AGAIN: Final = 0
PAUSED: Final = 1

_RING = Ages.empty(width=1, bins=RING_BINS, kinds=2)
_TALK = Ages.empty(width=5, bins=TALK_BINS, kinds=1)
_WRAP = Ages.empty(width=1, bins=WRAP_BINS, kinds=2)

ASSUMED_ANSWERS: Final = (0.01, 0.01, *(0.04,) * (RING_BINS - 2))
"""Half of the calls are answered, after 15 s of ringing on average."""
ASSUMED_FAILURES: Final = (0.03,) * RING_BINS
ASSUMED_TALK_ENDS: Final = (0.06,) * TALK_BINS
"""80 s on average."""
ASSUMED_WRAP_ENDS: Final = (0.06,) * WRAP_BINS
"""16 s on average."""
ASSUMED_PAUSES: Final = (0.002,) * WRAP_BINS


@dataclass(frozen=True, slots=True)
class Seen:
    """What ended since the estimates were last made."""

    rings: Sequence[Observed] = ()
    talks: Sequence[Observed] = ()
    wraps: Sequence[Observed] = ()


@dataclass(frozen=True, slots=True)
class Estimates:
    """A campaign's estimates; one JSON row in the database."""

    ring: Ages = field(default=_RING)
    talk: Ages = field(default=_TALK)
    wrap: Ages = field(default=_WRAP)
    answers_seen: float = 0.0
    answers_expected: float = 0.0

    def learn(self, seen: Seen, *, elapsed: float) -> "Estimates":
        """Return the estimates after what was seen in the last ``elapsed`` seconds."""
        elapsed = min(elapsed, LONGEST_STEP)
        keep = 0.5 ** (elapsed / HALF_LIFE)
        keep_level = math.exp(-elapsed / LEVEL_FORGETS)
        expected = _cumulated(self.answer_hazards())
        last = RING_BINS - 1
        answers = sum(one.end == ANSWERED for one in seen.rings)
        due = sum(expected[min(int(one.seconds), last)] for one in seen.rings)
        return Estimates(
            ring=self.ring.learn(seen.rings, keep=keep),
            talk=self.talk.learn(seen.talks, keep=keep),
            wrap=self.wrap.learn(seen.wraps, keep=keep),
            answers_seen=self.answers_seen * keep_level + answers,
            answers_expected=self.answers_expected * keep_level + due,
        )

    @property
    def level(self) -> float:
        """Return how much likelier an answer is now than the hazards say, with a margin for little evidence."""
        seen = self.answers_seen + LEVEL_PRIOR
        return seen / (self.answers_expected + LEVEL_PRIOR) * (1 + 1 / math.sqrt(seen))

    def answer_hazards(self) -> list[float]:
        """Return the chance of an answer in each second of ringing, without the level of the last minutes."""
        return self.ring.hazards(ASSUMED_ANSWERS, kind=ANSWERED)

    def to_json(self) -> dict[str, Json]:
        """Return the stored form."""
        return {
            "ring": self.ring.to_json(),
            "talk": self.talk.to_json(),
            "wrap": self.wrap.to_json(),
            "answers_seen": round(self.answers_seen, 4),
            "answers_expected": round(self.answers_expected, 4),
        }

    @staticmethod
    def from_json(value: Json) -> "Estimates":
        """Return what was stored; parts that are missing or of another form start anew."""
        if not isinstance(value, Mapping):
            return Estimates()
        return Estimates(
            ring=Ages.from_json(value.get("ring"), like=_RING),
            talk=Ages.from_json(value.get("talk"), like=_TALK),
            wrap=Ages.from_json(value.get("wrap"), like=_WRAP),
            answers_seen=_number(value.get("answers_seen")),
            answers_expected=_number(value.get("answers_expected")),
        )


def _cumulated(hazards: Sequence[float]) -> list[float]:
    """Return the answers that were expected of a call that rang through the bins up to each one."""
    total, sums = 0.0, []
    for hazard in hazards:
        total += hazard
        sums.append(total)
    return sums


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
