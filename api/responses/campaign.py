"""Campaigns as clients read them."""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Final
from uuid import UUID

from pendulum import DateTime

from api.timestamps import rfc3339
from worker.domain.campaign_settings import CampaignSettings, schedule_row_id
from worker.domain.json_value import Json
from worker.domain.keys import NO_KEY
from worker.domain.network import Network
from worker.ports.records.entities import CampaignStatistics, NamedCampaign


def campaign_shape(settings: CampaignSettings, *, zone: str) -> dict[str, Json]:
    """Return the whole object: all keys, an empty text for what is not set; names of others only in lists."""
    return {
        **_settings(settings, zone=zone),
        "template_name": "",
        "carrier_name": "",
        "schedules": [
            {
                "domain_uuid": str(settings.tenant_id),
                "id": str(schedule_row_id(settings.campaign_uuid, number)),
                "campaign_uuid": str(settings.campaign_uuid),
                **row,
            }
            for number, row in enumerate(settings.schedules)
        ],
    }


def named_campaign_shape(campaign: NamedCampaign, *, zone: str) -> dict[str, Json]:
    """Return a row of a list: with the names of carrier and template, without schedules."""
    return {
        **_settings(campaign.settings, zone=zone),
        "template_name": campaign.template_name,
        "carrier_name": campaign.carrier_name,
        "schedules": None,
    }


def monitor_shape(settings: CampaignSettings, statistics: CampaignStatistics) -> dict[str, Json]:
    """Return the monitor's counts (worker/REFERENCE.md#monitor)."""
    return {
        "campaign_uuid": str(settings.campaign_uuid),
        "campaign_name": settings.campaign_name,
        "type": settings.type.upper(),
        "mode_call": settings.mode_call.upper(),
        "status": settings.status.upper(),
        "total_lead": statistics.leads,
        "total_incall": statistics.in_call,
        "total_called": statistics.calls,
        "total_lead_called": statistics.called_leads,
        "total_dnc": statistics.dnc_leads,
        "total_remain": sum(statistics.waiting.values()),
        **{f"total_remain_{network}": statistics.waiting.get(network, 0) for network in Network},
        "press_key": {**statistics.keys, NO_KEY: max(0, statistics.calls - sum(statistics.keys.values()))},
        "finished": statistics.finished,
    }


_MANAGED: Final = frozenset({"tenant_id", "resume_at", "steered_at", "extras", "schedules"})
"""Fields that are not on the wire under their own name."""
_NULL_ON_THE_WIRE: Final = frozenset({"recall_status", "lead_expired_at"})
"""Settings that are null when there is nothing; of the others the wire says an empty text."""


def _settings(settings: CampaignSettings, *, zone: str) -> dict[str, Json]:
    return {
        **settings.extras,
        "domain_uuid": str(settings.tenant_id),
        **{
            field.name: _wire_value(field.name, getattr(settings, field.name), zone=zone)
            for field in fields(settings)
            if field.name not in _MANAGED
        },
        "domain_name": "",
    }


def _wire_value(name: str, value: object, *, zone: str) -> Json:
    match value:
        case None:
            return None if name in _NULL_ON_THE_WIRE else ""
        case StrEnum() | UUID():
            return str(value)
        case DateTime():
            return rfc3339(value, zone=zone)
        case tuple():
            return list(value)
        case Mapping():
            return {network.value: value.get(network.value, 0) for network in Network}
        case str() | int():
            return value
        case _:
            raise TypeError(f"{name} has no form on the wire")
