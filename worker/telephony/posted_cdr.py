"""Reads the CDRs that FreeSWITCH's mod_json_cdr posts or leaves on its disk; no socket is used here.

A CDR has the same facts as the hang-up event of its call. It is brought into the form of that event, so that one
function reads both.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from typing_extensions import override

from worker.domain.call import CallEvent
from worker.domain.errors import Invalid
from worker.domain.ids import CallId
from worker.ports.dispatch.second_source import CdrFormat, Facts
from worker.telephony.translation import end_in

LONGEST_VALUE: Final = 256
"""Characters. Longer values (session descriptions, routes) decide nothing, and need not be stored."""
_NEVER_IN_ENCODED: Final = re.compile(r"[ :@<>\"\x80-\U0010ffff]")
"""FreeSWITCH percent-encodes each of these; every CDR has times, which hold spaces and colons."""
_VARIABLE: Final = re.compile(r"%22(\w+)%22%3A%22(.*?)%22(?=,%22|%7D)")
_TIMES: Final = {
    "created_time": "Caller-Channel-Created-Time",
    "answered_time": "Caller-Channel-Answered-Time",
    "progress_time": "Caller-Channel-Progress-Time",
    "progress_media_time": "Caller-Channel-Progress-Media-Time",
    "hangup_time": "Caller-Channel-Hangup-Time",
}


class JsonCdr(CdrFormat):
    """The format of mod_json_cdr, in each of its encodings."""

    @override
    def read(self, body: bytes) -> tuple[CallId, Facts] | None:
        facts = facts_of(body)
        end = end_in(facts)
        return None if end is None else (end.call_id, facts)

    @override
    def end_of(self, facts: Facts) -> CallEvent | None:
        return end_in(dict(facts))


def facts_of(body: bytes) -> dict[str, str]:
    """Return the CDR as the headers of a hang-up event. Raises ``Invalid`` when the body is no CDR."""
    text = body.decode("utf-8", "replace").strip().removeprefix("cdr=")
    cdr = _parsed(text)
    variables = cdr.get("variables")
    if not isinstance(variables, dict):
        raise Invalid("body is not a CDR: it has no variables")
    texts = {name: value for name, value in variables.items() if isinstance(value, str)}
    if not any(map(_NEVER_IN_ENCODED.search, texts.values())):
        texts = {name: unquote(value, errors="replace") for name, value in texts.items()}
    headers = {
        "Event-Name": "CHANNEL_HANGUP_COMPLETE",
        "Unique-ID": texts.get("uuid", ""),
        "Hangup-Cause": texts.get("hangup_cause", ""),
        "Event-Date-Timestamp": texts.get("end_uepoch", ""),
        **{f"variable_{name}": value for name, value in texts.items()},
        **dict(_from_callflow(cdr.get("callflow"))),
    }
    return {name: _storable(value) for name, value in headers.items() if len(value) <= LONGEST_VALUE}


def _storable(text: str) -> str:
    """Return the text without what no database stores: NUL and half characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _from_callflow(callflow: object) -> Iterator[tuple[str, str]]:
    """Yield what an event says of the channel and a CDR says of its last leg through the dialplan."""
    leg = callflow[0] if isinstance(callflow, list) and callflow else callflow
    if not isinstance(leg, dict):
        return
    profile, times = leg.get("caller_profile"), leg.get("times")
    if isinstance(profile, dict) and isinstance(address := profile.get("network_addr"), str) and address:
        yield "Caller-Network-Addr", unquote(address)
    for name, header in _TIMES.items():
        if isinstance(times, dict) and isinstance(moment := times.get(name), str) and moment:
            yield header, moment


def _parsed(text: str) -> Mapping[str, Any]:  # Any: JSON of any shape
    try:
        parsed = json.loads(_plain(text), strict=False)  # a decoded form holds line ends inside of texts
    except (ValueError, RecursionError) as error:
        variables = dict(_VARIABLE.findall(_section(text)))
        if not variables:
            raise Invalid("body is not a CDR: it is not valid JSON") from error
        return {"variables": {name: unquote(value, errors="replace") for name, value in variables.items()}}
    if not isinstance(parsed, dict):
        raise Invalid("body is not a CDR: it is not an object")
    return parsed


def _plain(text: str) -> str:
    """Return the JSON of a body, which may be percent-encoded or in base64; files on the disk name no type."""
    if text.startswith("{"):
        return text
    if text[:3].upper() == "%7B":
        return unquote(text, errors="replace")
    try:
        return base64.b64decode(unquote(text), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


def _section(text: str) -> str:
    """Return the variables of a form whose values hold quotes: FreeSWITCH encodes both kinds of quotes alike."""
    _, _, rest = text.partition("%22variables%22%3A%7B")
    return rest.partition("%22%7D,%22")[0] + "%22%7D" if rest else ""
