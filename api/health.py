"""The state of the process and of the parts that it needs."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import Services
from api.errors import RETRY_AFTER
from api.middleware import BoundedRoute
from worker.domain.errors import Unavailable

router = APIRouter(tags=["health"])
bounded = APIRouter(route_class=BoundedRoute, tags=["health"])


@router.get("/health/live")
def live() -> JSONResponse:
    """Return 200 while the process runs, however busy it is."""
    return JSONResponse({"status": "live"})


@bounded.get("/health/ready")
def ready(services: Services) -> JSONResponse:
    """Return the state of each part: 200 when all are there, else 503."""
    parts = {}
    for name, probe in services.probes.items():
        try:
            probe()
            parts[name] = "ok"
        except Unavailable as error:
            parts[name] = str(error)
    well = all(state == "ok" for state in parts.values())
    body = {"status": "ready" if well else "not ready", "parts": parts}
    if well:
        return JSONResponse(body)
    return JSONResponse(body, status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=RETRY_AFTER)


router.include_router(bounded)
