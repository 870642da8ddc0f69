"""Explanations as clients read them: each reason has a code, a sentence and its facts."""

from pendulum import DateTime

from api.responses.hints import hints_shape
from api.timestamps import rfc3339
from worker.domain.gateway_access import OPERATORS_TENANT
from worker.domain.json_value import Json
from worker.domain.reason import Why
from worker.domain.reason_messages import MESSAGES
from worker.ports.records.entities import Tenant
from worker.usecases.records.explain import CampaignExplanation, LeadExplanation


def campaign_why_shape(found: CampaignExplanation, *, now: DateTime, tenant: Tenant) -> dict[str, Json]:
    """Return a campaign's explanation; a missing fact is null."""
    return {
        "campaign_uuid": str(found.campaign.id),
        "at": rfc3339(now, zone=tenant.timezone),
        "status": found.campaign.status.value,
        "dialling": found.dialling,
        "in_use": found.in_use,
        "queued": found.queued,
        "limit": found.campaign.concurrent_call,
        "reasons": [_why_shape(why, tenant=tenant) for why in found.reasons],
        "next_window": _moment(found.next_window, zone=tenant.timezone),
        "next_due_at": _moment(found.next_due_at, zone=tenant.timezone),
        "networks": {
            network.value: {"due": use.due, "in_use": use.in_use, "limit": use.limit}
            for network, use in found.networks.items()
        },
        "hints": hints_shape(found),
    }


def lead_why_shape(found: LeadExplanation, *, now: DateTime, tenant: Tenant) -> dict[str, Json]:
    """Return a lead's explanation; a missing fact is null."""
    lead = found.lead
    return {
        "lead_uuid": str(lead.id),
        "campaign_uuid": str(lead.campaign_id),
        "at": rfc3339(now, zone=tenant.timezone),
        "stage": lead.stage.value,
        "network": lead.network.value,
        "called_count": lead.called_count,
        "last_status": lead.last_outcome and lead.last_outcome.value,
        "call_id": None if lead.call_id is None else str(lead.call_id),
        "call_state": lead.call_state and lead.call_state.value,
        "reasons": [_why_shape(why, tenant=tenant) for why in found.reasons],
    }


def _why_shape(why: Why, *, tenant: Tenant) -> dict[str, Json]:
    zone = tenant.timezone
    facts: dict[str, Json] = {
        "until": _moment(why.until, zone=zone),
        "since": _moment(why.since, zone=zone),
        "switch": (why.switch or None) if tenant.name == OPERATORS_TENANT else None,
        "network": why.network and why.network.value,
        "in_use": why.in_use,
        "limit": why.limit,
        "cause": why.cause or None,
    }
    known = {name: fact for name, fact in facts.items() if fact is not None}
    return {"code": why.reason.value, "message": MESSAGES[why.reason], **known}


def _moment(moment: DateTime | None, *, zone: str) -> str | None:
    return None if moment is None else rfc3339(moment, zone=zone)
