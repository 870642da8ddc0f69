"""The command that places a call, written so that each value comes through the switch's own parser as it went in.

A value passes three splits there: the command at spaces, the variables at commas, each variable at ``=``. Each takes
quotes away and undoes one layer of backslashes (a quoted comma is bare after the first), so each value gets three.
Before them braces are counted without regard to either, and a few texts mean something wherever they stand: values that
cannot be said are refused.
"""

import re
from collections.abc import Mapping
from typing import Final

from worker.domain.errors import Rejected
from worker.ports.dispatch.telephony import Origination

APPLICATION: Final = "&transfer(callbeat)"
"""What an answered call runs: the extension ``callbeat`` of the dialplan in ``deploy/freeswitch``."""

_GATEWAY: Final = re.compile(r"[A-Za-z0-9_.-]+")
_DESTINATION: Final = re.compile(r"\+?[0-9*#]+")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EXPANDED: Final = re.compile(r"\$\\*\{")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LETTER_OF: Final = {" ": r"\s", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_MEANT_ANYWHERE: Final = (":_:", "origination_nested_vars=true", "mod_event_socket")


class Unsayable(Rejected):
    """A value that cannot be said to the switch; the message names the variable, not the value."""


def bgapi_originate(origination: Origination) -> bytes:
    """Write the whole command with the call's id as the job's; raises ``Unsayable``."""
    command = f"bgapi originate {originate_arguments(origination)}\nJob-UUID: {origination.call_id}\n\n"
    return command.encode()


def originate_arguments(origination: Origination) -> str:
    """Write what follows ``originate``: variables, gateway and number, application."""
    if _GATEWAY.fullmatch(origination.gateway) is None:
        raise Unsayable("gateway has characters that a dial string cannot carry")
    if _DESTINATION.fullmatch(origination.destination) is None:
        raise Unsayable("destination is not a number")
    variables = ",".join(f"{name}={escape(name, value)}" for name, value in _variables(origination).items() if value)
    return f"{{{variables}}}sofia/gateway/{origination.gateway}/{origination.destination} {APPLICATION}"


def _variables(origination: Origination) -> Mapping[str, str]:
    """Give all variables, ours first; one without a value is left out, which to the switch is the same."""
    ours = {
        "origination_uuid": str(origination.call_id),
        "originate_timeout": str(origination.timeout_seconds),
        "origination_caller_id_number": origination.caller_id,
        "ignore_early_media": "true",
        "callbeat_campaign": str(origination.campaign_id),
        "callbeat_lead": str(origination.lead_id),
        "callbeat_run": "" if origination.run_id is None else str(origination.run_id),
        "callbeat_dial": str(origination.dial),
    }
    for name in origination.variables:
        if name in ours or _NAME.fullmatch(name) is None:
            raise Unsayable(f"variable {name[:40]!r} has a name that is taken or cannot be said")
    return {**ours, **origination.variables}


def escape(name: str, value: str) -> str:
    """Write a variable's value for the three splits; raises ``Unsayable``."""
    _refuse_unsayable(name, value)
    inner = value.replace("\\", "\\\\").replace("'", "\\'")
    for character in "\n\r\t":
        inner = inner.replace(character, _LETTER_OF[character])
    core = inner.strip(" ")
    leading = len(inner) - len(inner.lstrip(" "))
    trailing = len(inner) - leading - len(core)
    inner = r"\s" * leading + core + r"\s" * trailing
    middle = inner.replace("\\", "\\\\").replace("'", "\\'").replace(",", "\\,")
    return middle.replace("\\", "\\\\").replace("'", "\\'").replace(" ", r"\s")


def _refuse_unsayable(name: str, value: str) -> None:
    if _CONTROL.search(value):
        raise Unsayable(f"variable {name!r} has a control character")
    if _EXPANDED.search(value):
        raise Unsayable(f"variable {name!r} names another variable (${{...}}), which the switch would drop")
    if value.startswith("ARRAY::") or any(text in value.lower() for text in _MEANT_ANYWHERE):
        raise Unsayable(f"variable {name!r} has a text that means something to the switch wherever it stands")
    if not _braces_match(value):
        raise Unsayable(f"variable {name!r} has braces that do not match")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unsayable(f"variable {name!r} is no text that UTF-8 can carry") from None


def _braces_match(value: str) -> bool:
    depth = 0
    for character in value:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0
