"""Executes the ``api`` and ``bgapi`` commands of the simulated switch."""

from collections.abc import Callable, Collection, Mapping
from typing import Final, TypedDict

import orjson

from worker.simulator import configuration
from worker.simulator.channel import Channel, stamp
from worker.simulator.gateways import as_xml, one_as_xml
from worker.simulator.leg_commands import LEG_COMMANDS
from worker.simulator.sched_hangup import ScheduledHangup
from worker.simulator.switch import SimulatedSwitch
from worker.simulator.trunks import TrunkState
from worker.simulator.up import ReportResult

_MODULES: Final = frozenset(
    {
        "mod_sofia",
        "mod_commands",
        "mod_dptools",
        "mod_event_socket",
        "mod_dialplan_xml",
        "mod_loopback",
        "mod_sndfile",
        "mod_tone_stream",
        "mod_avmd",
        "mod_http_cache",
        "mod_httapi",
    }
)
_RULE: Final = "=" * 97


class _Counts(TypedDict):
    states: Mapping[str, str]
    uptime: int
    calls: int


_GATEWAY: Final = """{rule}
Name    \t{name}
Profile \texternal
Scheme  \tDigest
Realm   \t127.0.0.1
Username\tsimulated
Password\tyes
From    \t<sip:simulated@127.0.0.1:5070>
Contact \t<sip:gw+{name}@127.0.0.1:5080;transport=udp;gw={name}>
Exten   \tsimulated
To      \tsip:simulated@127.0.0.1:5070
Proxy   \tsip:127.0.0.1:5070
Context \tpublic
Expires \t3600
Freq    \t3600
Ping    \t0
PingFreq\t0
PingTime\t0.00
PingState\t0/0/0
State   \tNOREG
Status  \t{status}
Uptime  \t{uptime}s
CallsIN \t0
CallsOUT\t{calls}
FailedCallsIN\t0
FailedCallsOUT\t0
{rule}
"""


def run_command(line: str, *, switch: SimulatedSwitch, job: str, report: ReportResult) -> None:
    """Run one command and report its result; that of ``originate`` follows when the call is answered or has failed."""
    command, _, arguments = line.strip().partition(" ")
    arguments = arguments.strip()
    if command == "originate":
        switch.originate(arguments, job=job, report=report)
        return
    if (command, arguments) == ("fsctl", "shutdown elegant"):
        switch.shut_down_elegantly(report)
        return
    answer = _COMMANDS.get(command)
    report(f"-ERR {command} Command not found!\n" if answer is None else answer(switch, arguments))


def _status(switch: SimulatedSwitch, _arguments: str) -> str:
    seconds, admission = switch.uptime_micros // 1_000_000, switch.admission
    return (
        f"UP 0 years, {seconds // 86400} days, {seconds // 3600 % 24} hours, {seconds // 60 % 60} minutes, "
        f"{seconds % 60} seconds, {switch.uptime_micros // 1000 % 1000} milliseconds, "
        f"{switch.uptime_micros % 1000} microseconds\n"
        f"FreeSWITCH (Version 1.10.12-release  64bit) is {'ready' if admission.is_ready else 'not ready'}\n"
        f"{switch.sessions_since_start} session(s) since startup\n"
        f"{len(switch)} session(s) - peak {switch.peak}, last 5min {switch.peak} \n"
        f"{admission.in_last_second} session(s) per Sec out of max {admission.sessions_per_second}, "
        "peak 2, last 5min 2 \n"
        f"{admission.max_sessions} session(s) max\n"
        "min idle cpu 0.00/95.77\n"
        "Current Stack Size/Max 240K/240K\n"
    )


def _show(switch: SimulatedSwitch, arguments: str) -> str:
    match arguments.split():
        case ["channels", "as", "json"]:
            rows = [_row(channel) for channel in switch.channels]
            return _json({"row_count": len(rows), "rows": rows}) if rows else '{"row_count": 0}\n'
        case ["application", name]:
            return configuration.show_application(name)
        case ["channels", "count"]:
            return f"\n{len(switch)} total.\n"
        case ["channels"]:
            return (
                "".join(f"{channel.id},{channel.name}\n" for channel in switch.channels) + f"\n{len(switch)} total.\n"
            )
        case _:
            return "-USAGE: channels [count|as json]\n"


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _row(channel: Channel) -> dict[str, str]:
    empty = dict.fromkeys(
        "ip_addr application application_data dialplan read_codec read_rate read_bit_rate write_codec write_rate "
        "write_bit_rate secure presence_id presence_data accountcode callee_direction sent_callee_name sent_callee_num "
        "initial_cid_name initial_ip_addr initial_dialplan".split(),
        "",
    )
    return empty | {
        "uuid": channel.id,
        "direction": "outbound",
        "created": stamp(channel.created),
        "created_epoch": str(channel.created // 1_000_000),
        "name": channel.name,
        "state": "CS_EXECUTE" if channel.answered else "CS_CONSUME_MEDIA",
        "cid_name": "",
        "cid_num": channel.caller_id,
        "dest": channel.dial.number,
        "context": "default",
        "hostname": "simulated",
        "callstate": channel.call_state,
        "callee_name": "Outbound Call",
        "callee_num": channel.dial.number,
        "call_uuid": channel.id,
        "initial_cid_num": channel.caller_id,
        "initial_dest": channel.dial.number,
        "initial_context": "default",
    }


def _uuid_kill(switch: SimulatedSwitch, arguments: str) -> str:
    call_id, _, cause = arguments.partition(" ")
    if not call_id:
        return "-USAGE: <uuid> [cause]\n"
    return "+OK\n" if switch.kill(call_id, cause=cause.strip() or "NORMAL_CLEARING") else "-ERR No such channel!\n"


def _sched_hangup(switch: SimulatedSwitch, arguments: str) -> str:
    bound = ScheduledHangup.of_command(arguments)
    if bound is None:
        return "-USAGE: [+]<time> <uuid> [<cause>]\n"
    return "+OK\n" if switch.end_later(bound) else "-ERR No such channel!\n"


def _sched_del(switch: SimulatedSwitch, arguments: str) -> str:
    return f"+OK Deleted: {switch.forget_bounds(arguments)}\n" if arguments else "-USAGE: <task_id>|<group_id>\n"


def _uuid_break(switch: SimulatedSwitch, arguments: str) -> str:
    call_id, _, rest = arguments.partition(" ")
    return "+OK\n" if switch.lines.stop(call_id, drop=rest == "all") else "-ERR No such channel!\n"


def _sofia(switch: SimulatedSwitch, arguments: str) -> str:
    match arguments.split():
        case ["status", "gateway", name] if not switch.options.gateways or name in switch.options.gateways:
            uptime = switch.uptime_micros // 1_000_000
            status = "DOWN" if switch.trunks.is_down(name) else "UP"
            calls = switch.sessions_since_start
            return _GATEWAY.format(rule=_RULE, name=name, uptime=uptime, calls=calls, status=status)
        case ["xmlstatus", "gateway"]:
            return as_xml(_gateways(switch), **_counts(switch))
        case ["xmlstatus", "gateway", name] if not switch.options.gateways or name in switch.options.gateways:
            return one_as_xml(name, **_counts(switch))
        case ["status" | "xmlstatus", "gateway", _]:
            return "Invalid Gateway!\n"
        case _:
            return "-USAGE: status gateway <name>\n"


def _clock_skew(switch: SimulatedSwitch, arguments: str) -> str:
    """Set the switch's clock; no FreeSWITCH has this command."""
    try:
        switch.clock_skew = float(arguments)
    except ValueError:
        return "-USAGE: <seconds>\n"
    return "+OK\n"


def _message(switch: SimulatedSwitch, arguments: str) -> str:
    """Take a template's message away or put it back; no FreeSWITCH has this command."""
    match arguments.split():
        case [template, "missing"]:
            switch.missing_messages.add(template)
        case [template, "present"]:
            switch.missing_messages.discard(template)
        case _:
            return "-USAGE: <template> missing|present\n"
    return "+OK\n"


def _eval(switch: SimulatedSwitch, arguments: str) -> str:
    return arguments.replace("${core_uuid}", switch.core_id) if arguments else "-ERR no reply\n"


def _gateways(switch: SimulatedSwitch) -> Collection[str]:
    return switch.options.gateways or switch.gateways_used


def _counts(switch: SimulatedSwitch) -> _Counts:
    down = {name: "DOWN" for name in _gateways(switch) if switch.trunks.is_down(name)}
    return {"states": down, "uptime": switch.uptime_micros, "calls": switch.sessions_since_start}


def _fsctl(switch: SimulatedSwitch, arguments: str) -> str:
    return switch.admission.run(arguments)


def _police(switch: SimulatedSwitch, arguments: str) -> str:
    match arguments.split():
        case [gateway, most] if most.isdigit():
            switch.police.watch(gateway, most=int(most))
            return "+OK\n"
        case _:
            return "-USAGE: <gateway> <calls in a tenth of a second, 0: any>\n"


def _trunk(switch: SimulatedSwitch, arguments: str) -> str:
    """Set the state of a gateway's trunk; a command of the simulator alone."""
    match arguments.split():
        case [gateway, state] if state in set(TrunkState):
            switch.trunks.set(gateway, TrunkState(state))
            return "+OK\n"
        case _:
            return f"-USAGE: <gateway> {'|'.join(TrunkState)}\n"


_COMMANDS: Final[dict[str, Callable[[SimulatedSwitch, str], str]]] = {
    "status": _status,
    "version": lambda _switch, _arguments: "FreeSWITCH Version 1.10.12-release~64bit ( 64bit)\n",
    "strepoch": lambda switch, _arguments: str(switch.clock() // 1_000_000),
    "clock_skew": _clock_skew,
    "message": _message,
    "eval": _eval,
    "show": _show,
    "uuid_exists": lambda switch, arguments: "true" if arguments in switch else "false",
    "uuid_kill": _uuid_kill,
    "uuid_break": _uuid_break,
    "sched_hangup": _sched_hangup,
    "sched_del": _sched_del,
    "sofia": _sofia,
    "xml_locate": lambda _switch, arguments: configuration.xml_locate(arguments),
    "module_exists": lambda _switch, arguments: "true" if arguments in _MODULES else "false",
    "fsctl": _fsctl,
    "police": _police,
    "trunk": _trunk,
    **LEG_COMMANDS,
}
