"""Builds the ``originate`` command, escaped so that every value leaves the switch's parser unchanged.

The switch splits the command three times: at spaces, the variables at commas, each variable at ``=``. Each split
removes quotes and one layer of backslashes (a quoted comma is bare after the first split), so each value is escaped
three times. Before the splits the switch counts braces, even quoted or escaped ones, and a few texts have a special
meaning wherever they occur. Values that no escaping protects raise ``Unencodable``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from worker.domain.errors import Rejected
from worker.domain.number_format import is_dialled_form
from worker.domain.outcome import UNPLAYED
from worker.domain.timing import ANSWERED_TO_SILENCE
from worker.ports.dispatch.telephony import Origination

ANSWER_APPLICATION: Final = "transfer:callbeat XML callbeat"
"""What an answered call executes: extension, dialplan and context of ``deploy/freeswitch/callbeat.xml``."""


@dataclass(frozen=True, slots=True)
class VoiceProcesses:
    """An answered call that has a template connects to the first of these that answers, each ``HOST:PORT``."""

    addresses: tuple[str, ...]


Answering = str | VoiceProcesses
"""What an answered call does: executes ``NAME`` or ``NAME:ARGUMENTS``, or connects to a voice process."""

TEMPLATE: Final = "callbeat_template"
"""The variable that names the template of a call; a call without one says nothing of ours."""
_SPOKEN: Final = {
    "execute_on_answer_silence": f"sched_hangup +{ANSWERED_TO_SILENCE.in_seconds()} {UNPLAYED}",
    "continue_on_fail": "true",  # otherwise an extension that is busy or unknown ends the callee's call with its cause
    "hangup_after_bridge": "false",
    "playback_terminators": "none",  # otherwise the key * ends a playback
    "socket_resume": "true",  # otherwise the playback of a voice process that died runs to its end
}

_GATEWAY: Final = re.compile(r"[A-Za-z0-9_.-]+")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EXPANDED: Final = re.compile(r"\$\\*\{")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LETTER_OF: Final = {" ": r"\s", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_MEANT_ANYWHERE: Final = (":_:", "origination_nested_vars=true", "mod_event_socket")


class Unencodable(Rejected):
    """A value that no escaping brings through the switch's parser; the message names the variable, not the value."""


def bgapi_originate(origination: Origination, *, answering: Answering = ANSWER_APPLICATION) -> bytes:
    """Return the complete ``bgapi`` command; the job's id is the call's id. Raises ``Unencodable``."""
    arguments = originate_arguments(origination, answering=answering)
    command = f"bgapi originate {arguments}\nJob-UUID: {origination.call_id}\n\n"
    return command.encode()


def originate_arguments(origination: Origination, *, answering: Answering = ANSWER_APPLICATION) -> str:
    """Return the arguments of ``originate``: variables, gateway and number, application. Raises ``Unencodable``.

    Names and arguments of ``answering`` have no quotes and backslashes.
    """
    if _GATEWAY.fullmatch(origination.gateway) is None:
        raise Unencodable("the gateway contains characters that a dial string cannot contain")
    if not is_dialled_form(origination.destination):
        raise Unencodable("the destination is not a phone number")
    if isinstance(answering, VoiceProcesses) and TEMPLATE not in origination.variables:
        answering = ANSWER_APPLICATION
    own = _variables(origination, is_spoken=isinstance(answering, VoiceProcesses))
    variables = ",".join(f"{name}={escape(name, value)}" for name, value in own.items() if value)
    destination = f"sofia/gateway/{origination.gateway}/{_uri_user(origination.destination)}"
    return f"{{{variables}}}{destination} {_answer(answering)}"


def _answer(answering: Answering) -> str:
    """Return what is executed at the answer; the quotes keep the spaces together, and the switch removes them."""
    if isinstance(answering, VoiceProcesses):
        # Should no process answer, or the one that did be gone, the second action ends the call with a cause of ours.
        return f"'socket:{'|'.join(answering.addresses)} async full,hangup:{UNPLAYED}' inline"
    name, _, given = answering.partition(":")
    return f"'&{name}({given})'"


def _variables(origination: Origination, *, is_spoken: bool) -> Mapping[str, str]:
    """Return all variables, ours first. The caller leaves out empty ones: to the switch that is the same."""
    ours = {
        "origination_uuid": str(origination.call_id),
        # FreeSWITCH counts on whole seconds of its clock and cancels up to 0.9 s early: the callee gets that second.
        "originate_timeout": str(origination.timeout_seconds + 1),
        "origination_caller_id_number": origination.caller_id,
        "ignore_early_media": "true",
        "execute_on_answer": f"sched_hangup +{origination.longest_call_seconds} ALLOTTED_TIMEOUT",
        "callbeat_campaign": str(origination.campaign_id),
        "callbeat_lead": str(origination.lead_id),
        "callbeat_run": "" if origination.run_id is None else str(origination.run_id),
        "callbeat_dial": str(origination.dial),
        **(_SPOKEN if is_spoken else {}),
    }
    for name in origination.variables:
        if name in ours or _NAME.fullmatch(name) is None:
            raise Unencodable(f"variable {name[:40]!r} has a reserved or invalid name")
    return {**ours, **origination.variables}


def _uri_user(number: str) -> str:
    """Escape a number for a SIP address, in which a ``#`` would begin something else."""
    return number.replace("#", "%23")


def escape(name: str, value: str) -> str:
    """Escape a variable's value for the three splits. Raises ``Unencodable``."""
    _refuse_unencodable(name, value)
    inner = value.replace("\\", "\\\\").replace("'", "\\'")
    for character in "\n\r\t":
        inner = inner.replace(character, _LETTER_OF[character])
    core = inner.strip(" ")
    leading = len(inner) - len(inner.lstrip(" "))
    trailing = len(inner) - leading - len(core)
    inner = r"\s" * leading + core + r"\s" * trailing
    middle = inner.replace("\\", "\\\\").replace("'", "\\'").replace(",", "\\,")
    return middle.replace("\\", "\\\\").replace("'", "\\'").replace(" ", r"\s")


def _refuse_unencodable(name: str, value: str) -> None:
    if _CONTROL.search(value):
        raise Unencodable(f"variable {name!r} contains a control character")
    if _EXPANDED.search(value):
        raise Unencodable(f"variable {name!r} refers to another variable (${{...}}); the switch would drop it")
    if value.startswith("ARRAY::") or any(text in value.lower() for text in _MEANT_ANYWHERE):
        raise Unencodable(f"variable {name!r} contains a text that has a special meaning to the switch")
    if not _braces_match(value):
        raise Unencodable(f"variable {name!r} contains unbalanced braces")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unencodable(f"variable {name!r} cannot be encoded as UTF-8") from None


def _braces_match(value: str) -> bool:
    depth = 0
    for character in value:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0
