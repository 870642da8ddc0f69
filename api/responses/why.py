"""Explanations as clients read them: each reason has a code, a sentence and its facts."""

from collections.abc import Mapping
from typing import Final

from pendulum import DateTime

from api.responses.hints import hints_shape
from api.timestamps import rfc3339
from worker.domain.gateway_access import OPERATORS_TENANT
from worker.domain.json_value import Json
from worker.domain.reason import Reason, Why
from worker.ports.records.entities import Tenant
from worker.usecases.records.explain import CampaignExplanation, LeadExplanation

MESSAGES: Final[Mapping[Reason, str]] = {
    Reason.INACTIVE: "The campaign is not active.",
    Reason.STOPPED: "The campaign is stopped, and goes on when it is started.",
    Reason.PAUSED: "The campaign is paused until a window opens or it is started.",
    Reason.DELETED: "The campaign is deleted.",
    Reason.EXPIRED: "The campaign's lead_expired_at has passed.",
    Reason.WINDOW_SHUT: "No window of the campaign is open.",
    Reason.NEVER_OPEN: "The windows and local times of the campaign never open together, on any day of the week.",
    Reason.NO_CARRIER: "The campaign has no carrier.",
    Reason.NO_CALLER_ID: "The carrier has no caller id that the callee could see.",
    Reason.GATEWAY_NOT_GRANTED: "The tenant may not use the carrier's gateway.",
    Reason.CALLER_ID_NOT_GRANTED: "The tenant may show none of the carrier's caller ids over its gateway.",
    Reason.PREFIX_NOT_DIALABLE: "The carrier's prefix and a number of this network cannot be dialled together.",
    Reason.CARRIER_CHANGED: "The campaign has moved to another carrier.",
    Reason.DAY_LIMIT: "The tenant has dialled or queued as many calls as it may on one day; it goes on at midnight.",
    Reason.DESTINATION_FORBIDDEN: "The tenant may not call numbers with this prefix.",
    Reason.LIMIT_LOWERED: "A limit was lowered, and as many calls are up as it still allows.",
    Reason.LIST_INACTIVE: "Leads wait in a list that is not active.",
    Reason.NETWORK_NOT_SET_UP: "There are no channels for this network.",
    Reason.ATTEMPTS_USED: "The lead has been called as often as it may be.",
    Reason.DO_NOT_CALL: "The number is on the do-not-call list.",
    Reason.TENANT_LIMIT: "The tenant's calls at once are all in use.",
    Reason.GATEWAY_LIMIT: "The gateway's calls at once are in use by all carriers together, or due to others.",
    Reason.CARRIER_LIMIT: "The carrier's calls at once are all in use.",
    Reason.CARRIER_NETWORK_LIMIT: "The carrier's channels of this network are all in use.",
    Reason.CAMPAIGN_LIMIT: "The campaign's calls at once are all in use.",
    Reason.CAMPAIGN_NETWORK_LIMIT: "The campaign's channels of this network are all in use.",
    Reason.CALLS_PER_SECOND: "As many calls wait for their time as the carrier may begin in a quarter of a second.",
    Reason.CARRIER_FAILING: "The carrier's trunk does not reply or fails; trial calls go out after growing pauses.",
    Reason.CARRIER_UNPROVEN: "The carrier has not replied lately, so few calls go out until it does.",
    Reason.GATEWAY_DOWN: "The switch says that the carrier's gateway is down; trial calls go out after growing pauses.",
    Reason.GATEWAY_UNKNOWN: "The switch does not know the carrier's gateway; trial calls go out after growing pauses.",
    Reason.NO_SWITCH: "The switch cannot be heard: calls are queued, and dialled when it can.",
    Reason.SWITCH_PAUSED: "The switch is paused or shutting down: calls are queued, and dialled when it is ready.",
    Reason.SWITCH_FULL: "The switch has as many sessions as it may: calls are queued, and dialled when some end.",
    Reason.SWITCH_DRAINING: "The switch gets no new calls until an operator resumes it.",
    Reason.SWITCH_REFUSES: "The switch refuses calls: nobody is dialled, and few calls find out when it takes them.",
    Reason.SWITCH_AWAY: "Calls are on a switch that cannot be asked, and hold their slots until they are surely over.",
    Reason.VALUE_MISSING: "The lead lacks a value that its template reads aloud, or it cannot be read.",
    Reason.SOUND_NOT_READY: "What the callee will hear is being rendered; the call follows when it is ready.",
    Reason.SOUND_FAILED: "What the callee would hear cannot be rendered now; it is tried again after growing pauses.",
    Reason.NOT_DUE: "It is not yet time to call.",
    Reason.NOTHING_LEFT: "Nobody is left to be called; it goes on when leads are added.",
    Reason.IN_CALL: "The lead is being called.",
    Reason.ANSWERED: "The lead has answered and is done.",
    Reason.NOT_RECALLED: "The lead's last outcome is not called again.",
    Reason.DUE: "Nothing keeps the lead from being called: it is next.",
}


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
