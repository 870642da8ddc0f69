"""What a conversation does when a machine has answered."""

from typing import assert_never

from worker.domain.conversation_protocol import Beep, MachineFound
from worker.domain.script import Finish, HangUp, Say, Script, Step
from worker.domain.voicemail import VoicemailPolicy


def steps_for_machine(event: MachineFound | Beep, *, script: Script) -> tuple[Step, ...] | None:
    """Return what is done instead of the rest; an empty tuple waits for the beep, and None goes on as before.

    A beep says that a machine answered, and that its greeting is over.
    """
    match script.voicemail:
        case VoicemailPolicy.PLAY_ON | VoicemailPolicy.ANSWERED:
            return None
        case VoicemailPolicy.HANG_UP:
            return (HangUp(Finish.MACHINE),)
        case VoicemailPolicy.LEAVE_MESSAGE:
            return message_steps(script) if isinstance(event, Beep) else ()
        case never:
            assert_never(never)


def message_steps(script: Script) -> tuple[Step, ...]:
    """Return what is left on a machine."""
    return (Say(script.message), HangUp(Finish.MESSAGE_LEFT))
