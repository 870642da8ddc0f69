"""Is the process up, and are the parts that it stands on."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import Services
from worker.domain.errors import Unavailable

router = APIRouter(tags=["health"])


@router.get("/health/live")
def live() -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "live"})


@router.get("/health/ready")
def ready(services: Services) -> JSONResponse:
    """Ask each part whether it is there."""
    parts = {}
    for name, probe in services.probes.items():
        try:
            probe()
            parts[name] = "ok"
        except Unavailable as error:
            parts[name] = str(error)
    well = all(state == "ok" for state in parts.values())
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({"status": "ready" if well else "not ready", "parts": parts}, status_code=status)
