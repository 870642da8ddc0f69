"""Campaigns as commands show them: under the names that the API has, with times in the tenant's zone."""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.campaign_settings import CampaignSettings
from worker.domain.json_value import Json
from worker.domain.reason import Why
from worker.domain.reason_messages import MESSAGES
from worker.domain.zone import zone_named
from worker.ports.records.entities import CampaignStatistics, NamedCampaign
from worker.usecases.records.explain import CampaignExplanation
from worker.usecases.records.look_at_campaign import CampaignSight

_OURS: Final = frozenset({"tenant_id", "steered_at", "extras"})
"""Fields that an operator does not set."""


def campaign_facts(found: NamedCampaign, *, zone: str) -> dict[str, Json]:
    """Return a campaign's settings, with the names of its carrier and template."""
    return {
        **settings_facts(found.settings, zone=zone),
        "carrier_name": found.carrier_name,
        "template_name": found.template_name,
    }


def settings_facts(settings: CampaignSettings, *, zone: str) -> dict[str, Json]:
    """Return a campaign's settings."""
    stored = {
        field.name: _json(getattr(settings, field.name), zone=zone)
        for field in fields(settings)
        if field.name not in _OURS
    }
    return {**stored, **settings.extras}


def progress_facts(statistics: CampaignStatistics) -> dict[str, Json]:
    """Return how far a campaign is."""
    return {
        "total_lead": statistics.leads,
        "total_incall": statistics.in_call,
        "total_called": statistics.calls,
        "total_lead_called": statistics.called_leads,
        "total_dnc": statistics.dnc_leads,
        "total_remain": sum(statistics.waiting.values()),
        "finished": statistics.finished,
    }


def why_facts(found: CampaignExplanation, *, at: DateTime, zone: str) -> dict[str, Json]:
    """Return whether a campaign is dialled now, and what keeps it from being dialled, or dialled more."""
    return {
        "campaign_uuid": str(found.campaign.id),
        "at": moment(at, zone=zone),
        "status": found.campaign.status.value,
        "dialling": found.dialling,
        "in_use": found.in_use,
        "queued": found.queued,
        "limit": found.campaign.concurrent_call,
        "next_window": _moment_or_none(found.next_window, zone=zone),
        "next_due_at": _moment_or_none(found.next_due_at, zone=zone),
        "reasons": [reason_facts(why, zone=zone) for why in found.reasons],
        "networks": {
            network.value: {"due": use.due, "in_use": use.in_use, "limit": use.limit}
            for network, use in found.networks.items()
        },
    }


def reason_facts(why: Why, *, zone: str) -> dict[str, Json]:
    """Return one reason with its facts."""
    facts: dict[str, Json] = {
        "until": _moment_or_none(why.until, zone=zone),
        "since": _moment_or_none(why.since, zone=zone),
        "switch": why.switch or None,
        "network": why.network and why.network.value,
        "in_use": why.in_use,
        "limit": why.limit,
        "cause": why.cause or None,
    }
    known = {name: fact for name, fact in facts.items() if fact is not None}
    return {"code": why.reason.value, "message": MESSAGES[why.reason], **known}


def sight_facts(sight: CampaignSight, *, zone: str) -> dict[str, Json]:
    """Return a campaign at one moment."""
    return {
        **why_facts(sight.explanation, at=sight.at, zone=zone),
        **progress_facts(sight.statistics),
    }


def moment(at: DateTime, *, zone: str) -> str:
    """Return a time to the second, with the zone's offset."""
    return at.in_timezone(zone_named(zone)).isoformat(timespec="seconds")


def _moment_or_none(at: DateTime | None, *, zone: str) -> str | None:
    return None if at is None else moment(at, zone=zone)


def _json(value: object, *, zone: str) -> Json:
    match value:
        case StrEnum() | UUID():
            return str(value)
        case DateTime():
            return moment(value, zone=zone)
        case Mapping():
            return {str(key): _json(inner, zone=zone) for key, inner in value.items()}
        case list() | tuple():
            return [_json(inner, zone=zone) for inner in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
