"""The audit trail: who changed what, when, from where. For the role admin."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.date_ranges import to_date_range
from api.deps import BEARER, Part, Services, Who, listed
from api.middleware import GuardedRoute
from api.requests.body import Body
from api.requests.fields import Line, uuid_of
from api.timestamps import rfc3339
from worker.domain.errors import InvalidFields, Problem
from worker.domain.json_value import Json
from worker.ports.paging import Page
from worker.ports.records.audit import AuditEntry, AuditFilter
from worker.usecases.records.audit_trail import list_audit

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["audit"])


class AuditQuery(Body):
    """Filters of the audit trail; an empty text matches all."""

    FOREIGN = "unchecked"

    start_date: Line = ""
    end_date: Line = ""
    token_uuid: Line = ""
    actor: Line = ""
    address: Line = ""
    request_id: Line = ""
    action: Line = ""
    subject: Line = ""


@router.get("/v3/audit")
def list_all(services: Services, caller: Who, part: Part, asked: Annotated[AuditQuery, Query()]) -> JSONResponse:
    """Return who changed what, newest first; `action` is the beginning of method and path, dates are in your zone."""
    zone = caller.tenant.timezone
    page = list_audit(services.store, caller=caller, part=part, wanted=_filter(asked, zone=zone))
    return listed(Page([_shape(entry, zone=zone) for entry in page.rows], page.total), part)


def _filter(asked: AuditQuery, *, zone: str) -> AuditFilter:
    key_id = uuid_of(asked.token_uuid)
    if asked.token_uuid and key_id is None:
        raise InvalidFields((Problem("token_uuid", "Does not match format 'uuid'"),))
    return AuditFilter(
        since=to_date_range("start_date", asked.start_date, zone=zone).start,
        until=to_date_range("end_date", asked.end_date, zone=zone).end,
        key_id=key_id,
        actor=asked.actor or None,
        address=asked.address or None,
        request_id=asked.request_id or None,
        action=asked.action or None,
        subject_id=asked.subject or None,
    )


def _shape(entry: AuditEntry, *, zone: str) -> dict[str, Json]:
    return {
        "id": str(entry.id),
        "at": rfc3339(entry.at, zone=zone),
        "actor": entry.actor,
        "token_uuid": None if entry.key_id is None else str(entry.key_id),
        "role": entry.role,
        "address": entry.address,
        "request_id": entry.request_id,
        "action": entry.action,
        "subject": entry.subject_id,
        "sent": entry.sent,
        "before": entry.before,
        "after": entry.after,
    }
