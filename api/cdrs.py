"""CDRs: calls that have ended."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from api.date_ranges import DateRange, to_date_range
from api.deps import BEARER, Part, Services, Whose, listed
from api.middleware import GuardedRoute
from api.phone_numbers import national
from api.requests.body import Body
from api.requests.fields import Line, to_uuid
from api.sight import Seen
from worker.domain.call import Outcome
from worker.domain.cdr import cdr_body
from worker.domain.ids import CallId, CampaignId
from worker.domain.keys import NO_KEY
from worker.ports.paging import Page
from worker.ports.records.entities import CdrFilter
from worker.usecases.records import queries

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["cdr"])

OUTCOME_NAMES: Final = {"no-answer": Outcome.NO_ANSWERED, "invalid": Outcome.INVALID_NUMBER} | {
    outcome.value: outcome for outcome in Outcome
}


class CdrQuery(Body):
    """Filters of CDRs; an empty text matches all."""

    FOREIGN = "unchecked"

    start_date: Line = ""
    end_date: Line = ""
    start_date_ended: Line = ""
    end_date_ended: Line = ""
    extension: Line = ""
    status: Line = ""
    hotline: Line = ""
    phone: Line = ""
    direction: Line = ""
    campaign_uuid: Line = ""
    press_key: Annotated[
        str, Field(pattern=r"^([0-9*#]|127)?$", description="The last key that was pressed; 127 for no key.")
    ] = ""


@router.get("/v3/cdr")
def list_all(
    services: Services, tenant: Whose, seen: Seen, part: Part, asked: Annotated[CdrQuery, Query()]
) -> JSONResponse:
    """Return CDRs, newest first; dates are read in the tenant's zone."""
    wanted = cdr_filter(asked, zone=tenant.timezone)
    if wanted is None:
        return listed(Page(), part)
    page = queries.list_cdrs(services.store, tenant=tenant, part=part, wanted=wanted)
    return listed(Page([cdr_body(row, zone=tenant.timezone) for row in seen.cdrs(page.rows)], page.total), part)


@router.get("/v3/cdr/{reference}")
def read(reference: str, services: Services, tenant: Whose, seen: Seen) -> JSONResponse:
    """Return one CDR, by its id or by its SIP call id."""
    found = queries.get_cdr(services.store, tenant=tenant, reference=reference)
    return JSONResponse(cdr_body(seen.cdr(found), zone=tenant.timezone))


def cdr_filter(asked: CdrQuery, *, zone: str, older_than: CallId | None = None) -> CdrFilter | None:
    """Return the filters in stored form; None when no CDR of an autocall can match."""
    campaign_id = to_uuid(asked.campaign_uuid, otherwise="campaign_uuid is invalid")
    moments = {
        name: to_date_range(name, getattr(asked, name), zone=zone) for name in asked.model_fields_set if "date" in name
    }
    none = DateRange(None, None)
    outcome = _outcome(asked.status)
    if asked.extension or asked.direction.lower() not in {"", "outbound"} or (asked.status and outcome is None):
        return None
    return CdrFilter(
        campaign_id=None if campaign_id is None else CampaignId(campaign_id),
        outcome=outcome,
        phone=national(asked.phone) or None,
        hotline=asked.hotline or None,
        key=_key(asked.press_key),
        started_from=moments.get("start_date", none).start,
        started_before=moments.get("end_date", none).end,
        ended_from=moments.get("start_date_ended", none).start,
        ended_before=moments.get("end_date_ended", none).end,
        older_than=older_than,
    )


def _key(text: str) -> str | None:
    return "" if text == NO_KEY else text or None


def _outcome(text: str) -> Outcome | None:
    """Return the outcome for any spelling of a status that the API uses."""
    return OUTCOME_NAMES.get(text.strip().lower().replace("_", "-").replace(" ", "-"))
