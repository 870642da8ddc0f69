"""What a conversation with a callee needs of SQL: who answered, and what the callee is to hear."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import CallId
from worker.domain.json_value import Json
from worker.domain.voicemail import VoicemailDetector


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUp:
    """A call that is on a switch, with its template and the lead's values."""

    call_id: CallId
    core_id: str
    """The ``Core-UUID`` of its switch; empty while that is not known."""
    caller_id: str
    template: Mapping[str, Json] | None
    values: Mapping[str, Json]
    consent: str | None
    """What the callee hears before the call is recorded, empty for the usual sentence; None: it is not."""
    detector: VoicemailDetector = VoicemailDetector.NONE
    needs_agent: bool = False
    """True for a campaign whose callees are connected to agents."""
    traceparent: str | None = None
    """The trace of the call; None when it is not traced."""
    has_code: bool
    """True for an OTP: what its callee hears is a secret."""


class Conversations(Protocol):
    """Calls that are up, as the process that speaks with their callees reads them."""

    def up(self, call_ids: Collection[CallId]) -> dict[CallId, CallUp]:
        """Return those of the calls that are on a switch, with the codes of OTPs. Raises ``SecretUnreadable``."""

    def block_callee(self, call_id: CallId, *, now: DateTime) -> bool:
        """Put the callee on the tenant's do-not-call list; return False when it was there, or for an unknown call."""
