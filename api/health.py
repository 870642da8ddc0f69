"""The state of the process and of the parts that it needs."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import ApiServices, Services
from api.errors import RETRY_AFTER
from api.middleware import BoundedRoute
from worker.domain.errors import Unavailable
from worker.domain.switch_choice import why_no_switch
from worker.usecases.dispatch.switch_facts import known_switches

router = APIRouter(tags=["health"])
bounded = APIRouter(route_class=BoundedRoute, tags=["health"])


@router.get("/health/live")
def live() -> JSONResponse:
    """Return 200 while the process runs, however busy it is."""
    return JSONResponse({"status": "live"})


@bounded.get("/health/ready")
def ready(services: Services) -> JSONResponse:
    """Return the state of each part: 200 when all are there, else 503.

    A switch that is away makes no 503: the API is what stops campaigns then.
    """
    parts = {}
    for name, probe in services.probes.items():
        try:
            probe()
            parts[name] = "ok"
        except Unavailable as error:
            parts[name] = str(error)
    well = all(state == "ok" for state in parts.values())
    if well:
        parts["switches"] = _switches(services)
    body = {"status": "ready" if well else "not ready", "parts": parts}
    if well:
        return JSONResponse(body)
    return JSONResponse(body, status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=RETRY_AFTER)


def _switches(services: ApiServices) -> str:
    """Return ``ok`` when at least one switch takes calls, else why none does."""
    with services.dispatch_store.reading() as tx:
        reasons = why_no_switch(known_switches(tx, now=services.clock.now()))
    return "; ".join(f"{why.switch}: {why.reason.value}" if why.switch else why.reason.value for why in reasons) or "ok"


router.include_router(bounded)
