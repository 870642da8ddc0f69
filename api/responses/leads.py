"""Leads as clients read them."""

import json
from typing import Final

from api.timestamps import NEVER, NEVER_CALLED, rfc3339
from worker.domain.json_value import Json
from worker.domain.lead import result_of
from worker.ports.records.entities import LeadRecord

TEXTS: Final = (
    "lead_name lead_code contract_number identity_number identity_issued_at address province district ward "
    "date_of_birth comment ref_id ref_code gender other_identity_number other_identity_issued_at".split()
)


def lead_shape(lead: LeadRecord, *, zone: str) -> dict[str, Json]:
    """Return the whole object: all keys, and the API's fixed values for what has not happened."""
    status, alt_status = lead_status(lead)
    return {
        "domain_uuid": str(lead.tenant_id),
        "lead_uuid": str(lead.id),
        "list_uuid": str(lead.list_id),
        "phone_number": lead.phone,
        "status": status,
        "alt_status": alt_status,
        **{name: lead.profile.get(name, "") for name in TEXTS},
        "identity_issued_on": lead.profile.get("identity_issued_on") or NEVER,
        "other_identity_issued_on": lead.profile.get("other_identity_issued_on") or NEVER,
        "additional": json.dumps(lead.additional, ensure_ascii=False, separators=(",", ":")) if lead.additional else "",
        "after_day": lead.profile.get("after_day", 0),
        "called_count": lead.called_count,
        "last_call_time": NEVER_CALLED if lead.last_call_at is None else rfc3339(lead.last_call_at, zone=zone),
        "created_at": rfc3339(lead.created_at, zone=zone),
        "updated_at": rfc3339(lead.updated_at, zone=zone),
        "hopper_id": 0,
        "network": lead.network.value,
        "campaign_uuid": str(lead.campaign_id),
        "campaign_name": lead.campaign_name,
        "list_name": lead.list_name,
        "assign_user_uuid": "",
        "assign_username": "",
    }


def lead_status(lead: LeadRecord) -> tuple[str, str]:
    """Return the wire's status and alternative status of a lead."""
    result = result_of(lead.ending, last_outcome=lead.last_outcome)
    return result if result == lead.last_outcome else result.upper(), result
