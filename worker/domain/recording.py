"""Recordings of calls: how their files are named, and where clients find them."""

import re
from typing import Final

from worker.domain.ids import CallId

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 3650
TOKEN_BYTES: Final = 16
"""Chance in each name: who knows a call's id cannot guess where its recording is."""
VARIABLE: Final = "callbeat_recording"
"""The switch's variable that names a call's recording, in the hang-up event and in the CDR that it posts."""
PATH: Final = "/v3/recording/"
_NAME: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-[0-9a-f]{32}\.wav")


def recording_name(call_id: CallId, *, token: str) -> str:
    """Return the file name of a call's recording; ``token`` is hexadecimal chance."""
    return f"{call_id}-{token}.wav"


def is_recording_of(call_id: CallId, *, name: str) -> bool:
    """Return True for a name that ``recording_name`` gives for the call: no other text becomes a path."""
    found = _NAME.fullmatch(name)
    return found is not None and found[1] == str(call_id)


def call_of(name: str) -> str:
    """Return the id of the call in a recording's name; empty for a text that is none."""
    found = _NAME.fullmatch(name)
    return "" if found is None else found[1]


def recording_url(name: str) -> str:
    """Return where the API serves a recording; empty without one."""
    return f"{PATH}{name}" if name else ""
