"""Agents: log in, resume, pause, log out, and who works now."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.date_ranges import to_report_period
from api.deps import BEARER, ApiServices, Part, Services, Whose, answered, listed
from api.middleware import GuardedRoute
from api.requests.agents import AgentBody, LogInBody, PauseBody
from api.responses.agents import extension_shape, live_shape, person_shape, time_shape
from worker.domain.agents.agent import Agent, Leg
from worker.domain.ids import UserId
from worker.domain.json_value import Json
from worker.ports.paging import Page
from worker.ports.records.entities import Tenant
from worker.usecases.agents import people, sessions
from worker.usecases.agents.report_time import report_time
from worker.usecases.agents.sessions import Desk, Who

_FROM: Final = "The period's start, in the tenant's zone: `2026-11-27 08:00:00`; empty: the start of today."
_TO: Final = "The period's last second or day; empty: now."

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["agents"])


@router.get("/v3/agent/live")
def list_live(services: Services, tenant: Whose) -> JSONResponse:
    """Return the agents who are logged in, the longest first."""
    found = people.list_live(services.people_store, tenant.id)
    return JSONResponse({"data": [live_shape(one, one.agent, tenant=tenant) for one in found if one.agent is not None]})


@router.get("/v3/agent/extension")
def list_extensions(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return the extensions at which agents may log in, with their users."""
    page = people.list_extensions(services.people_store, tenant.id, part)
    return listed(Page([extension_shape(one, user, tenant=tenant) for one, user in page.rows], page.total), part)


@router.get("/v3/agent/{user_uuid}")
def read(user_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return a user as an agent: the present session, and the campaigns that the user may serve."""
    person = people.get_person(services.people_store, tenant.id, UserId(user_uuid))
    return JSONResponse(person_shape(person, tenant=tenant))


@router.post("/v3/agent/login")
def log_in(body: LogInBody, services: Services, tenant: Whose) -> JSONResponse:
    """Begin a session at an extension, for a campaign that the extension's user serves; it begins paused."""
    leg, who = Leg(body.leg), _who(body, tenant=tenant)
    agent = sessions.log_in(_desk(services), who, campaign_id=body.campaign(), leg=leg)
    return _told(agent, body, services=services, tenant=tenant)


@router.post("/v3/agent/resume")
def resume(body: AgentBody, services: Services, tenant: Whose) -> JSONResponse:
    """Take calls again; in a call, take back a pause or log-out that waits for its end."""
    agent = sessions.resume(_desk(services), _who(body, tenant=tenant))
    return _told(agent, body, services=services, tenant=tenant)


@router.post("/v3/agent/pause")
def pause(body: PauseBody, services: Services, tenant: Whose) -> JSONResponse:
    """Take no more calls: at once, or at the end of the call that is up or already counts on the agent."""
    agent = sessions.pause(_desk(services), _who(body, tenant=tenant), code=body.pause_code)
    return _told(agent, body, services=services, tenant=tenant)


@router.post("/v3/agent/logout")
def log_out(body: AgentBody, services: Services, tenant: Whose) -> JSONResponse:
    """End the session: at once, or at the end of the call that is up or already counts on the agent."""
    agent = sessions.log_out(_desk(services), _who(body, tenant=tenant))
    return _told(agent, body, services=services, tenant=tenant)


@router.get("/v2/report/agent/time")
def time(
    services: Services,
    tenant: Whose,
    start_time: Annotated[str, Query(max_length=40, description=_FROM)] = "",
    end_time: Annotated[str, Query(max_length=40, description=_TO)] = "",
) -> JSONResponse:
    """Return how long each agent paused, waited, talked and wrote up in a period; without one, today."""
    now = services.clock.now()
    period = to_report_period(start_time, end_time, zone=tenant.timezone)
    start = period.start or now.in_timezone(tenant.timezone).start_of("day").in_timezone("UTC")
    end = period.end or now
    found = report_time(services.people_store, tenant.id, start=start, end=end, now=now)
    return JSONResponse({"data": [time_shape(user, worked, tenant=tenant) for user, worked in found]})


def _desk(services: ApiServices) -> Desk:
    return Desk(store=services.people_store, queue=services.queue, now=services.clock.now(), new_id=services.new_id)


def _who(body: AgentBody, *, tenant: Tenant) -> Who:
    return Who(tenant_id=tenant.id, user_id=body.user(), extension=body.extension)


def _told(agent: Agent, body: AgentBody, *, services: ApiServices, tenant: Tenant) -> JSONResponse:
    """Return the agent's row, also of a session that has just ended."""
    person = people.get_person(services.people_store, tenant.id, agent.user_id)
    live: Json = live_shape(person, agent, tenant=tenant)
    return answered({"data": live, "message": "success"}, to=body)
