"""The commands about legs that are up, and ``agent``, which sets what an agent's telephone does."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from worker.simulator.phones import PhoneState
from worker.simulator.switch import SimulatedSwitch

_NO_CHANNEL: Final = "-ERR No such channel!\n"
_BRIDGE_INLINE: Final = re.compile(r"'?bridge:([^',]+)'?")


def uuid_bridge(switch: SimulatedSwitch, arguments: str) -> str:
    """Join two legs; the reply comes before the bridge does."""
    match arguments.split():
        case [first, second]:
            return f"+OK {second}\n" if switch.bridges.ask(first, second) else "-ERR Invalid uuid\n"
        case _:
            return "-USAGE: <uuid> <other_uuid>\n"


def uuid_hold(switch: SimulatedSwitch, arguments: str) -> str:
    """Put the far end of a leg on hold, or take it off."""
    match arguments.split():
        case ["off", call_id]:
            is_held = False
        case [call_id]:
            is_held = True
        case _:
            return "-USAGE: [off|toggle] <uuid> [<display>]\n"
    up = switch.up(call_id)
    if up is None or not up.channel.answered:
        return "-ERR Operation failed\n"
    switch.note("held" if is_held else "unheld", up.channel, other=switch.bridges.other(call_id))
    return "+OK Success\n"


def uuid_transfer(switch: SimulatedSwitch, arguments: str) -> str:
    """Take a leg, or with ``-bleg`` the one to which it talks, out of its bridge and to another extension.

    An extension of a dialplan is not simulated: such a leg is parked.
    """
    words = arguments.split()
    if len(words) > 1 and words[1] in {"-bleg", "-both"}:
        words = [switch.bridges.other(words[0]), *words[2:]]
    if len(words) < 2:  # noqa: PLR2004 - the leg and the extension
        return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
    call_id, target = words[:2]
    up = switch.up(call_id)
    if up is None:
        return _NO_CHANNEL
    found = _BRIDGE_INLINE.fullmatch(target)
    switch.bridges.transfer(up, target if found is None else found[1], is_rung=found is not None)
    return "+OK\n"


def uuid_setvar(switch: SimulatedSwitch, arguments: str) -> str:
    """Set a variable of a leg, or unset it when no value is given."""
    call_id, _, rest = arguments.partition(" ")
    name, _, value = rest.partition(" ")
    if not name:
        return "-USAGE: <uuid> <var> [value]\n"
    up = switch.up(call_id)
    if up is None:
        return _NO_CHANNEL
    up.channel.variables[name] = value
    return "+OK\n"


def agent(switch: SimulatedSwitch, arguments: str) -> str:
    """Set the state of an extension's telephone, or let it hang up; no FreeSWITCH has this command."""
    match arguments.split():
        case [extension, "hangs_up"]:
            legs = [one.id for one in switch.channels if one.is_agent and one.dial.number == extension]
            for leg in legs:
                switch.leave(leg)
            return "+OK\n" if legs else _NO_CHANNEL
        case [extension, state] if state in set(PhoneState):
            switch.phones.set(extension, PhoneState(state))
            return "+OK\n"
        case _:
            return f"-USAGE: <extension> hangs_up|{'|'.join(PhoneState)}\n"


LEG_COMMANDS: Final[Mapping[str, Callable[[SimulatedSwitch, str], str]]] = {
    "agent": agent,
    "uuid_bridge": uuid_bridge,
    "uuid_hold": uuid_hold,
    "uuid_setvar": uuid_setvar,
    "uuid_transfer": uuid_transfer,
}
