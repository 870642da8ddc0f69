"""The state of the process and of the parts that it needs."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import TypeAlias

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.deps import ApiServices, Services
from api.errors import RETRY_AFTER
from api.kept import Kept
from worker.domain.errors import CallbeatError
from worker.domain.leadership import BEAT
from worker.domain.switch_choice import why_no_switch
from worker.usecases.dispatch.switch_facts import known_switches

Readiness: TypeAlias = Mapping[str, str]
"""The state of each part, by its name; ``ok`` when it is there."""

router = APIRouter(tags=["health"])


@router.get("/health/live")
def live() -> JSONResponse:
    """Return 200 while the process runs, however busy it is."""
    return JSONResponse({"status": "live"})


@router.get("/health/ready")
async def ready(request: Request, services: Services) -> JSONResponse:
    """Return the state of each part: 200 when all are there, else 503. The parts are asked once a second at most.

    A switch or a beat that is away, or a hold, makes no 503: the API is what stops campaigns then.
    """
    kept: Kept[Readiness] = request.app.state.readiness
    parts = await kept.get(partial(_parts, services))
    return _answer(parts, is_well=all(parts[name] == "ok" for name in services.probes))


@router.get("/health/dialling")
async def dialling(request: Request, services: Services) -> JSONResponse:
    """Return 200 when calls can go out: all parts are ready, a beat leads, a switch takes calls, nothing is held."""
    kept: Kept[Readiness] = request.app.state.readiness
    parts = await kept.get(partial(_parts, services))
    return _answer(parts, is_well=all(state == "ok" for state in parts.values()))


def _answer(parts: Readiness, *, is_well: bool) -> JSONResponse:
    if is_well:
        return JSONResponse({"status": "ready", "parts": parts})
    body = {"status": "not ready", "parts": parts}
    return JSONResponse(body, status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=RETRY_AFTER)


def _parts(services: ApiServices) -> Readiness:
    parts = {name: _state(probe) for name, probe in services.probes.items()}
    if all(state == "ok" for state in parts.values()):
        parts["beat"] = _beat(services)
        parts["switches"] = _switches(services)
        parts |= _hold(services)
    return parts


def _state(probe: Callable[[], None]) -> str:
    try:
        probe()
    except CallbeatError as error:
        return str(error)
    return "ok"


def _beat(services: ApiServices) -> str:
    with services.dispatch_store.reading() as tx:
        return "ok" if tx.leader_leases.is_led(BEAT, now=services.clock.now()) else "no beat leads"


def _hold(services: ApiServices) -> Readiness:
    """Return since when and why all dialling is held; nothing when it is not."""
    with services.dispatch_store.reading() as tx:
        hold = tx.installation.hold()
    return {} if hold is None else {"hold": str(hold)}


def _switches(services: ApiServices) -> str:
    """Return ``ok`` when at least one switch takes calls, else why none does."""
    with services.dispatch_store.reading() as tx:
        reasons = why_no_switch(known_switches(tx, now=services.clock.now()))
    return "; ".join(f"{why.switch}: {why.reason.value}" if why.switch else why.reason.value for why in reasons) or "ok"
