"""Erasure of persons: one number is forgotten and never dialled again."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field

from api.deps import BEARER, Services, Whose, answered
from api.middleware import GuardedRoute
from api.phone_numbers import NO_PHONE, TOO_SHORT
from api.requests.body import Body
from api.requests.leads import as_text
from worker.domain.errors import InvalidFields
from worker.domain.network import NotDialable
from worker.usecases.records.erase_person import erase_person
from worker.usecases.records.secret_bytes import secret_bytes

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["erasure"])


class ErasureBody(Body):
    """The person to erase."""

    phone_number: Annotated[str, Field(max_length=64, description="In any form."), BeforeValidator(as_text)]


@router.post("/v3/erasure")
def erase(body: ErasureBody, services: Services, tenant: Whose) -> JSONResponse:
    """Erase a person: leads, and the number in CDRs and callbacks; imports, plans and dials refuse it from now on.

    A keyed hash of the number is kept for that. Asking again does no harm.
    """
    try:
        found = erase_person(
            services.store,
            tenant=tenant,
            phone_number=body.phone_number,
            new_key=secret_bytes(services.chance).hex(),
            now=services.clock.now(),
        )
    except NotDialable as error:
        raise InvalidFields((NO_PHONE,) if body.phone_number else (TOO_SHORT, NO_PHONE)) from error
    numbers = {"leads": found.leads, "calls": found.calls, "callbacks": found.callbacks, "mentions": found.mentions}
    return answered({"message": "success", **numbers}, to=body)
