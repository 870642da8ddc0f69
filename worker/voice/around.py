"""What a conversation needs around it: a connection, the time, and the rest of the process."""

from collections.abc import Callable
from typing import Protocol

from worker.domain.ids import CallId
from worker.telephony.outbound import CallOnLine
from worker.usecases.voice.agents import Offer
from worker.usecases.voice.prepare import Prepared, Refusal


class Timer(Protocol):
    """Something that will happen, and can be called off."""

    def cancel(self) -> None: ...


class Wire(Protocol):
    """The connection, and the time."""

    def write(self, data: bytes) -> None:
        """Send."""

    def close(self) -> None:
        """Close the connection now."""

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Call this after a time."""

    def now(self) -> float:
        """Return seconds of a steady clock."""


class Desk(Protocol):
    """Agents, as a search for one needs them. Each method returns at once."""

    def reserve(self, call_id: CallId, then: Callable[[Offer | None], None]) -> None:
        """Reserve an agent for the callee and call ``then`` with the offer; with None when nobody is free now."""

    def connected(self, call_id: CallId, offer: Offer, *, seconds: float) -> None:
        """Note that they talk, so long after the switch connected."""

    def failed(self, call_id: CallId, offer: Offer) -> None:
        """Note that the agent could not be reached: the leg is dead."""

    def release(self, call_id: CallId, offer: Offer) -> None:
        """Note that the callee does not need the agent any more."""


class Backstage(Protocol):
    """What a conversation needs besides its switch. Each method returns at once."""

    desk: Desk | None
    """Agents; None where a process knows none, and callees hear the script."""

    def prepare(self, call: CallOnLine, then: Callable[[Prepared | Refusal], None]) -> None:
        """Prepare the conversation and call ``then``; nothing is called when that is not possible now."""

    def block_callee(self, call_id: CallId) -> None:
        """Put the callee on the do-not-call list."""

    def note_talk(self, prepared: Prepared, seconds: float) -> None:
        """Note a conversation that ends now, so long after its switch connected."""

    def over(self, prepared: Prepared) -> None:
        """Delete what exists for this conversation only."""

    def extension_target(self, extension: str, *, caller_id: str) -> str:
        """Return what the switch rings; empty when no extension is given."""

    def recording(self, name: str) -> bytes:
        """Return the commands that record the call under this name."""

    def note_first_sound(self, seconds: float) -> None:
        """Note how long after the connection the first sound was asked for."""

    def note_end(self, finish: str) -> None:
        """Note what ended a connection."""

    def may_begin(self, owner: object, call_id: CallId) -> bool:
        """Return False when another connection speaks with this call."""
