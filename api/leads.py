"""Leads: add one or many, read, change, remove."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from api.deps import ASKS_FOR_CALLS, BEARER, IMPORTS, ONCE, Part, Services, Whose, answered, listed
from api.entity_tags import IfMatch, read_copy, tag_of_change
from api.errors import problems_line
from api.middleware import GuardedRoute
from api.phone_numbers import NO_PHONE, TOO_SHORT, national
from api.requests.body import Body
from api.requests.fields import Line, to_uuid, uuid_of
from api.requests.leads import ChangedLeadBody, LeadBody, ManyLeadsBody, NewLeadBody
from api.responses.leads import lead_shape
from api.sight import Seen
from worker.domain.errors import Conflict, Invalid, InvalidFields, NotFound, Problem
from worker.domain.ids import CampaignId, LeadId, ListId
from worker.domain.network import NotDialable
from worker.ports.paging import Page
from worker.ports.records.entities import DuplicateScope, LeadFilter
from worker.usecases.records import queries
from worker.usecases.records.edit_lead import delete_lead, edit_lead
from worker.usecases.records.import_leads import DUPLICATE, Draft, LeadImport, import_leads

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["leads"])


class LeadQuery(Body):
    """Filters of leads; an empty text matches all."""

    FOREIGN = "unchecked"

    list_uuid: Line = ""
    campaign_uuid: Line = ""
    phone_number: Line = ""


@router.post("/v3/lead", dependencies=[ASKS_FOR_CALLS, ONCE])
def create(body: NewLeadBody, services: Services, tenant: Whose) -> JSONResponse:
    """Add one lead; it is called as soon as its campaign may dial. ``duplicate_scope`` as for many."""
    try:
        draft = body.draft(0)
    except ValueError as error:
        raise InvalidFields((Problem("additional", str(error)),)) from error
    imported = import_leads(
        services.store,
        queue=services.queue,
        wanted=LeadImport(
            tenant, _list_id(body.list_uuid), [draft], DuplicateScope(body.duplicate_scope), services.caps
        ),
        now=services.clock.now(),
        new_id=services.new_id,
    )
    if imported.problems.get(0) == DUPLICATE:
        raise Conflict(DUPLICATE)
    if why := imported.unspoken.get(0):
        raise InvalidFields(why)
    if imported.problems:
        raise InvalidFields((NO_PHONE,) if body.phone_number else (TOO_SHORT, NO_PHONE))
    return JSONResponse({"created": True, "lead_uuid": str(imported.leads[0])})


@router.post("/v3/lead/multi", dependencies=[ASKS_FOR_CALLS, IMPORTS, ONCE])
def create_many(body: ManyLeadsBody, services: Services, tenant: Whose) -> JSONResponse:
    """Add up to 2 000 leads; ``fail`` lists each row that was not added (0 is the first) with the reason.

    ``duplicate_scope`` says where a number may stand only once: in the list, the campaign or all campaigns.
    """
    if not body.list_uuid:
        raise Invalid("list_uuid is missing")
    drafts, problems = _checked(body.data)
    imported = import_leads(
        services.store,
        queue=services.queue,
        wanted=LeadImport(
            tenant, _list_id(body.list_uuid), drafts, DuplicateScope(body.duplicate_scope), services.caps
        ),
        now=services.clock.now(),
        new_id=services.new_id,
    )
    problems |= imported.problems
    return answered(
        {
            "message": "success",
            "total_insert": len(imported.leads),
            "total_fail": len(problems),
            "fail": [{"row": row, "error": error} for row, error in sorted(problems.items())],
        },
        to=body,
    )


@router.get("/v3/lead")
def list_all(
    services: Services, tenant: Whose, seen: Seen, part: Part, asked: Annotated[LeadQuery, Query()]
) -> JSONResponse:
    """Return leads in the order in which they were added."""
    wanted = lead_filter(asked)
    page = queries.list_leads(services.store, tenant=tenant, part=part, wanted=wanted)
    return listed(Page([lead_shape(row, zone=tenant.timezone) for row in seen.leads(page.rows)], page.total), part)


@router.get("/v3/lead/{lead_uuid}")
def read(lead_uuid: UUID, services: Services, tenant: Whose, seen: Seen) -> JSONResponse:
    """Return one lead."""
    found = queries.get_lead(services.store, tenant=tenant, lead_id=LeadId(lead_uuid))
    return JSONResponse(lead_shape(seen.lead(found), zone=tenant.timezone), headers=tag_of_change(found.updated_at))


@router.put("/v3/lead/{lead_uuid}")
def change(
    lead_uuid: UUID, body: ChangedLeadBody, services: Services, tenant: Whose, if_match: IfMatch = ""
) -> JSONResponse:
    """Change what the body names, from the very next dial on; a lead that is done stays done.

    While the lead is being called its number cannot be changed: what comes of the call belongs to the old one.
    """
    if body.id() not in {None, lead_uuid}:
        raise Invalid("lead_uuid is invalid")
    try:
        edit_lead(
            services.store,
            queue=services.queue,
            tenant=tenant,
            lead_id=LeadId(lead_uuid),
            changes=body.changes(),
            now=services.clock.now(),
            copy=read_copy(if_match),
        )
    except NotDialable as error:
        raise InvalidFields((NO_PHONE,) if body.phone_number else (TOO_SHORT, NO_PHONE)) from error
    except ValueError as error:
        raise InvalidFields((Problem("additional", str(error)),)) from error
    return JSONResponse({"lead_uuid": str(lead_uuid)})


@router.delete("/v3/lead/{lead_uuid}")
def delete(lead_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Remove a lead: a queued call is cancelled, a call that is up ends normally; its CDRs stay."""
    delete_lead(
        services.store, queue=services.queue, tenant=tenant, lead_id=LeadId(lead_uuid), now=services.clock.now()
    )
    return JSONResponse({"lead_uuid": str(lead_uuid)})


def _list_id(text: str) -> ListId:
    found = uuid_of(text)
    if found is None:
        raise NotFound("list is not found")
    return ListId(found)


def _checked(rows: Sequence[Any]) -> tuple[list[Draft], dict[int, str]]:  # Any: rows as the client sent them
    """Return the valid rows, and the problem of each other row by its number."""
    drafts: list[Draft] = []
    problems: dict[int, str] = {}
    for number, row in enumerate(rows):
        try:
            drafts.append(LeadBody.model_validate(row).draft(number))
        except ValidationError as error:
            problems[number] = problems_line(error)
        except ValueError as error:
            problems[number] = str(error)
    return drafts, problems


def lead_filter(asked: LeadQuery) -> LeadFilter:
    """Return the filters in stored form."""
    list_id = to_uuid(asked.list_uuid, otherwise="list_uuid is invalid")
    campaign_id = to_uuid(asked.campaign_uuid, otherwise="campaign_uuid is invalid")
    return LeadFilter(
        list_id=None if list_id is None else ListId(list_id),
        campaign_id=None if campaign_id is None else CampaignId(campaign_id),
        phone=national(asked.phone_number) or None,
    )
