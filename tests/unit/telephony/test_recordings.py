"""What a switch says of a recording."""

from uuid import UUID

import pytest

from worker.domain.ids import CallId
from worker.domain.recording import recording_name, recording_url
from worker.telephony.recordings import recording_in

CALL = CallId(UUID("019ad3c0-0000-7000-8000-000000000001"))
NAME = recording_name(CALL, token="0" * 32)


@pytest.mark.parametrize(
    ("name", "milliseconds", "found"),
    [
        (NAME, "2000", NAME),
        (NAME, "", ""),  # it could not be opened: the switch sets only record_completion_cause
        (NAME, "0", ""),
        ("../../etc/passwd", "2000", ""),
        (recording_name(CallId(UUID(int=7)), token="0" * 32), "2000", ""),
    ],
)
def test_only_a_file_of_this_call_that_was_written_is_a_recording(name: str, milliseconds: str, found: str) -> None:
    event = {"variable_callbeat_recording": name, "variable_record_ms": milliseconds}

    assert recording_in(event, call_id=CALL) == found


def test_a_recording_has_an_address_of_the_api() -> None:
    assert recording_url(NAME) == f"/v3/recording/{NAME}"
    assert recording_url("") == ""
