"""Read the answers in which a switch describes itself: ``status`` and ``fsctl pause_check``."""

import re
from typing import Final

from worker.domain.switch_refusal import SwitchStatus
from worker.telephony.esl import Frame

_READY: Final = re.compile(r"^FreeSWITCH \(Version .*\) is (not )?ready", re.MULTILINE)
_SESSIONS: Final = re.compile(r"^([0-9]+) session\(s\) - peak", re.MULTILINE)
_PER_SECOND: Final = re.compile(r"^[0-9]+ session\(s\) per Sec out of max ([0-9]+)", re.MULTILINE)
_MOST: Final = re.compile(r"^([0-9]+) session\(s\) max", re.MULTILINE)


_PAUSED: Final = {b"true": True, b"false": False}


def pause_of(frame: Frame) -> bool | None:
    """Return the answer to ``fsctl pause_check``; None when the frame is anything else."""
    return _PAUSED.get(frame.body.strip()) if frame.content_type == "api/response" else None


def status_of(frame: Frame) -> SwitchStatus | None:
    """Return the status in the frame; None when the frame is an event or the answer to another command."""
    if frame.content_type != "api/response" or not frame.body.startswith(b"UP "):
        return None
    ready = _READY.search(frame.text)
    numbers = [pattern.search(frame.text) for pattern in (_SESSIONS, _MOST, _PER_SECOND)]
    if ready is None or not all(numbers):
        return None
    sessions, most, per_second = (int(found[1]) for found in numbers if found is not None)
    return SwitchStatus(is_ready=ready[1] is None, sessions=sessions, max_sessions=most, sessions_per_second=per_second)
