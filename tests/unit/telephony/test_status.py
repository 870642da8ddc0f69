"""What a switch says of itself, in the bytes of a real one."""

import pytest

from worker.domain.switch_refusal import SwitchStatus
from worker.telephony.esl import Frame
from worker.telephony.status import pause_of, status_of

RECORDED = """UP 0 years, 0 days, 0 hours, 7 minutes, 41 seconds, 495 milliseconds, 166 microseconds
FreeSWITCH (Version 1.10.12-release  64bit) is ready
98 session(s) since startup
2 session(s) - peak 3, last 5min 3 
4 session(s) per Sec out of max 400, peak 14, last 5min 14 
3000 session(s) max
min idle cpu 0.00/96.80
Current Stack Size/Max 240K/8192K
"""  # noqa: W291 - as recorded


def answer(body: str, *, content_type: str = "api/response") -> Frame:
    return Frame({"Content-Type": content_type}, body.encode())


def test_a_status_tells_sessions_and_limits() -> None:
    assert status_of(answer(RECORDED)) == SwitchStatus(
        is_ready=True, sessions=2, max_sessions=3000, sessions_per_second=400
    )


def test_a_paused_switch_is_not_ready() -> None:
    status = status_of(answer(RECORDED.replace("is ready", "is not ready")))

    assert status is not None
    assert not status.is_ready


@pytest.mark.parametrize(
    "frame",
    [answer("1795794410"), answer("UP 0 years"), answer(""), answer(RECORDED, content_type="text/event-plain")],
)
def test_another_answer_is_no_status(frame: Frame) -> None:
    assert status_of(frame) is None


def test_a_pause_of_outbound_calls_is_told_by_its_own_answer() -> None:
    assert [pause_of(answer(body)) for body in ("true", "false", "1795794410", "")] == [True, False, None, None]
    assert pause_of(answer("true", content_type="text/event-plain")) is None
