"""Judges what a switch said against what the carriers need, and tells what to type. Pure functions."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pendulum import DateTime

from worker.domain.switch import Switch
from worker.ports.records.entities import GatewayDemand
from worker.telephony.survey import GatewayFacts, SwitchFacts

MOST_DRIFT_SECONDS: Final = 2
"""The switch tells whole seconds; a larger difference is a clock that nobody sets."""

VANILLA_SESSIONS_PER_SECOND: Final = 30
SHORTEST_PING_SECONDS: Final = 5
SILENT_CDR_SECONDS: Final = 24 * 3600
"""A switch that posts CDRs and carries calls is heard at least once a day."""

MODULES: Final = {
    "mod_sofia": "SIP",
    "mod_commands": "originate and other commands",
    "mod_dptools": "playback, transfer and other applications",
    "mod_dialplan_xml": "the dialplan",
    "mod_sndfile": "wav files",
}
CDR_MODULE: Final = "mod_json_cdr"
_OPTIONAL: Final = frozenset({"mod_sndfile"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, whether it works, what was found, and what to do: where it does not work, or could work better."""

    part: str
    is_well: bool
    seen: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What Callbeat asks of one switch."""

    application: str
    gateways: Mapping[str, GatewayDemand] = field(default_factory=dict)
    voice_modules: Mapping[str, str] = field(default_factory=dict)
    """Modules that voice processes need; none where a dialplan plays."""
    switches: int = 1
    """How many switches share the calls."""
    row: Switch | None = None
    """The switch's row; None without a database."""

    @property
    def channels(self) -> int:
        """Return this switch's even share of all carriers' channels."""
        return math.ceil(sum(one.channels for one in self.gateways.values()) / self.switches)

    @property
    def calls_per_second(self) -> int:
        """Return this switch's even share of the carriers' calls per second, as far as they are limited."""
        return math.ceil(sum(one.calls_per_second for one in self.gateways.values()) / self.switches)


def judge(facts: SwitchFacts, *, needs: Needs, part: str, now: DateTime) -> Iterator[Finding]:
    """Return a finding for each thing that a switch needs."""
    yield _clock(facts, row=needs.row, part=f"{part} clock", now=now)
    yield _readiness(facts, part=f"{part} takes calls")
    yield _sessions(facts, needs=needs, part=f"{part} sessions")
    yield _rate(facts, needs=needs, part=f"{part} sessions per second")
    yield _modules(facts, needs=needs, part=f"{part} modules")
    yield _answer(facts, needs=needs, part=f"{part} answered calls")
    for name, gateway in facts.gateways.items():
        yield _gateway(name, gateway, demand=needs.gateways.get(name), part=f"{part} gateway {name}")
    yield _second_source(facts, needs=needs, part=f"{part} second source", now=now)


def _clock(facts: SwitchFacts, *, row: Switch | None, part: str, now: DateTime) -> Finding:
    if facts.epoch is None:
        return Finding(part, is_well=False, seen="does not tell the time", advice="load mod_commands")
    ahead = round(facts.epoch - now.timestamp())
    if abs(ahead) <= MOST_DRIFT_SECONDS:
        measured = None if row is None else row.clock_skew_ms
        return Finding(part, is_well=True, seen="agrees with ours" + (f", {measured} ms ahead" if measured else ""))
    seen = f"{abs(ahead)} s {'ahead of' if ahead > 0 else 'behind'} ours"
    return Finding(part, is_well=False, seen=seen, advice="run an NTP client (chrony) on both machines")


def _readiness(facts: SwitchFacts, *, part: str) -> Finding:
    if facts.is_ready is None:
        return Finding(
            part, is_well=False, seen="`status` says neither ready nor not ready", advice="load mod_commands"
        )
    if facts.is_ready:
        return Finding(part, is_well=True, seen="is ready")
    advice = "fs_cli -x 'fsctl resume', unless it is being shut down"
    return Finding(part, is_well=False, seen="is not ready: paused or shutting down", advice=advice)


def _sessions(facts: SwitchFacts, *, needs: Needs, part: str) -> Finding:
    limit, wanted = facts.max_sessions, needs.channels
    if limit is None:
        return Finding(part, is_well=False, seen="`fsctl max_sessions` tells no number", advice="load mod_commands")
    if limit >= wanted:
        return Finding(part, is_well=True, seen=f"at most {limit}; the carriers' share is {wanted}")
    seen = f"at most {limit}, but the carriers' share is {wanted}: calls will be refused as full"
    advice = f"max-sessions in switch.conf.xml, and fs_cli -x 'fsctl max_sessions {wanted + wanted // 10}'"
    return Finding(part, is_well=False, seen=seen, advice=advice)


def _rate(facts: SwitchFacts, *, needs: Needs, part: str) -> Finding:
    limit, wanted = facts.sessions_per_second, needs.calls_per_second
    if limit is None:
        return Finding(part, is_well=False, seen="`fsctl sps` tells no number", advice="load mod_commands")
    advice = f"sessions-per-second in switch.conf.xml, and fs_cli -x 'fsctl sps {max(100, 2 * wanted)}'"
    if limit <= wanted:  # it admits one less than its limit
        seen = f"at most {limit}, but the carriers' share is {wanted}: calls will be refused"
        return Finding(part, is_well=False, seen=seen, advice=advice)
    unlimited = sorted(name for name, demand in needs.gateways.items() if demand.is_unlimited)
    if unlimited and limit <= VANILLA_SESSIONS_PER_SECOND:
        seen = f"at most {limit}; carriers without calls_per_second can ask for more ({', '.join(unlimited)})"
        return Finding(part, is_well=True, seen=seen, advice=advice)
    return Finding(part, is_well=True, seen=f"at most {limit}; the carriers' share is {wanted}")


def _modules(facts: SwitchFacts, *, needs: Needs, part: str) -> Finding:
    wanted = {**MODULES, **needs.voice_modules}
    missing = [name for name in wanted if name not in facts.modules]
    if not missing:
        return Finding(part, is_well=True, seen="all loaded")
    seen = "not loaded: " + ", ".join(f"{name} ({wanted[name]})" for name in missing)
    advice = "modules.conf.xml, and " + ", ".join(f"fs_cli -x 'load {name}'" for name in missing)
    return Finding(part, is_well=set(missing) <= _OPTIONAL - needs.voice_modules.keys(), seen=seen, advice=advice)


def _answer(facts: SwitchFacts, *, needs: Needs, part: str) -> Finding:
    name, _, arguments = needs.application.partition(":")
    if not facts.application_exists:
        advice = "load the module that has it, or correct CALLBEAT_ANSWER_APPLICATION"
        return Finding(part, is_well=False, seen=f"there is no application {name}", advice=advice)
    if not facts.extension_exists:
        extension, _, place = arguments.partition(" ")
        context = place.partition(" ")[2] or "default"
        seen = f"the context {context} has no extension {extension}: an answered call would hear nothing"
        advice = "copy deploy/freeswitch/callbeat.xml to conf/dialplan/, and fs_cli -x reloadxml"
        return Finding(part, is_well=False, seen=seen, advice=advice)
    return Finding(part, is_well=True, seen=needs.application)


def _gateway(name: str, gateway: GatewayFacts | None, *, demand: GatewayDemand | None, part: str) -> Finding:
    of = f" (carrier {', '.join(demand.carriers)})" if demand else ""
    if gateway is None:
        file = f"deploy/freeswitch/gateway.xml as conf/sip_profiles/external/{name}.xml"
        advice = f"{file}, and fs_cli -x 'sofia profile external rescan'"
        return Finding(part, is_well=False, seen=f"does not exist{of}", advice=advice)
    shown = f"{gateway.status}, {gateway.state}{of}"
    if gateway.status != "UP":
        advice = f"the trunk does not answer: fs_cli -x 'sofia status gateway {name}', its address, the firewall"
        return Finding(part, is_well=False, seen=shown, advice=advice)
    hints = []
    if gateway.ping_seconds < SHORTEST_PING_SECONDS and gateway.state == "NOREG":
        hints.append('<param name="ping" value="10"/>: without it a dead trunk counts as UP')
    if gateway.caller_id_in_from is False:
        hints.append('<param name="caller-id-in-from" value="true"/>: without it the callee sees the username')
    return Finding(part, is_well=True, seen=shown, advice="; ".join(hints))


def _second_source(facts: SwitchFacts, *, needs: Needs, part: str, now: DateTime) -> Finding:
    push, row = facts.cdr_push, needs.row
    setup = "deploy/freeswitch/README.md, section CDRs as a second source"
    if CDR_MODULE not in facts.modules or push is None or not push.has_url:
        seen = "none: the end of a call that nobody heard stays unknown"
        return Finding(part, is_well=True, seen=seen, advice=setup)
    if not push.has_queue:
        advice = (
            '<param name="queue-capacity" value="1000"/> in json_cdr.conf.xml, and fs_cli -x \'reload mod_json_cdr\''
        )
        return Finding(part, is_well=False, seen="posts without a queue: ends come seconds late", advice=advice)
    if row is None or row.cdr_secret_hash is None:
        name = part.removeprefix("switch ").partition(" ")[0]
        advice = f"callbeat cdr-secret {name}, and write the secret into json_cdr.conf.xml"
        return Finding(part, is_well=False, seen="posts CDRs, but has no secret here: they are refused", advice=advice)
    if row.cdr_heard_at is None:
        return Finding(part, is_well=True, seen="set up, nothing heard yet", advice="place one call and look again")
    silent = (now - row.cdr_heard_at).total_seconds()
    seen = f"heard {round(silent)} s ago"
    return Finding(part, is_well=True, seen=seen, advice=setup if silent > SILENT_CDR_SECONDS else "")
