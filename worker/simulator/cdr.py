"""The CDR of a call as FreeSWITCH's mod_json_cdr writes it: an object of texts, percent-encoded."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import orjson

from worker.simulator.channel import Channel

_KEPT: Final = "/,'()!*$|[]^_`{}-.~"
"""Characters that FreeSWITCH does not encode in a CDR, besides letters and digits."""


def cdr_of(channel: Channel, *, core_id: str) -> bytes:
    """Return the body of the POST for a call that has ended."""
    headers = channel.headers("CHANNEL_HANGUP_COMPLETE")
    return orjson.dumps(
        {
            "core-uuid": core_id,
            "switchname": "simulated",
            "channel_data": {"state": "CS_REPORTING", "direction": "outbound", "state_number": "11"},
            "callStats": {},
            "variables": _variables(headers),
            "callflow": [_flow(channel, headers)],
        }
    )


def _variables(headers: Mapping[str, str]) -> dict[str, str]:
    prefix = "variable_"
    return {
        name.removeprefix(prefix): quote(value, safe=_KEPT)
        for name, value in headers.items()
        if name.startswith(prefix)
    }


def _flow(channel: Channel, headers: Mapping[str, str]) -> dict[str, object]:
    return {
        "profile_index": "1",
        "caller_profile": {
            "username": "",
            "dialplan": "",
            "caller_id_name": "",
            "ani": channel.caller_id,
            "caller_id_number": channel.caller_id,
            "network_addr": headers.get("Caller-Network-Addr", ""),
            "rdnis": "",
            "destination_number": channel.dial.number,
            "uuid": channel.id,
            "source": "src/switch_ivr_originate.c",
            "context": "default",
            "chan_name": channel.name,
        },
        "times": {
            "created_time": str(channel.created),
            "profile_created_time": str(channel.created),
            "progress_time": str(channel.progress),
            "progress_media_time": "0",
            "answered_time": str(channel.answered),
            "bridged_time": "0",
            "last_hold_time": "0",
            "hold_accum_time": "0",
            "hangup_time": str(channel.ended),
            "resurrect_time": "0",
            "transfer_time": "0",
        },
    }
