"""Single calls: one number called ahead of the lists, and its CDR by the client's own reference."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import ASKS_FOR_CALLS, BEARER, ONCE, Services, Whose, answered
from api.middleware import GuardedRoute
from api.phone_numbers import NO_PHONE, TOO_SHORT
from api.requests.autocall import ImportBody, OtpBody
from api.sight import Seen
from worker.domain.cdr import cdr_body
from worker.domain.errors import InvalidFields, Problem
from worker.domain.network import NotDialable
from worker.usecases.records.call_now import CallRequest, Promise, call_now, find_cdr

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["single calls"])


@router.post("/v3/autocall/import", dependencies=[ASKS_FOR_CALLS, ONCE])
def import_one(body: ImportBody, services: Services, tenant: Whose) -> JSONResponse:
    """Call one number with the campaign's template, ahead of its lists, inside its windows and while it is started.

    `call_id` is the id that the CDR will have. The values of `param` are not sent to the switch: a dialplan that
    speaks them reads `additional` of `/v3/lead/{lead_uuid}`, where its variable `callbeat_lead` is the id.
    """
    promise = _called(body.request(tenant), services=services)
    return answered({"call_id": str(promise.call_id), "lead_uuid": str(promise.lead_id), "message": "success"}, to=body)


@router.post("/v3/autocall/otp", dependencies=[ASKS_FOR_CALLS, ONCE])
def read_code(body: OtpBody, services: Services, tenant: Whose) -> JSONResponse:
    """Call one number and read out a code: ahead of all other calls, at any hour, also while the campaign is stopped.

    The do-not-call list, every limit and `active` of the campaign still hold. `call_id` is the id that the CDR will
    have. The code is not sent to the switch: the template's dialplan reads `additional` of `/v3/lead/{lead_uuid}`,
    where its variable `callbeat_lead` is the id. It is dropped when the call has ended, and no CDR or callback has it.
    """
    promise = _called(body.request(tenant), services=services)
    return answered(
        {
            "call_id": str(promise.call_id),
            "lead_uuid": str(promise.lead_id),
            "message": "success",
            "ref_id": body.ref_id,
        },
        to=body,
    )


@router.get("/v3/autocall/log/{ref_id:path}/ref_id")
def read_by_reference(ref_id: str, services: Services, tenant: Whose, seen: Seen) -> JSONResponse:
    """Return the CDR of the latest single call with this reference; without one, the error says why."""
    found = find_cdr(services.store, tenant=tenant, ref_id=ref_id)
    return JSONResponse(cdr_body(seen.cdr(found), zone=tenant.timezone))


def _called(request: CallRequest, *, services: Services) -> Promise:
    try:
        return call_now(
            services.store,
            queue=services.queue,
            request=request,
            now=services.clock.now(),
            new_id=services.new_id,
        )
    except NotDialable as error:
        broken = (NO_PHONE, Problem("phone_number", str(error))) if request.phone_number else (TOO_SHORT, NO_PHONE)
        raise InvalidFields(broken) from error
