"""Switches: read, add, drain, resume, forget. For operators only."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, ApiServices, Services, answered
from api.middleware import GuardedRoute
from api.requests.switch import SwitchBody
from worker.domain.errors import Invalid
from worker.domain.switch_address import SwitchUrl
from worker.usecases.dispatch import keep_switches
from worker.usecases.dispatch.switch_facts import read_facts

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["switches"])


@router.get("/v3/switch")
def list_all(services: Services) -> JSONResponse:
    """Return every switch: its state, what it told, and whether it takes calls now; never its password."""
    return JSONResponse({"data": read_facts(services.dispatch_store, now=services.clock.now())})


@router.put("/v3/switch")
def change(body: SwitchBody, services: Services) -> JSONResponse:
    """Add a switch, or drain, resume or forget a known one; nothing has to be restarted."""
    url = None if body.url is None else SwitchUrl.parse(body.url)
    name = body.name if url is None else url.name
    if name is None:
        raise Invalid("url or name is required")
    if body.name not in {None, name}:
        raise Invalid("url and name are of different switches")
    if url is not None:
        weight = body.weight or 1
        keep_switches.add_switch(services.dispatch_store, url, weight=weight, now=services.clock.now())
    ended = _moved(name, body, services=services)
    if body.weight is not None and body.url is None:
        keep_switches.set_weight(services.dispatch_store, name, weight=body.weight)
    facts = read_facts(services.dispatch_store, now=services.clock.now())
    return answered({"data": next(row for row in facts if row["name"] == name), "calls_ended": ended}, to=body)


def _moved(name: str, body: SwitchBody, *, services: ApiServices) -> int:
    """Move the switch to the wanted state; return how many calls ended with it."""
    store, now = services.dispatch_store, services.clock.now()
    match body.state:
        case "draining":
            keep_switches.drain_switch(store, name, now=now)
        case "active":
            keep_switches.resume_switch(store, name, now=now)
        case "gone":
            return keep_switches.forget_switch(store, name, queue=services.queue, now=now, new_id=services.new_id)[1]
        case None:
            keep_switches.check_known(store, name)
    return 0
