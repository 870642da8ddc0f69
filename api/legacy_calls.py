"""CDRs in the shape of the older paths, and numbers that are called at once."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from api.cdrs import CdrFilters, cdr_filter, headers_of
from api.cursors import cursor_of, read_cursor
from api.deps import ASKS_FOR_CALLS, BEARER, LARGEST_SLICE, ONCE, ApiServices, Places, Services, Whose, answered
from api.middleware import GuardedRoute
from api.requests.fields import Line, meaning, uuid_of
from api.requests.legacy import AutodialBody, CustomerToCallBody, campaign_of
from api.requests.numbers import checked_rows, ignored_keys
from api.sight import Seen
from worker.domain.call import Outcome
from worker.domain.cdr import Cdr, cdr_body
from worker.domain.errors import Invalid, NotFound
from worker.domain.json_value import Json
from worker.ports.paging import Slice
from worker.ports.records.cdrs import CdrPlace, place_of
from worker.ports.records.entities import CdrFilter, Tenant
from worker.usecases.records import queries
from worker.usecases.records.call_many import call_many
from worker.usecases.records.call_now import CallRequest
from worker.usecases.records.hide_numbers import Sight
from worker.usecases.records.list_cdrs import CdrPage, list_cdrs, list_cdrs_behind

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["older paths"])

OUTBOUND: Final = 3
"""The published number of the direction of an outbound call."""
SCROLLED: Final = 100
"""CDRs in one answer of the scroll mode."""
LARGEST_PAGE: Final = 2**32
_KEYS: Final = (
    "id sip_call_id cause duration billsec recording_url extension from_number to_number receive_dest time_started "
    "time_answered time_ended".split()
)
_STATUSES: Final = {Outcome.NO_ANSWERED: "NO ANSWER"}
"""Statuses whose older name differs from the new one in more than case and hyphen."""


class OldCdrQuery(CdrFilters):
    """Filters of CDRs, and one of two ways through them: pages, or a scroll."""

    page: Annotated[int, Field(ge=1, le=LARGEST_PAGE, strict=False)] | None = None
    limit: Annotated[int, Field(ge=0, le=LARGEST_SLICE, strict=False)] | None = None
    scroll_id: Annotated[Line, meaning("What the answer before gave, for the CDRs that follow.")] = ""


@router.get("/v1/cdr")
def list_all(
    services: Services, tenant: Whose, seen: Seen, places: Places, asked: Annotated[OldCdrQuery, Query()]
) -> JSONResponse:
    """Return CDRs, newest first: with `page` or `limit` one page, otherwise the next ones of a scroll."""
    wanted = cdr_filter(asked, zone=tenant.timezone)
    if asked.page is None and asked.limit is None:
        return _scrolled(services, tenant, seen, wanted=wanted, scroll_id=asked.scroll_id)
    page, limit = asked.page or 1, 10 if asked.limit is None else asked.limit
    part, now = Slice(limit, (page - 1) * limit), services.clock.now()
    found = CdrPage()
    if wanted is not None:
        found = list_cdrs(services.store, tenant=tenant, wanted=wanted, part=part, places=places, now=now)
    data = _shown(found, seen, zone=tenant.timezone)
    answer = {"data": data, "limit": limit, "page": page, "total": found.total.number}
    more = {"total_estimated": True} if found.total.is_estimate else {}
    return JSONResponse(answer | more, headers=headers_of(found.total))


@router.get("/v1/cdr/{reference}")
def read(reference: str, services: Services, tenant: Whose, seen: Seen) -> JSONResponse:
    """Return one CDR, by its id or by its SIP call id."""
    found = queries.get_cdr(services.store, tenant=tenant, reference=reference)
    return JSONResponse(_shape(seen.cdr(found), zone=tenant.timezone))


@router.post("/v1/autodial/campaign", dependencies=[ASKS_FOR_CALLS, ONCE])
def push(body: AutodialBody, services: Services, tenant: Whose) -> JSONResponse:
    """Call each number with the campaign's template, ahead of its lists; `success` has the id of each call."""
    rows, problems = checked_rows(body.customers, CustomerToCallBody)
    called = call_many(
        services.store,
        queue=services.queue,
        phones=[row.phone_number for row in rows],
        request=CallRequest(tenant=tenant, campaign_id=campaign_of(body.campaign_uuid), phone_number="", additional={}),
        now=services.clock.now(),
        new_id=services.new_id,
    )
    fail: list[Json] = [{phone: error} for phone, error in (*problems, *called.problems)]
    success: dict[str, Json] = {phone: str(call_id) for phone, call_id in called.calls.items()}
    unread = ignored_keys(rows, path="customers")
    return answered({"fail": fail, "message": "success", "success": success}, to=body, ignored_below=unread)


def _scrolled(
    services: ApiServices, tenant: Tenant, seen: Sight, *, wanted: CdrFilter | None, scroll_id: str
) -> JSONResponse:
    filters = wanted or CdrFilter()
    after = _place(services, tenant, scroll_id, wanted=filters)
    found = CdrPage()
    if wanted is not None:
        found = list_cdrs_behind(
            services.store, tenant=tenant, wanted=wanted, limit=SCROLLED, after=after, counts=False
        )
    following = cursor_of(found.next_place, tenant_id=tenant.id, wanted=filters)
    return JSONResponse({"data": _shown(found, seen, zone=tenant.timezone), "scroll_id": following})


def _place(services: ApiServices, tenant: Tenant, scroll_id: str, *, wanted: CdrFilter) -> CdrPlace | None:
    """Return where a scroll goes on; an answer of release 0.1 gave the id of its last call."""
    if not scroll_id:
        return None
    try:
        if uuid_of(scroll_id) is not None:
            return place_of(queries.get_cdr(services.store, tenant=tenant, reference=scroll_id))
        return read_cursor(scroll_id, tenant_id=tenant.id, wanted=wanted)
    except (Invalid, NotFound) as error:
        raise Invalid("scroll_id is invalid") from error


def _shown(page: CdrPage, seen: Sight, *, zone: str) -> list[Json]:
    return [_shape(row, zone=zone) for row in seen.cdrs(page.rows)]


def _shape(cdr: Cdr, *, zone: str) -> dict[str, Json]:
    body = cdr_body(cdr, zone=zone)
    return {name: body[name] for name in _KEYS} | {"direction": OUTBOUND, "status": _status(cdr.outcome)}


def _status(outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    return _STATUSES.get(outcome, outcome.value.upper().replace("-", " "))
