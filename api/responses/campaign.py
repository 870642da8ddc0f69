"""Campaigns as clients read them."""

from api.timestamps import rfc3339
from worker.domain.campaign_settings import CampaignSettings, schedule_row_id
from worker.domain.json_value import Json
from worker.domain.network import Network
from worker.ports.records.entities import CampaignStatistics, NamedCampaign


def campaign_shape(settings: CampaignSettings, *, zone: str) -> dict[str, Json]:
    """Give the whole object: all keys, ``""`` for what is not there; joined names are for the list alone."""
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
    """Give a list's row: with the names of carrier and template, without schedules."""
    return {
        **_settings(campaign.settings, zone=zone),
        "template_name": campaign.template_name,
        "carrier_name": campaign.carrier_name,
        "schedules": None,
    }


def monitor_shape(settings: CampaignSettings, numbers: CampaignStatistics) -> dict[str, Json]:
    """Give the monitor's numbers (domain reference §7.1)."""
    return {
        "campaign_uuid": str(settings.campaign_uuid),
        "campaign_name": settings.campaign_name,
        "type": settings.type.upper(),
        "mode_call": settings.mode_call.upper(),
        "status": settings.status.upper(),
        "total_lead": numbers.leads,
        "total_incall": numbers.in_call,
        "total_called": numbers.calls,
        "total_lead_called": numbers.called_leads,
        "total_dnc": numbers.dnc_leads,
        "total_remain": sum(numbers.waiting.values()),
        **{f"total_remain_{network}": numbers.waiting.get(network, 0) for network in Network},
        "finished": numbers.finished,
    }


def _settings(settings: CampaignSettings, *, zone: str) -> dict[str, Json]:
    return {
        **settings.extras,
        "domain_uuid": str(settings.tenant_id),
        "campaign_uuid": str(settings.campaign_uuid),
        "campaign_name": settings.campaign_name,
        "type": settings.type,
        "type_autocall": settings.type_autocall,
        "description": settings.description,
        "active": settings.active,
        "status": settings.status.value,
        "run_id": "" if settings.run_id is None else str(settings.run_id),
        "revision": settings.revision,
        "concurrent_call": settings.concurrent_call,
        "carrier_uuid": "" if settings.carrier_uuid is None else str(settings.carrier_uuid),
        "template_uuid": "" if settings.template_uuid is None else str(settings.template_uuid),
        "mode_call": settings.mode_call.value,
        "network": {network.value: settings.network.get(network.value, 0) for network in Network},
        "call_timeout": settings.call_timeout,
        "recall_times": settings.recall_times,
        "limit_recall_duration": settings.limit_recall_duration,
        "schedule_recall": settings.schedule_recall,
        "schedule_recall_duration": settings.schedule_recall_duration,
        "priority_recall": settings.priority_recall.value,
        "recall_status": None if settings.recall_status is None else list(settings.recall_status),
        "local_start_time": settings.local_start_time,
        "local_end_time": settings.local_end_time,
        "callback_url": settings.callback_url,
        "answer_callback_url": settings.answer_callback_url,
        "lead_expired_at": None if settings.lead_expired_at is None else rfc3339(settings.lead_expired_at, zone=zone),
        "domain_name": "",
        "created_at": rfc3339(settings.created_at, zone=zone),
        "updated_at": rfc3339(settings.updated_at, zone=zone),
    }
