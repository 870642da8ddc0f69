"""Machines that answer: what tells that one did, and what is done then. No detector is believed to be right always."""

from enum import StrEnum
from typing import Final

BEEP_AWAITED_SECONDS: Final = 30
"""A machine whose beep is not heard in this time gets the message all the same; greetings last up to half a minute."""


class VoicemailDetector(StrEnum):
    """What detects machines on a carrier's calls."""

    NONE = ""
    """Nothing of ours is started; what a dialplan finds is in the hang-up event."""
    AMD_RESULT = "amd_result"
    """The channel variable that a detector sets before the voice process is connected, or while it speaks."""
    AVMD = "avmd"
    """FreeSWITCH's detector of beeps, which the voice process starts."""


class VoicemailPolicy(StrEnum):
    """What a template does about a machine."""

    PLAY_ON = ""
    """The message goes on; the call is ``voicemail``."""
    HANG_UP = "hang_up"
    LEAVE_MESSAGE = "leave_message"
    """The message is said once, from its beginning, behind the beep."""
    ANSWERED = "answered"
    """The machine is treated as a person, and the call is ``answered``."""
