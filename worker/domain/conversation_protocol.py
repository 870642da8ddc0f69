"""What a conversation and the process that speaks with the switch say to each other: commands there, events back."""

from dataclasses import dataclass
from typing import Final

from worker.domain.script import Finish
from worker.domain.speech.parts import Part

PLAY_GRACE_SECONDS: Final = 5
"""A playback that has not ended so long after its own length is stuck; the callee's network may stretch it a little."""

CONNECT_SECONDS: Final = 30
"""So long an extension rings before the transfer counts as failed."""

LONGEST_TALK_SECONDS: Final = 4 * 3600
"""A bound for a transferred call; the switch's own longest duration ends it earlier."""


# --- Commands --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Play:
    """Play the parts; report ``Done``, or ``TimedOut`` when the end is not reported ``grace`` seconds after it."""

    act: int
    parts: tuple[Part, ...]
    grace: int = PLAY_GRACE_SECONDS


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop what plays or rings now; its report will be late."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Report ``TimedOut`` after so many seconds."""

    act: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Connect:
    """Ring the extension, or the hotline where it is empty; report ``Connected``, or ``Failed`` or ``TimedOut``."""

    act: int
    extension: str
    seconds: int = CONNECT_SECONDS


@dataclass(frozen=True, slots=True)
class BlockNumber:
    """Put the callee's number on the do-not-call list."""


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record the call behind what plays now; nothing is reported."""


@dataclass(frozen=True, slots=True)
class End:
    """Hang up."""

    finish: Finish


Command = Play | Stop | Wait | Connect | BlockNumber | StartRecording | End


# --- Events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """A playback has ended, or the talk after a transfer has."""

    act: int


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The time of a command has passed."""

    act: int


@dataclass(frozen=True, slots=True)
class Connected:
    """The extension has answered and is connected to the callee."""

    act: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The playback or the transfer was refused by the switch."""

    act: int


@dataclass(frozen=True, slots=True)
class Pressed:
    """The callee pressed a key, so many seconds after the answer."""

    digit: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CalleeGone:
    """The call has ended, and not by our command."""


@dataclass(frozen=True, slots=True)
class MachineFound:
    """The carrier's detector says that a machine has answered."""


@dataclass(frozen=True, slots=True)
class Beep:
    """A tone was heard, such as one behind which a machine records."""


Event = Done | TimedOut | Connected | Failed | Pressed | CalleeGone | MachineFound | Beep
