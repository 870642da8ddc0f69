"""What a switch says of a call's recording: in its hang-up event, and in the CDR that it posts."""

from worker.domain.ids import CallId
from worker.domain.recording import VARIABLE, is_recording_of
from worker.telephony.esl import SwitchEvent


def recording_in(event: SwitchEvent, *, call_id: CallId) -> str:
    """Return the file name of the call's recording; empty unless something was written to it.

    FreeSWITCH 1.10.12 sets ``record_ms`` when it closes the file, and never for one that it could not open.
    """
    name, milliseconds = event.get(f"variable_{VARIABLE}", ""), event.get("variable_record_ms", "")
    is_written = milliseconds.isascii() and milliseconds.isdigit() and int(milliseconds) > 0
    return name if is_written and is_recording_of(call_id, name=name) else ""
