"""A sight as facts: JSON for programs, and a line of ``name=value`` for each thing in a pipe."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from worker.cli.campaign_facts import moment, reason_facts
from worker.cli.plain_text import visible
from worker.cli.top.sight import Sight
from worker.domain.json_value import Json
from worker.domain.run_state import RunState
from worker.domain.switch_choice import Candidate, why_no_calls
from worker.domain.trunk import state_of
from worker.ports.records.entities import CarrierRecord
from worker.usecases.records.watch_campaigns import WatchedCampaign


def sight_facts(sight: Sight, *, zone: str) -> dict[str, Json]:
    """Return everything that a sight shows."""
    return {
        "at": moment(sight.at, zone=zone),
        "campaigns": [_campaign(one, sight, zone=zone) for one in sight.shown],
        "states": {**states_of(sight)},
        "carriers": [_carrier(one, sight) for one in sight.carriers],
        "switches": [_switch(one, zone=zone) for one in sight.switches],
        "callbacks": {
            "pending": sight.backlog.pending,
            "dead": sight.backlog.dead,
            "failing_urls": sight.backlog.failing_urls,
        },
    }


def states_of(sight: Sight) -> dict[str, int]:
    """Return how many of all campaigns are in each state."""
    counted = Counter(one.state for one in sight.watched.campaigns)
    return {state.value: counted[state] for state in RunState}


def sight_lines(sight: Sight, *, zone: str) -> Iterator[str]:
    """Return a line for each campaign that is shown, each carrier, each switch, and one for the callbacks.

    Each begins with the time and the kind of thing, so that `grep` finds it.
    """
    at = moment(sight.at, zone=zone)
    for one in sight.shown:
        yield _line(at, "campaign", _campaign(one, sight, zone=zone))
    yield _line(at, "campaigns", {"total": len(sight.watched.campaigns), **states_of(sight)})
    for carrier in sight.carriers:
        yield _line(at, "carrier", _carrier(carrier, sight))
    for switch in sight.switches:
        yield _line(at, "switch", _switch(switch, zone=zone))
    facts = sight_facts(sight, zone=zone)["callbacks"]
    yield _line(at, "callbacks", facts if isinstance(facts, Mapping) else {})


def _campaign(one: WatchedCampaign, sight: Sight, *, zone: str) -> dict[str, Json]:
    detail = sight.detail(one)
    explanation, rate = detail.explanation, detail.answer_rate
    return {
        "name": one.settings.campaign_name,
        "campaign_uuid": str(one.campaign.id),
        "carrier": one.carrier_name,
        "state": one.state.value,
        "in_use": one.in_use,
        "limit": one.settings.concurrent_call,
        "queued": explanation.queued,
        "calls_a_minute": detail.recent.dialled,
        "answer_rate": None if rate is None else round(rate, 3),
        "remaining": detail.waiting.leads,
        "recalls": detail.waiting.recalls,
        "dialling": explanation.dialling,
        "reasons": [reason_facts(why, zone=zone) for why in explanation.reasons],
    }


def _carrier(one: CarrierRecord, sight: Sight) -> dict[str, Json]:
    return {
        "name": one.name,
        "gateway": one.gateway,
        "trunk": state_of(one.trunk, now=sight.at).value,
        "in_use": sum(one.live.values()),
        "limit": one.concurrent_call,
        "calls_per_second": one.calls_per_second or None,
        "cause": one.trunk.cause or None,
    }


def _switch(one: Candidate, *, zone: str) -> dict[str, Json]:
    why = why_no_calls(one)
    return {
        "name": one.switch.name,
        "state": one.switch.state.value,
        "calls_up": one.up,
        "sessions": one.switch.sessions,
        "max_sessions": one.switch.max_sessions,
        "takes_calls": why is None,
        "reasons": [] if why is None else [reason_facts(why, zone=zone)],
    }


def _line(at: str, kind: str, facts: Mapping[str, Json]) -> str:
    return " ".join([at, kind, *(f"{name}={_value(value)}" for name, value in facts.items())])


def _value(value: Json) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():  # reasons: their codes
            codes = [str(one["code"]) for one in value if isinstance(one, Mapping)]
            return ",".join(codes) or "-"
        case str():
            shown = visible(value)
            return shown if re.fullmatch(r'[^\s"=]+', shown) else json.dumps(shown, ensure_ascii=False)
        case _:
            return str(value)
