"""Reports as clients read them (worker/REFERENCE.md#reports)."""

from typing import Final

from api.timestamps import NEVER_CALLED, rfc3339
from worker.domain.call import CallState, Outcome
from worker.domain.cdr import Cdr, cdr_body
from worker.domain.erasure import ERASED
from worker.domain.json_value import Json
from worker.domain.keys import NO_KEY
from worker.domain.masking import masked_number
from worker.ports.records.entities import LeadRecord, Tenant
from worker.ports.records.reports import LiveCall
from worker.usecases.records.report_calls import Charts, ReportRow

COUNTERS: Final = {
    "answered": Outcome.ANSWERED,
    "no_answered": Outcome.NO_ANSWERED,
    "busy": Outcome.BUSY,
    "congestion": Outcome.CONGESTION,
    "invalid": Outcome.INVALID_NUMBER,
    "phone_block": Outcome.PHONE_BLOCK,
    "not_available": Outcome.NOT_AVAILABLE,
    "voicemail": Outcome.VOICEMAIL,
    "failed": Outcome.FAILED,
}
OF_OTHER_CALLS: Final = ("busy_line", "cancel", "ivr", "inbound", "local")
"""Counters that only calls of agents and inbound calls have; they are always 0 here."""
_TEXTS_OF_PEOPLE: Final = (
    *("agent_name", "extension", "extension_uuid", "first_name", "last_name", "middle_name"),
    *("network_ip", "server_host", "user_agent", "user_uuid", "username"),
)


def report_row(row: ReportRow, *, zone: str) -> dict[str, Json]:
    """Return one row of the campaigns' report."""
    divided: dict[str, Json] = {}
    if row.part is not None:
        divided["time"] = rfc3339(row.part.begins, zone=zone)
    if row.network is not None:
        divided["network"] = row.network.value
    return {
        "campaign_uuid": str(row.campaign.id),
        "campaign_name": row.campaign.name,
        **divided,
        **{name: row.outcomes.get(outcome, 0) for name, outcome in COUNTERS.items()},
        **dict.fromkeys(OF_OTHER_CALLS, 0),
        "outbound": row.calls,
        "total": row.calls,
        "total_duration": row.duration,
        "total_billsec": row.billsec,
        "total_waitsec": row.duration - row.billsec,
    }


def charts_shape(charts: Charts) -> dict[str, Json]:
    """Return the monitor's charts."""
    calls, connected = charts.calls, charts.connected
    return {
        "total": calls,
        "call_status": {outcome.value: count for outcome, count in charts.outcomes.items()},
        "talk_time": {part.value: count for part, count in charts.talk_times.items()},
        "press_key": {key or NO_KEY: count for key, count in charts.keys.items() if count},
        "connected": connected,
        "not_connected": calls - connected,
        "connection_rate": round(connected / calls, 4) if calls else 0.0,
        "causes": dict(charts.causes),
        "complete": charts.is_complete,
    }


def lead_row(lead: LeadRecord, cdr: Cdr | None, *, zone: str) -> dict[str, Json]:
    """Return one row of the leads' report; without a call, texts are empty and lengths 0."""
    body = {} if cdr is None else cdr_body(cdr, zone=zone)
    texts = {
        "cdr_uuid": "id", "status": "status", "press_key": "press_key", "recording_url": "recording_url",
        "start_stamp": "time_started", "answer_stamp": "time_answered", "end_stamp": "time_ended",
    }  # fmt: skip
    return {
        "campaign_name": lead.campaign_name,
        "list_name": lead.list_name,
        "lead_uuid": str(lead.id),
        "lead_name": lead.profile.get("lead_name", ""),
        "lead_code": lead.profile.get("lead_code", ""),
        "contract_number": lead.profile.get("contract_number", ""),
        "phone_number": lead.phone,
        "called_count": lead.called_count,
        **{name: body.get(key, "") for name, key in texts.items()},
        "record_name": "" if cdr is None else cdr.recording,
        "duration": body.get("duration", 0),
        "billsec": body.get("billsec", 0),
        "additional": dict(lead.additional),
        "created_at": rfc3339(lead.created_at, zone=zone),
        "last_call_time": NEVER_CALLED if lead.last_call_at is None else rfc3339(lead.last_call_at, zone=zone),
    }


def live_row(call: LiveCall, *, tenant: Tenant, hides_number: bool) -> dict[str, Json]:
    """Return one call that is up; ``call_state`` tells two states, ``state`` all of them."""
    phone = masked_number(call.phone) if hides_number and call.phone != ERASED else call.phone
    since = call.answered_at or call.ringing_at or call.dialing_at
    return {
        "call_id": str(call.call_id),
        "call_state": "ONCALL" if call.state is CallState.ANSWERED else "RINGING",
        "call_time": "" if since is None else since.in_timezone(tenant.timezone).format("YYYY-MM-DD HH:mm:ss"),
        "cid_num": call.caller_id,
        "b_cid_num": phone,
        "destination": phone,
        "direction": "outbound",
        "domain_name": tenant.name,
        "domain_uuid": str(tenant.id),
        **dict.fromkeys(_TEXTS_OF_PEOPLE, ""),
        "campaign_uuid": str(call.campaign_id),
        "lead_uuid": str(call.lead_id),
        "network": call.network.value,
        "attempt": call.attempt,
        "state": call.state.value,
    }
