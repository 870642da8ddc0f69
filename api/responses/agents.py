"""Agents, users, groups and extensions in the shapes of the wire."""

from api.timestamps import rfc3339
from worker.domain.agents.agent import Agent, AgentState
from worker.domain.agents.people import Extension, Group, GroupLinks, User
from worker.domain.agents.worked_time import WorkedTime
from worker.domain.json_value import Json
from worker.ports.records.entities import Tenant
from worker.usecases.agents.people import Person


def live_shape(person: Person, agent: Agent, *, tenant: Tenant) -> dict[str, Json]:
    """Return an agent who is logged in; a pause that waits for the end of a call reads ``PAUSE`` already."""
    user, extension = person.user, person.extension
    pauses = agent.state is AgentState.PAUSED or agent.pause_wanted
    return {
        "user_live_uuid": str(agent.id),
        "user_uuid": str(user.id),
        "username": user.username,
        "extension": agent.extension,
        "extension_uuid": "" if extension is None else str(extension.id),
        "domain_uuid": str(tenant.id),
        "domain_name": tenant.name,
        "campaign_uuid": str(agent.campaign_id),
        "status": "PAUSE" if pauses else "RESUME",
        "pause_code": agent.pause_code,
        "login_time": rfc3339(agent.logged_in_at, zone=tenant.timezone),
        "last_update_time": rfc3339(agent.since, zone=tenant.timezone),
        **_names(user),
        "agent_state": agent.state.value,
        "wish": "" if agent.wish is None else agent.wish.value,
        "leg": agent.leg.value,
        "leg_up": bool(agent.leg_id),
        "call_id": "" if agent.call_id is None else str(agent.call_id),
        "calls_taken": agent.calls_taken,
    }


def person_shape(person: Person, *, tenant: Tenant) -> dict[str, Json]:
    """Return an agent with the campaigns that the user may serve."""
    user = person.user
    live = None if person.agent is None else live_shape(person, person.agent, tenant=tenant)
    return {
        "user_uuid": str(user.id),
        "domain_uuid": str(tenant.id),
        "username": user.username,
        "user_enabled": _word(enabled=user.enabled),
        "user_status": "" if live is None else live["status"],
        "level": user.level,
        **_names(user),
        "total_subscriber": 0,
        "campaigns": [
            {
                "domain_uuid": str(tenant.id),
                "campaign_uuid": str(campaign.id),
                "campaign_name": campaign.name,
                "type": campaign.type,
            }
            for campaign in person.campaigns
        ],
        "user_live": live,
    }


def user_shape(person: Person, *, tenant: Tenant) -> dict[str, Json]:
    """Return a user."""
    user = person.user
    return {
        "user_uuid": str(user.id),
        "domain_uuid": str(tenant.id),
        "username": user.username,
        "api_key": "",
        "user_enabled": _word(enabled=user.enabled),
        "user_status": "",
        "group_name": person.groups[0].name if person.groups else "",
        "level": user.level,
        **_names(user),
        "groups": [group_shape(group) for group in person.groups] or None,
        "campaigns": None,
        "role_uuid": user.role_uuid,
        "role_name": "",
        "email": user.email,
        "enable_webrtc": user.enable_webrtc,
        "extension": "" if person.extension is None else person.extension.number,
    }


def group_shape(group: Group) -> dict[str, Json]:
    """Return a group as lists have it."""
    return {
        "group_uuid": str(group.id),
        "domain_uuid": str(group.tenant_id),
        "group_name": group.name,
        "group_description": group.description,
        "department_uuid": group.department_uuid,
    }


def whole_group_shape(group: Group, links: GroupLinks) -> dict[str, Json]:
    """Return a group with its users and campaigns."""
    return {
        **group_shape(group),
        "group_priority": group.priority,
        "users": [str(user_id) for user_id in links.users],
        "campaigns": [str(campaign_id) for campaign_id in links.campaigns],
        "department_name": "",
        "kpi": None,
    }


def extension_shape(extension: Extension, user: User | None, *, tenant: Tenant) -> dict[str, Json]:
    """Return an extension with its user."""
    return {
        "extension_uuid": str(extension.id),
        "extension": extension.number,
        "user_uuid": "" if user is None else str(user.id),
        "username": "" if user is None else user.username,
        "enabled": extension.enabled,
        "domain_uuid": str(tenant.id),
        "domain_name": tenant.name,
        "is_link_call_center": extension.is_link_call_center,
        "follow_me": dict(extension.follow_me) or None,
    }


def time_shape(user: User, time: WorkedTime, *, tenant: Tenant) -> dict[str, Json]:
    """Return how an agent spent its time, in seconds."""
    return {
        "user_uuid": str(user.id),
        "domain_uuid": str(tenant.id),
        "username": user.username,
        **_names(user),
        "latest_time": rfc3339(time.latest, zone=tenant.timezone),
        "earliest_time": rfc3339(time.earliest, zone=tenant.timezone),
        "total_pause_sec": time.pause,
        "total_wait_sec": time.wait,
        "total_talk_sec": time.talk,
        "total_dispo_sec": time.dispo,
    }


def _names(user: User) -> dict[str, Json]:
    return {"last_name": user.last_name, "middle_name": user.middle_name, "first_name": user.first_name}


def _word(*, enabled: bool) -> str:
    return "true" if enabled else "false"  # a string on the wire
