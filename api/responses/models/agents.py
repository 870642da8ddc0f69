"""Answers about agents, and the users, groups and extensions behind them."""

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from api.responses.models.base import Answer, IdOrEmpty, Moment, Taken
from worker.domain.agents.agent import AgentState, Leg

FirstName: TypeAlias = Annotated[str, Field(description="The user's first name.")]
MiddleName: TypeAlias = Annotated[str, Field(description="The user's middle name.")]
LastName: TypeAlias = Annotated[str, Field(description="The user's last name.")]
Username: TypeAlias = Annotated[str, Field(description="The user's name, unique among the tenant's.")]
UserUuid: TypeAlias = Annotated[UUID, Field(description="The user's id.")]
Number: TypeAlias = Annotated[str, Field(description="The extension's number.")]
Success: TypeAlias = Annotated[str, Field(description="`success`.")]


class LiveAgent(Answer):
    """An agent who is logged in."""

    user_live_uuid: Annotated[UUID, Field(description="The agent's id, the same in every session.")]
    user_uuid: UserUuid
    username: Username
    extension: Number
    extension_uuid: Annotated[IdOrEmpty, Field(description="The extension's id; empty: it was deleted.")]
    domain_uuid: UUID
    domain_name: str
    campaign_uuid: Annotated[UUID, Field(description="The campaign for which the agent works.")]
    status: Annotated[
        Literal["RESUME", "PAUSE"], Field(description="`PAUSE`: the agent pauses, or will at the end of a call.")
    ]
    pause_code: Annotated[str, Field(description="Why the agent pauses; `no-answer`: the phone was not answered.")]
    login_time: Annotated[Moment, Field(description="When the session began.")]
    last_update_time: Annotated[Moment, Field(description="When the present state began.")]
    last_name: LastName
    middle_name: MiddleName
    first_name: FirstName
    agent_state: Annotated[AgentState, Field(description="What the agent does now.")]
    wish: Annotated[
        Literal["", "pause", "log_out"], Field(description="What waits for the end of a call; empty: nothing.")
    ]
    leg: Annotated[Leg, Field(description="Whether the phone is up for the session, or rings for each callee.")]
    leg_up: Annotated[bool, Field(description="True: the switch has a call to the agent's phone.")]
    call_id: Annotated[IdOrEmpty, Field(description="The call of the agent's present state; empty: none.")]
    calls_taken: Annotated[int, Field(description="Calls of this session in which the agent talked.")]


class LiveAgents(Answer):
    """The agents who are logged in."""

    data: list[LiveAgent]


class AgentChanged(Taken):
    """The agent after the request."""

    data: LiveAgent
    message: Success


class ServedCampaign(Answer):
    """A campaign that a user may serve."""

    domain_uuid: UUID
    campaign_uuid: UUID
    campaign_name: str
    type: Annotated[str, Field(description="The campaign's type.")]


class AgentUser(Answer):
    """A user as an agent."""

    user_uuid: UserUuid
    domain_uuid: UUID
    username: Username
    user_enabled: Annotated[Literal["true", "false"], Field(description="`false`: the user may not log in.")]
    user_status: Annotated[str, Field(description="`RESUME` or `PAUSE`; empty: not logged in.")]
    level: Annotated[str, Field(description="As it was set.")]
    last_name: LastName
    middle_name: MiddleName
    first_name: FirstName
    total_subscriber: Annotated[int, Field(description="Always 0.")]
    campaigns: Annotated[list[ServedCampaign], Field(description="Campaigns that the user may serve.")]
    user_live: Annotated[LiveAgent | None, Field(description="The session; null: not logged in.")]


class AgentTime(Answer):
    """How an agent spent its time, in whole seconds."""

    user_uuid: UserUuid
    domain_uuid: UUID
    username: Username
    last_name: LastName
    middle_name: MiddleName
    first_name: FirstName
    latest_time: Annotated[Moment, Field(description="The last moment in the period at which the agent was logged in.")]
    earliest_time: Annotated[Moment, Field(description="The first such moment.")]
    total_pause_sec: Annotated[int, Field(description="Seconds in which the agent paused.")]
    total_wait_sec: Annotated[int, Field(description="Seconds in which the agent was ready and waited for a callee.")]
    total_talk_sec: Annotated[int, Field(description="Seconds in which the agent talked.")]
    total_dispo_sec: Annotated[int, Field(description="Seconds of after-call work.")]


class AgentTimes(Answer):
    """How the agents spent their time."""

    data: list[AgentTime]


class UserGroup(Answer):
    """A group."""

    group_uuid: Annotated[UUID, Field(description="The group's id.")]
    domain_uuid: UUID
    group_name: Annotated[str, Field(description="The group's name, unique among the tenant's.")]
    group_description: Annotated[str, Field(description="Free text.")]
    department_uuid: Annotated[str, Field(description="As it was set.")]


class WholeGroup(UserGroup):
    """A group with its users and campaigns."""

    group_priority: Annotated[int, Field(description="As it was set.")]
    users: Annotated[list[UUID], Field(description="Ids of its users.")]
    campaigns: Annotated[list[UUID], Field(description="Ids of the campaigns that it serves.")]
    department_name: Annotated[str, Field(description="Always empty.")]
    kpi: Annotated[None, Field(description="Always null.")]


class GroupChanged(Taken):
    """The group after the change."""

    data: WholeGroup
    message: Success


class GroupCreated(Taken):
    """The group that was added."""

    created: bool
    group_uuid: Annotated[UUID, Field(description="The group's id.")]


class GroupDeleted(Answer):
    """The group that was deleted."""

    code: Annotated[int, Field(description="Always 200.")]
    content: Annotated[str, Field(description="`successfully`.")]
    group_uuid: Annotated[UUID, Field(description="The group's id.")]


class Person(Answer):
    """A user."""

    user_uuid: UserUuid
    domain_uuid: UUID
    username: Username
    api_key: Annotated[str, Field(description="Always empty.")]
    user_enabled: Annotated[Literal["true", "false"], Field(description="`false`: the user may not log in.")]
    user_status: Annotated[str, Field(description="Always empty: read `/v3/agent/{user_uuid}`.")]
    group_name: Annotated[str, Field(description="The first group's name; empty: none.")]
    level: Annotated[str, Field(description="As it was set.")]
    last_name: LastName
    middle_name: MiddleName
    first_name: FirstName
    groups: Annotated[list[UserGroup] | None, Field(description="The user's groups; null: none.")]
    campaigns: Annotated[None, Field(description="Always null: read `/v3/agent/{user_uuid}`.")]
    role_uuid: Annotated[str, Field(description="As it was set.")]
    role_name: Annotated[str, Field(description="Always empty.")]
    email: Annotated[str, Field(description="As it was set.")]
    enable_webrtc: Annotated[bool, Field(description="As it was set.")]
    extension: Annotated[str, Field(description="The user's first extension; empty: none.")]


class UserCreated(Taken):
    """The user that was added."""

    created: bool
    user_uuid: UserUuid


class Extension(Answer):
    """An extension with its user."""

    extension_uuid: Annotated[UUID, Field(description="The extension's id.")]
    extension: Number
    user_uuid: Annotated[IdOrEmpty, Field(description="The user's id; empty: nobody has it.")]
    username: Annotated[str, Field(description="The user's name; empty: nobody has it.")]
    enabled: Annotated[bool, Field(description="False: nobody may log in there.")]
    domain_uuid: UUID
    domain_name: str
    is_link_call_center: Annotated[bool, Field(description="As it was set.")]
    follow_me: Annotated[dict[str, Any] | None, Field(description="As it was set; null: empty.")]  # Any: any JSON


class ExtensionCreated(Taken):
    """The extension that was added."""

    created: bool
    extension_uuid: Annotated[UUID, Field(description="The extension's id.")]
    enabled: Annotated[bool, Field(description="False: nobody may log in there.")]
    extension: Number


class ExtensionChanged(Taken):
    """The extension after the change."""

    extension_uuid: Annotated[UUID, Field(description="The extension's id.")]
    enabled: Annotated[bool, Field(description="False: nobody may log in there.")]
    extension: Number
    message: Success


class ExtensionDeleted(Answer):
    """The extension that was deleted."""

    deleted: bool
    extension_uuid: Annotated[UUID, Field(description="The extension's id.")]


class ExtensionInUse(Answer):
    """An extension, and if an agent is logged in there."""

    extension: Number
    is_logged_in: Annotated[bool, Field(description="True: an agent is logged in there.")]


class AssignedUser(Answer):
    """A user who serves the campaign."""

    extension: Number
    user_uuid: UserUuid


class ExtensionsAssigned(Taken):
    """The users who serve the campaign now."""

    campaign_uuid: UUID
    users: Annotated[list[AssignedUser], Field(description="The users, with their extensions.")]
