"""What can befall a stream of events on its way: frames come twice, and out of order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from worker.telephony.esl import Frame

HELD: Final = 8
"""How many frames wait at most for being overtaken."""
TWICE: Final = 0.5
"""How likely a frame is to come twice."""


def bytes_of(frame: Frame) -> bytes:
    """Write a frame as it was read."""
    headers = "".join(f"{name}: {value}\n" for name, value in frame.headers.items())
    return headers.encode() + b"\n" + frame.body


@dataclass(slots=True)
class Perturbation:
    """Doubles events and lets them overtake each other; replies keep their place, and no event is ever lost."""

    chance: Random
    _held: list[Frame] = field(default_factory=list)

    def feed(self, frames: Sequence[Frame]) -> list[Frame]:
        """Take frames as they came; give those that go on now."""
        going: list[Frame] = []
        for frame in frames:
            if not frame.is_event:
                going.append(frame)
                continue
            self._held += [frame, frame] if self.chance.random() < TWICE else [frame]
            while len(self._held) > HELD:
                going.append(self._held.pop(self.chance.randrange(len(self._held))))
        return going

    def release(self) -> list[Frame]:
        """Give all that is held, in an order of chance."""
        held, self._held = self._held, []
        self.chance.shuffle(held)
        return held
