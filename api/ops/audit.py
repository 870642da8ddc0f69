"""The audit trail: who changed what, for the role admin."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.deps import LARGEST_OFFSET, Services, Who
from api.ops.render import page
from api.ops.route import PageRoute
from worker.ports.paging import Slice
from worker.ports.records.audit import AuditFilter
from worker.usecases.records.audit_trail import list_audit

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SHOWN: Final = 50
LONGEST_SUBJECT: Final = 200


@router.get("/ops/audit")
def show(
    request: Request,
    services: Services,
    who: Who,
    actor: Annotated[str, Query(max_length=200)] = "",
    action: Annotated[str, Query(max_length=200)] = "",
    offset: Annotated[int, Query(ge=0, le=LARGEST_OFFSET)] = 0,
) -> Response:
    """Show the newest entries by who, what, and of what; a page has fifty."""
    subject = request.query_params.get("subject", "")[:LONGEST_SUBJECT].strip()
    wanted = AuditFilter(actor=actor or None, action=action or None, subject_id=subject or None)
    found = list_audit(services.store, caller=who, part=Slice(SHOWN, offset), wanted=wanted)

    def at(other: int) -> str:
        return "/ops/audit?" + urlencode(
            [("actor", actor), ("action", action), ("subject", subject), ("offset", other)]
        )

    return page(
        request, "audit.html", entries=found.rows, actor=actor, action=action, subject=subject,
        newer=at(max(0, offset - SHOWN)) if offset else "",
        older=at(offset + SHOWN) if offset + SHOWN < found.total else "",
    )  # fmt: skip
