"""CDRs in the shape of the older paths, and numbers that are called at once."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from api.cdrs import CdrQuery, cdr_filter
from api.deps import ASKS_FOR_CALLS, BEARER, LARGEST_SLICE, ONCE, Services, Whose, answered
from api.middleware import GuardedRoute
from api.requests.fields import Line, meaning, uuid_of
from api.requests.legacy import AutodialBody, CustomerToCallBody, campaign_of
from api.requests.numbers import checked_rows, ignored_keys
from api.sight import Seen
from worker.domain.call import Outcome
from worker.domain.cdr import Cdr, cdr_body
from worker.domain.errors import Invalid
from worker.domain.ids import CallId
from worker.domain.json_value import Json
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import CdrFilter
from worker.usecases.records import queries
from worker.usecases.records.call_many import call_many
from worker.usecases.records.call_now import CallRequest
from worker.usecases.records.hide_numbers import Sight

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


class OldCdrQuery(CdrQuery):
    """Filters of CDRs, and one of two ways through them: pages, or a scroll."""

    page: Annotated[int, Field(ge=1, le=LARGEST_PAGE, strict=False)] | None = None
    limit: Annotated[int, Field(ge=0, le=LARGEST_SLICE, strict=False)] | None = None
    scroll_id: Annotated[Line, meaning("What the answer before gave, for the CDRs that follow.")] = ""


@router.get("/v1/cdr")
def list_all(services: Services, tenant: Whose, seen: Seen, asked: Annotated[OldCdrQuery, Query()]) -> JSONResponse:
    """Return CDRs, newest first: with `page` or `limit` one page, otherwise the next ones of a scroll."""
    wanted = cdr_filter(asked, zone=tenant.timezone, older_than=_older_than(asked.scroll_id))
    if asked.page is None and asked.limit is None:
        found = _found(services, tenant, part=Slice(SCROLLED), wanted=wanted)
        last = str(found.rows[-1].call_id) if len(found.rows) == SCROLLED else ""
        return JSONResponse({"data": _shown(found, seen, zone=tenant.timezone), "scroll_id": last})
    page, limit = asked.page or 1, 10 if asked.limit is None else asked.limit
    found = _found(services, tenant, part=Slice(limit, (page - 1) * limit), wanted=wanted)
    data = _shown(found, seen, zone=tenant.timezone)
    return JSONResponse({"data": data, "limit": limit, "page": page, "total": found.total})


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


def _found(services: Services, tenant: Whose, *, part: Slice, wanted: CdrFilter | None) -> Page[Cdr]:
    return Page() if wanted is None else queries.list_cdrs(services.store, tenant=tenant, part=part, wanted=wanted)


def _older_than(scroll_id: str) -> CallId | None:
    if not scroll_id:
        return None
    found = uuid_of(scroll_id)
    if found is None:
        raise Invalid("scroll_id is invalid")
    return CallId(found)


def _shown(page: Page[Cdr], seen: Sight, *, zone: str) -> list[Json]:
    return [_shape(row, zone=zone) for row in seen.cdrs(page.rows)]


def _shape(cdr: Cdr, *, zone: str) -> dict[str, Json]:
    body = cdr_body(cdr, zone=zone)
    return {name: body[name] for name in _KEYS} | {"direction": OUTBOUND, "status": _status(cdr.outcome)}


def _status(outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    return _STATUSES.get(outcome, outcome.value.upper().replace("-", " "))
