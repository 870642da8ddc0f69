"""What a connection remembers of a conversation that has begun, and what a report of the switch means to it."""

from dataclasses import dataclass, replace

from worker.domain.conversation import Doing, Move
from worker.domain.conversation_protocol import Done, Event, Failed
from worker.domain.voicemail import VoicemailDetector, VoicemailPolicy
from worker.telephony import outbound
from worker.telephony.outbound import Executed
from worker.usecases.voice.prepare import Prepared


@dataclass(slots=True)
class Speaking:
    """A conversation that has begun."""

    prepared: Prepared
    move: Move
    is_bridged: bool = False

    def event_of(self, report: Executed) -> Event | None:
        """Return what the end of an application means."""
        act, state = report.act, self.move.state
        if state.doing is Doing.CONNECTING and not self.is_bridged:
            return Failed(act)
        if state.doing is not Doing.TALKING:
            return Done(act) if report.is_done else Failed(act)
        # The act that connected the two has ended, so the talk has.
        return Done(state.act) if act == state.act - 1 else None

    def detecting(self) -> bytes:
        """Return the commands that start a detector, only for a template that does something about what it finds."""
        if self.prepared.script.voicemail is VoicemailPolicy.ANSWERED:
            return outbound.treat_as_answered()
        return outbound.detect_beeps() if self.prepared.detector is VoicemailDetector.AVMD else b""

    def finds_machine(self) -> bool:
        """Note that the switch has found a machine; return False when that was not asked for, or is known."""
        if self.prepared.detector is not VoicemailDetector.AMD_RESULT:
            return False
        self.prepared = replace(self.prepared, detector=VoicemailDetector.AVMD)
        return True
