"""CDRs: calls that have ended."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from api.cursors import cursor_of, read_cursor
from api.date_ranges import DateRange, to_date_range
from api.deps import BEARER, Part, Places, Services, Whose
from api.middleware import GuardedRoute
from api.phone_numbers import national
from api.requests.body import Body
from api.requests.fields import Line, Outcomes, to_uuid
from api.sight import Seen
from worker.domain.call import Outcome
from worker.domain.cdr import cdr_body
from worker.domain.errors import Invalid
from worker.domain.ids import CampaignId, LeadId, ListId, RunId
from worker.domain.json_value import Json
from worker.domain.keys import NO_KEY
from worker.ports.records.cdrs import CdrCount
from worker.ports.records.entities import CdrFilter
from worker.usecases.records import queries
from worker.usecases.records.list_cdrs import CdrPage, list_cdrs, list_cdrs_behind

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["cdr"])

OUTCOME_NAMES: Final = {"no-answer": Outcome.NO_ANSWERED, "invalid": Outcome.INVALID_NUMBER} | {
    outcome.value: outcome for outcome in Outcome
}
ESTIMATED: Final = "X-Total-Estimated"
"""The header of answers whose `total` is an estimate."""


class CdrFilters(Body):
    """Filters of CDRs; an empty text matches all."""

    FOREIGN = "unchecked"

    start_date: Line = ""
    end_date: Line = ""
    start_date_ended: Line = ""
    end_date_ended: Line = ""
    extension: Line = ""
    status: Line = ""
    outcome: Outcomes | Literal[""] = ""
    hotline: Line = ""
    phone: Line = ""
    direction: Line = ""
    campaign_uuid: Line = ""
    list_uuid: Line = ""
    lead_uuid: Line = ""
    run_id: Line = ""
    ref_id: Line = ""
    press_key: Annotated[
        str, Field(pattern=r"^([0-9*#]|127)?$", description="The last key that was pressed; 127 for no key.")
    ] = ""


class CdrQuery(CdrFilters):
    """Filters of CDRs, and where to go on."""

    cursor: Line = ""


@router.get("/v3/cdr")
def list_all(
    services: Services, tenant: Whose, seen: Seen, part: Part, places: Places, asked: Annotated[CdrQuery, Query()]
) -> JSONResponse:
    """Return CDRs, newest first; dates are read in the tenant's zone.

    With `next_cursor` of the answer before as `cursor` a page costs the same wherever it is; `offset` must be 0 then.
    """
    wanted = cdr_filter(asked, zone=tenant.timezone)
    after = None
    if asked.cursor:
        if part.offset:
            raise Invalid("cursor and offset exclude each other")
        after = read_cursor(asked.cursor, tenant_id=tenant.id, wanted=wanted or CdrFilter())
    if wanted is None:
        found = CdrPage()
    elif after is None:
        now = services.clock.now()
        found = list_cdrs(services.store, tenant=tenant, wanted=wanted, part=part, places=places, now=now)
    else:
        found = list_cdrs_behind(services.store, tenant=tenant, wanted=wanted, limit=part.limit, after=after)
    data: list[Json] = [cdr_body(row, zone=tenant.timezone) for row in seen.cdrs(found.rows)]
    following = cursor_of(found.next_place, tenant_id=tenant.id, wanted=wanted or CdrFilter())
    answer = {"data": data, "limit": part.limit, "offset": part.offset, "total": found.total.number}
    more = {"total_estimated": found.total.is_estimate, "next_cursor": following}
    return JSONResponse(answer | more, headers=headers_of(found.total))


@router.get("/v3/cdr/{reference}")
def read(reference: str, services: Services, tenant: Whose, seen: Seen) -> JSONResponse:
    """Return one CDR, by its id or by its SIP call id."""
    found = queries.get_cdr(services.store, tenant=tenant, reference=reference)
    return JSONResponse(cdr_body(seen.cdr(found), zone=tenant.timezone))


def headers_of(total: CdrCount) -> dict[str, str]:
    """Return the header that says that a total is an estimate."""
    return {ESTIMATED: "true"} if total.is_estimate else {}


def cdr_filter(asked: CdrFilters, *, zone: str) -> CdrFilter | None:
    """Return the filters in stored form; None when no CDR of an autocall can match."""
    ids = {
        name: to_uuid(getattr(asked, name), otherwise=f"{name} is invalid")
        for name in ("campaign_uuid", "list_uuid", "lead_uuid", "run_id")
    }
    campaign_id, list_id, lead_id, run_id = ids.values()
    moments = {
        name: to_date_range(name, getattr(asked, name), zone=zone) for name in asked.model_fields_set if "date" in name
    }
    none = DateRange(None, None)
    outcomes = {_outcome(text) for text in (asked.status, asked.outcome) if text}
    is_foreign = asked.extension or asked.direction.lower() not in {"", "outbound"}
    if is_foreign or None in outcomes or len(outcomes) > 1:
        return None
    return CdrFilter(
        campaign_id=None if campaign_id is None else CampaignId(campaign_id),
        list_id=None if list_id is None else ListId(list_id),
        lead_id=None if lead_id is None else LeadId(lead_id),
        run_id=None if run_id is None else RunId(run_id),
        ref_id=asked.ref_id or None,
        outcome=next(iter(outcomes), None),
        phone=national(asked.phone) or None,
        hotline=asked.hotline or None,
        key=_key(asked.press_key),
        started_from=moments.get("start_date", none).start,
        started_before=moments.get("end_date", none).end,
        ended_from=moments.get("start_date_ended", none).start,
        ended_before=moments.get("end_date_ended", none).end,
    )


def _key(text: str) -> str | None:
    return "" if text == NO_KEY else text or None


def _outcome(text: str) -> Outcome | None:
    """Return the outcome for any spelling of a status that the API uses."""
    return OUTCOME_NAMES.get(text.strip().lower().replace("_", "-").replace(" ", "-"))
