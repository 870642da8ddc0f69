"""Customers of the older paths: leads in the list of a campaign's single calls, in the envelope of `/v2`."""

from http import HTTPStatus
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from typing_extensions import override

from api.deps import ASKS_FOR_CALLS, BEARER, ONCE, Part, Services, Whose, answered
from api.errors import refusal
from api.middleware import GuardedRoute, Handler
from api.phone_numbers import NO_PHONE
from api.requests.fields import uuid_of
from api.requests.legacy import CustomerBody, CustomerQuery, campaign_of
from api.responses.leads import lead_status
from api.sight import Seen
from api.timestamps import rfc3339
from worker.domain.errors import Conflict, Invalid, InvalidFields, NotFound
from worker.domain.ids import LeadId
from worker.domain.json_value import Json
from worker.ports.records.entities import LeadFilter, LeadRecord
from worker.usecases.records import queries
from worker.usecases.records.import_leads import DUPLICATE
from worker.usecases.records.push_customer import Customer, RowRefusedError, push_customer

DONE: Final = "successfully"


class EnvelopedRoute(GuardedRoute):
    """A route whose refusals have the envelope of `/v2`; those of the token and of overload have the usual shapes."""

    @override
    async def answer(self, request: Request, handle: Handler, *, body: bytes) -> Response:
        try:
            return await super().answer(request, handle, body=body)
        except (NotFound, Conflict, Invalid, InvalidFields, RequestValidationError) as error:
            refused = refusal(error)
        code = HTTPStatus(refused.status_code)
        content = orjson.loads(refused.body)["error"]
        return JSONResponse({"code": code, "content": content, "error": code.phrase}, status_code=code)


router = APIRouter(route_class=EnvelopedRoute, dependencies=[BEARER], tags=["older paths"])


@router.post("/v2/customer", dependencies=[ASKS_FOR_CALLS, ONCE], status_code=HTTPStatus.CREATED)
def push(body: CustomerBody, services: Services, tenant: Whose) -> JSONResponse:
    """Add a customer, whom the campaign calls `after_day` days later; the campaign may have a number only once."""
    now = services.clock.now()
    customer = Customer(tenant, campaign_of(body.campaign_id), body.draft(), services.caps)
    try:
        lead_id = push_customer(
            services.store, queue=services.queue, customer=customer, now=now, new_id=services.new_id
        )
    except RowRefusedError as error:
        if error.imported.problems[0] == DUPLICATE:
            raise Conflict(DUPLICATE) from error
        raise InvalidFields(error.imported.unspoken.get(0, (NO_PHONE,))) from error
    told: dict[str, Json] = {"code": HTTPStatus.CREATED, "content": DONE, "id": str(lead_id)}
    response = answered(told, to=body)
    response.status_code = HTTPStatus.CREATED
    return response


@router.get("/v2/customer")
def list_all(
    services: Services, tenant: Whose, seen: Seen, part: Part, asked: Annotated[CustomerQuery, Query()]
) -> JSONResponse:
    """Return leads as customers, in the order in which they were added."""
    wanted = LeadFilter(campaign_id=asked.campaign())
    page = queries.list_leads(services.store, tenant=tenant, part=part, wanted=wanted)
    rows: list[Json] = [_shape(row, zone=tenant.timezone) for row in seen.leads(page.rows)]
    paging: dict[str, Json] = {"limit": part.limit, "offset": part.offset, "total": page.total}
    return JSONResponse({"code": HTTPStatus.OK, "content": DONE, "data": rows, **paging})


@router.get("/v2/customer/{customer_id}")
def read(customer_id: str, services: Services, tenant: Whose, seen: Seen) -> JSONResponse:
    """Return one lead as a customer."""
    lead_id = uuid_of(customer_id)
    if lead_id is None:
        raise NotFound("Not Found")
    found = queries.get_lead(services.store, tenant=tenant, lead_id=LeadId(lead_id))
    return JSONResponse(
        {"code": HTTPStatus.OK, "content": DONE, "data": _shape(seen.lead(found), zone=tenant.timezone)}
    )


def _shape(lead: LeadRecord, *, zone: str) -> dict[str, Json]:
    return {
        "campaign_id": str(lead.campaign_id),
        "contract_number": lead.profile.get("contract_number", ""),
        "created_at": rfc3339(lead.created_at, zone=zone),
        "customer_code": lead.profile.get("lead_code", ""),
        "customer_id": str(lead.id),
        "customer_name": lead.profile.get("lead_name", ""),
        "phone_number": lead.phone,
        "status": lead_status(lead)[1],
        "updated_at": rfc3339(lead.updated_at, zone=zone),
        "after_day": lead.profile.get("after_day", 0),
    }
