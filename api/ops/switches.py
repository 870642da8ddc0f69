"""Switches, for the installation's operator: whether they take calls; drain and resume."""

from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.deps import Services
from api.ops.forms import form_in
from api.ops.render import page, say_to
from api.ops.route import PageRoute
from worker.domain.errors import Invalid, NotFound
from worker.domain.switch import SwitchState
from worker.domain.switch_choice import why_no_calls
from worker.usecases.dispatch import keep_switches
from worker.usecases.dispatch.switch_facts import known_switches

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SEE_OTHER: Final = 303
MOVES: Final = {"drain": SwitchState.DRAINING, "resume": SwitchState.ACTIVE}
"""What an operator does, and the state that follows."""


@router.get("/ops/switches")
def show(request: Request, services: Services) -> Response:
    """Show each switch, and in words why it takes no calls."""
    say = say_to(request)
    with services.dispatch_store.reading() as tx:
        known = known_switches(tx, now=say.now)
    switches = [(one, why) for one in known for why in [why_no_calls(one)]]
    return page(
        request, "switches.html", switches=[(one, "" if why is None else say.why(why)) for one, why in switches]
    )


@router.get("/ops/switches/{action}")
def confirm(action: str, request: Request, services: Services, name: str = "") -> Response:
    """Show what a drain or a resumption of this switch will do, and ask."""
    state = MOVES.get(action)
    if state is None:
        raise NotFound("")
    say = say_to(request)
    with services.dispatch_store.reading() as tx:
        known = known_switches(tx, now=say.now)
    one = next((one for one in known if one.switch.name == name), None)
    if one is None:
        raise NotFound(f"switch {name} is not found")
    others = [other.switch.name for other in known if other is not one and why_no_calls(other) is None]
    why = why_no_calls(replace(one, switch=replace(one.switch, state=SwitchState.ACTIVE)))
    return page(
        request, "switch_confirm.html", action=action, state=state, switch=name, up=one.up, others=others,
        why="" if why is None else say.why(why),
    )  # fmt: skip


@router.post("/ops/switches")
def move(request: Request, services: Services) -> Response:
    """Drain a switch, or resume it, as the API does."""
    form, now = form_in(request), services.clock.now()
    name = form.one("name")
    match form.one("state"):
        case "draining":
            keep_switches.drain_switch(services.dispatch_store, name, now=now)
        case "active":
            keep_switches.resume_switch(services.dispatch_store, name, now=now)
        case _:
            raise Invalid("state is invalid")
    return RedirectResponse("/ops/switches", status_code=SEE_OTHER)
