"""One row of each table of the first schema, with values that later revisions carry over."""

from typing import Any, Final
from uuid import uuid4

from tests.builders import CAMPAIGN, CARRIER, HANOI, NOON, TEMPLATE, TENANT, list_of, stored_settings
from worker.domain.call import CallState, Outcome
from worker.domain.carrier import DialType
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.domain.role import Role
from worker.domain.voicemail import VoicemailDetector
from worker.store.dispatch.campaign_rows import to_row

ADDED: Final[dict[str, dict[str, Any]]] = {
    "tenants": {"caps": {}, "calls_per_day": None, "destinations": [], "chosen_ids": {}},
    "tokens": {"name": "", "role": Role.ADMIN, "expires_at": None, "last_used_at": None, "last_used_from": ""},
    "carriers": {
        "calls_per_second": 0,
        "rotation": {},
        "causes": [],
        "number_format": "national",
        "longest_call_seconds": 0,
        "voicemail_detector": VoicemailDetector.NONE,
        "gateway_waits_since": None,
        "deleted_at": None,
    },
    "templates": {"deleted_at": None},
    "lists": {"reset_at": None, "reset_outcomes": None, "deleted_at": None, "cleared_at": None},
    "campaigns": {"lead_expired_at": None, "steered_at": None}
    | {"enable_recording": False, "recording_consent": "", "recording_days": 30},
    "leads": {"uncounted": 0, "parked": False, "call_id": None, "ref_id": "", "template_id": None}
    | {"refreshed_at": None, "removed_at": None},
    "calls": {
        "spend_day": None,
        "tally": None,
        "pressed": (),
        "last_key": None,
        "recording": None,
        "over_by": None,
        "template_id": None,
        "uncounted": 0,
        "counted": True,
        "switch_duration": None,
        "switch_billsec": None,
        "seen_up_at": None,
        "gateway": None,
        "agent_user_id": None,
        "connected_at": None,
        "traceparent": None,
        "assumed_at": None,
    },
    "deliveries": {
        "corrected": False,
        "traceparent": None,
        "subscription_id": None,
        "attempts_before": 0,
        "waiting_since": NOON,
        "replayed_at": None,
    },
}
"""What a row of the first schema has besides in the present one."""


def rows_of_the_first_schema() -> dict[str, dict[str, Any]]:
    """Give one row of each table, in an order in which they may be inserted."""
    moments = {"created_at": NOON, "updated_at": NOON}
    campaign = to_row(stored_settings()) | {"deleted_at": None}
    lead_id, call_id = uuid4(), uuid4()
    owner = {"tenant_id": TENANT, "campaign_id": CAMPAIGN}
    rows: dict[str, dict[str, Any]] = {
        "tenants": {"id": TENANT, "name": "default", "timezone": HANOI, "concurrent_call": 5,
                    "callback_secret": "whsec_AAAA", "created_at": NOON},
        "carriers": {"id": CARRIER, "tenant_id": TENANT, "name": "main", "description": "", "gateway": "g1",
                     "dial_type": DialType.SIP_ONE, "concurrent_call": 10, "network": {"viettel": 3},
                     "data": {"caller_id": "02873003586"}, "next_plan_at": NOON, **moments},
        "templates": {"id": TEMPLATE, "tenant_id": TENANT, "name": "t", "body": {}, **moments},
        "campaigns": {column: value for column, value in campaign.items() if column not in ADDED["campaigns"]},
        "lists": {"id": list_of(CAMPAIGN), **owner, "name": "l", "description": "", "active": True, **moments},
        "leads": {"id": lead_id, **owner, "list_id": list_of(CAMPAIGN), "phone": "0981000000",
                  "network": Network.VIETTEL, "stage": Stage.CALLING, "due_at": NOON, "ending": None,
                  "called_count": 1, "last_call_at": NOON, "last_outcome": Outcome.BUSY, "profile": {"name": "An"},
                  "additional": {"a": 1}, **moments},
        "calls": {"id": call_id, **owner, "carrier_id": CARRIER, "list_id": list_of(CAMPAIGN), "lead_id": lead_id,
                  "run_id": None, "revision": 1, "attempt": 2, "stage_before": Stage.RECALL, "phone": "0981000000",
                  "network": Network.VIETTEL, "ref_id": "", "state": CallState.QUEUED, "reason": None,
                  "queued_at": NOON, "resend_at": NOON, "refusals": 0, "switch": "", "caller_id": "",
                  "dialing_at": None, "missing_since": None, "started_at": None, "ringing_at": None,
                  "answered_at": None, "ended_at": None, "outcome": None, "cause": "", "sip_call_id": "",
                  "hangup_disposition": ""},
        "deliveries": {"id": uuid4(), **owner, "call_id": call_id, "event": "answered", "url": "http://crm.example",
                       "host": "crm.example", "body": "{}", "state": "pending", "attempt": 0, "next_at": NOON,
                       "last_status": None, "last_error": "", **moments},
        "tokens": {"hash": "ab" * 32, "tenant_id": TENANT, "created_at": NOON},
        "do_not_call": {"tenant_id": TENANT, "phone": "0981000001", "description": "", "created_at": NOON},
    }  # fmt: skip
    return rows
