"""One call on the simulated switch, and the event headers that describe it."""

import time
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid5

from worker.simulator.model import FarEnd, Fate
from worker.simulator.originate import Dial

_MICROSECONDS: Final = 1_000_000
_STATE_OF: Final = {
    "CHANNEL_CREATE": ("CS_INIT", "2"),
    "CHANNEL_PROGRESS": ("CS_CONSUME_MEDIA", "7"),
    "CHANNEL_ANSWER": ("CS_CONSUME_MEDIA", "7"),
    **dict.fromkeys(("DTMF", "CHANNEL_PARK", "CHANNEL_EXECUTE_COMPLETE"), ("CS_EXECUTE", "4")),
    **dict.fromkeys(("CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE"), ("CS_SOFT_EXECUTE", "3")),
    "CHANNEL_HANGUP": ("CS_EXECUTE", "10"),
    "CHANNEL_HANGUP_COMPLETE": ("CS_REPORTING", "11"),
    "CHANNEL_DESTROY": ("CS_REPORTING", "12"),
}
Q850: Final = {
    **{far_end.value.cause: far_end.value.q850 for far_end in FarEnd},
    "NORMAL_CLEARING": 16,
    "ORIGINATOR_CANCEL": 487,
    "SERVICE_UNAVAILABLE": 63,
    "SYSTEM_SHUTDOWN": 609,
    "MANAGER_REQUEST": 608,
}


@dataclass(slots=True, kw_only=True)
class Channel:
    """A call that is up. Times are microseconds of the switch's clock; 0 means that it has not happened."""

    id: str
    job: str
    dial: Dial
    arguments: str
    caller_id: str
    fate: Fate
    created: int
    progress: int = 0
    answered: int = 0
    bridged: int = 0
    ended: int = 0
    cause: str = ""
    by_far_end: bool = False
    digits: str = ""
    """The keys that the callee pressed."""
    variables: dict[str, str] = field(default_factory=dict)
    """Those that were set since the originate."""

    @property
    def name(self) -> str:
        """Return the channel's name in the form that FreeSWITCH uses."""
        if self.dial.endpoint == "loopback":
            return f"loopback/{self.dial.number}-a"
        if self.is_agent:
            return f"sofia/internal/{self.dial.number}@127.0.0.1"
        return f"sofia/external/{self.dial.number}"

    @property
    def is_agent(self) -> bool:
        """Return whether the leg goes to an agent's telephone."""
        return self.dial.endpoint == "user"

    def join(self, other: str, *, at: int) -> None:
        """Note that the leg talks to another one."""
        self.bridged = at
        self.variables |= {"bridge_uuid": other, "signal_bond": other, "last_bridge_to": other}

    @property
    def call_state(self) -> str:
        """Return the call's state as ``show channels`` lists it."""
        if self.ended:
            return "HANGUP"
        if self.answered:
            return "ACTIVE"
        return "RINGING" if self.progress else "DOWN"

    @property
    def was_replied_to(self) -> bool:
        """Return whether the far side has sent anything; a call that we cancel early has heard nothing."""
        return bool(self.progress or self.answered or (self.by_far_end and self.fate.far_end.value.replies))

    @property
    def sip_call_id(self) -> str:
        """Return the call's SIP Call-ID, which is derived from the call's id and so never changes."""
        return str(uuid5(UUID(int=0), self.id))

    def headers(self, event: str) -> dict[str, str]:
        """Return the event headers that describe the channel, in FreeSWITCH's order."""
        state, number = _STATE_OF[event]
        complete = event in {"CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"}
        return {
            "Channel-State": state if self.answered or event != "CHANNEL_HANGUP" else "CS_CONSUME_MEDIA",
            "Channel-Call-State": self._call_state_at(event),
            "Channel-State-Number": number,
            "Channel-Name": self.name,
            "Unique-ID": self.id,
            "Call-Direction": "outbound",
            "Presence-Call-Direction": "outbound",
            "Channel-HIT-Dialplan": "true" if self.answered and self.ended else "false",
            "Channel-Call-UUID": self.id,
            "Answer-State": "hangup" if self.ended else "answered" if self.answered else "ringing",
            **({"Hangup-Cause": self.cause} if self.ended else {}),
            **self._caller(shows_hangup_time=complete),
            **self._variables(complete=complete),
        }

    def _call_state_at(self, event: str) -> str:
        """Return the call state in an event: FreeSWITCH creates the event before it changes the state."""
        match event:
            case "CHANNEL_CREATE" | "CHANNEL_PROGRESS":
                return "DOWN"
            case "CHANNEL_ANSWER":
                return "RINGING" if self.progress else "DOWN"
            case "CHANNEL_HANGUP":
                return "ACTIVE" if self.answered else "RINGING" if self.progress else "DOWN"
            case "DTMF" | "CHANNEL_PARK" | "CHANNEL_BRIDGE" | "CHANNEL_UNBRIDGE" | "CHANNEL_EXECUTE_COMPLETE":
                return "ACTIVE"
            case _:
                return "HANGUP"

    def _caller(self, *, shows_hangup_time: bool) -> dict[str, str]:
        return {
            "Caller-Direction": "outbound",
            "Caller-Logical-Direction": "outbound",
            **self._parties(),
            **({"Caller-Network-Addr": _FAR_SIDE} if self.was_replied_to else {}),
            "Caller-ANI": self.caller_id,
            "Caller-Destination-Number": self.dial.number,
            "Caller-Unique-ID": self.id,
            "Caller-Source": "src/switch_ivr_originate.c",
            "Caller-Context": "default",
            "Caller-Channel-Name": self.name,
            "Caller-Profile-Index": "1",
            "Caller-Profile-Created-Time": str(self.created),
            "Caller-Channel-Created-Time": str(self.created),
            "Caller-Channel-Answered-Time": str(self.answered),
            "Caller-Channel-Progress-Time": str(self.progress),
            "Caller-Channel-Progress-Media-Time": "0",
            "Caller-Channel-Hangup-Time": str(self.ended if shows_hangup_time else 0),
            "Caller-Channel-Transfer-Time": "0",
            "Caller-Channel-Resurrect-Time": "0",
            "Caller-Channel-Bridged-Time": str(self.bridged),
            "Caller-Channel-Last-Hold": "0",
            "Caller-Channel-Hold-Accum": "0",
            "Caller-Screen-Bit": "true",
            "Caller-Privacy-Hide-Name": "false",
            "Caller-Privacy-Hide-Number": "false",
        }

    def _parties(self) -> dict[str, str]:
        """Return caller and callee; FreeSWITCH swaps them when an answered call continues in the dialplan."""
        if self.answered and self.ended:
            return {
                "Caller-Caller-ID-Name": "Outbound Call",
                "Caller-Caller-ID-Number": self.dial.number,
                "Caller-Orig-Caller-ID-Number": self.caller_id,
                "Caller-Callee-ID-Number": self.caller_id,
            }
        return {
            "Caller-Caller-ID-Number": self.caller_id,
            "Caller-Orig-Caller-ID-Number": self.caller_id,
            "Caller-Callee-ID-Name": "Outbound Call",
            "Caller-Callee-ID-Number": self.dial.number,
        }

    def _variables(self, *, complete: bool) -> dict[str, str]:
        variables = {
            "variable_direction": "outbound",
            "variable_is_outbound": "true",
            "variable_uuid": self.id,
            "variable_call_uuid": self.id,
            "variable_sip_gateway_name": self.dial.gateway,
            "variable_sip_profile_name": "gateway",
            "variable_channel_name": self.name,
            **{f"variable_{name}": value for name, value in self.dial.variables.items()},
            "variable_originate_endpoint": self.dial.endpoint,
            **{f"variable_{name}": value for name, value in self.variables.items()},
        }
        if self.progress:
            variables["variable_sip_to_user"] = self.dial.number
            variables["variable_sip_from_user"] = self.caller_id
        if self.progress or self.by_far_end:  # a response has come, be it one that the switch made itself
            variables["variable_sip_call_id"] = self.sip_call_id
            variables |= _REPLIED if self.was_replied_to else _NOT_REPLIED
        if self.answered:
            variables["variable_read_codec"] = variables["variable_write_codec"] = "PCMU"
            if self.fate.far_end.value.machine:
                variables["variable_amd_result"] = "MACHINE"
        if self.ended:
            variables |= {"variable_endpoint_disposition": "ANSWER"} if self.answered else {}
            variables |= self._sip_end()
        return variables | self._end_variables() if complete else variables

    def _end_variables(self) -> dict[str, str]:
        return {
            "variable_hangup_cause": self.cause,
            "variable_hangup_cause_q850": str(Q850.get(self.cause, 31)),
            "variable_digits_dialed": self.digits or "none",
            **_times("start", self.created),
            **_times("profile_start", self.created),
            **_times("answer", self.answered),
            **_times("bridge", self.bridged),
            **_times("progress", self.progress),
            **_times("progress_media", 0),
            **_times("end", self.ended),
            "variable_duration": str(self.ended // _MICROSECONDS - self.created // _MICROSECONDS),
            "variable_billsec": str(
                self.ended // _MICROSECONDS - self.answered // _MICROSECONDS if self.answered else 0
            ),
            "variable_mduration": str((self.ended - self.created) // 1000),
            "variable_billmsec": str((self.ended - self.answered) // 1000 if self.answered else 0),
            "variable_uduration": str(self.ended - self.created),
            "variable_billusec": str(self.ended - self.answered if self.answered else 0),
            "variable_sip_hangup_disposition": self._disposition(),
            **({} if self.answered or self.by_far_end else _CANCELLED),
        }

    def _sip_end(self) -> dict[str, str]:
        """Return the far end's final SIP response; empty when we ended the call."""
        if not self.by_far_end:
            return {}
        behaviour = self.fate.far_end.value
        refused = {
            "variable_sip_hangup_disposition": "recv_refuse",
            "variable_sip_invite_failure_status": str(behaviour.sip_status),
            "variable_sip_invite_failure_phrase": behaviour.phrase,
        }
        return ({} if self.answered else refused) | {
            "variable_sip_term_status": str(behaviour.sip_status),
            "variable_proto_specific_hangup_cause": f"sip:{behaviour.sip_status}",
            "variable_sip_term_cause": str(behaviour.q850),
        }

    def _disposition(self) -> str:
        if self.answered:
            return "recv_bye" if self.by_far_end else "send_bye"
        return "recv_refuse" if self.by_far_end else "send_cancel"


_FAR_SIDE: Final = "127.0.0.1"
_REPLIED: Final = {
    "variable_sip_reply_host": _FAR_SIDE,
    "variable_sip_reply_port": "5070",
    "variable_sip_network_ip": _FAR_SIDE,
    "variable_sip_network_port": "5070",
}
_NOT_REPLIED: Final = {"variable_sip_reply_port": "0", "variable_sip_network_port": "0"}
_CANCELLED: Final = {
    "variable_sip_invite_failure_status": "487",
    "variable_sip_invite_failure_phrase": "CANCEL",
}


def _times(name: str, micros: int) -> dict[str, str]:
    epochs = {
        f"variable_{name}_epoch": str(micros // _MICROSECONDS),
        f"variable_{name}_uepoch": str(micros),
    }
    return epochs | {f"variable_{name}_stamp": stamp(micros)} if micros else epochs


def stamp(micros: int) -> str:
    """Format a time (microseconds) as FreeSWITCH does in its ``_stamp`` variables."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(micros // _MICROSECONDS))
