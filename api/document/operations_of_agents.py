"""Operations of agents, users, groups and extensions."""

from collections.abc import Mapping
from typing import Final

from api.document.operation import Operation
from api.responses.models import agents
from api.responses.models.base import page_of

_IN_USE: Final = "An agent is logged in there."
_NAME: Final = "The name is taken."

OPERATIONS: Final[Mapping[str, Operation]] = {
    "PUT /v3/campaign/{campaign_uuid}/assign_extension": Operation(
        "assign_extensions", "Assign agents by extension", agents.ExtensionsAssigned
    ),
    "GET /v3/agent/live": Operation("list_live_agents", "List agents who are logged in", agents.LiveAgents),
    "GET /v3/agent/extension": Operation("list_agent_extensions", "List agents' extensions", page_of(agents.Extension)),
    "GET /v3/agent/{user_uuid}": Operation("get_agent", "Read an agent", agents.AgentUser),
    "POST /v3/agent/login": Operation(
        "log_agent_in",
        "Log an agent in",
        agents.AgentChanged,
        taken="The agent is logged in already.",
        unknown="The extension",
    ),
    "POST /v3/agent/resume": Operation("resume_agent", "Resume an agent", agents.AgentChanged, unknown="The agent"),
    "POST /v3/agent/pause": Operation("pause_agent", "Pause an agent", agents.AgentChanged, unknown="The agent"),
    "POST /v3/agent/logout": Operation("log_agent_out", "Log an agent out", agents.AgentChanged, unknown="The agent"),
    "GET /v2/report/agent/time": Operation("report_agent_times", "Report agents' time", agents.AgentTimes),
    "GET /v3/user": Operation("list_users", "List users", page_of(agents.Person)),
    "POST /v3/user": Operation(
        "create_user", "Create a user", agents.UserCreated, taken=_NAME, unknown="The extension"
    ),
    "GET /v3/user/{user_uuid}": Operation("get_user", "Read a user", agents.Person),
    "GET /v3/group": Operation("list_groups", "List groups", page_of(agents.UserGroup)),
    "POST /v3/group": Operation("create_group", "Create a group", agents.GroupCreated, taken=_NAME),
    "GET /v3/group/{group_uuid}": Operation("get_group", "Read a group", agents.WholeGroup),
    "PUT /v3/group/{group_uuid}": Operation("change_group", "Change a group", agents.GroupChanged, taken=_NAME),
    "DELETE /v3/group/{group_uuid}": Operation("delete_group", "Delete a group", agents.GroupDeleted),
    "GET /v3/extension": Operation("list_extensions", "List extensions", page_of(agents.Extension)),
    "POST /v3/extension": Operation(
        "create_extension", "Create an extension", agents.ExtensionCreated, taken="The number is taken."
    ),
    "GET /v3/extension/{extension_uuid}": Operation("get_extension", "Read an extension", agents.Extension),
    "GET /v3/extension/{extension_uuid}/loggedin": Operation(
        "get_extension_in_use", "Read whether an agent is logged in", agents.ExtensionInUse
    ),
    "PUT /v3/extension/{extension_uuid}": Operation(
        "change_extension", "Change an extension", agents.ExtensionChanged, taken=f"The number is taken. {_IN_USE}"
    ),
    "DELETE /v3/extension/{extension_uuid}": Operation(
        "delete_extension", "Delete an extension", agents.ExtensionDeleted, taken=_IN_USE
    ),
}
