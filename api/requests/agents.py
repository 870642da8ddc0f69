"""What clients send about agents, and the users, groups and extensions behind them."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from api.requests.body import Body
from api.requests.fields import Line, Text, to_uuid, uuid_of, without_defaults
from worker.domain.agents.agent import Leg
from worker.domain.errors import Invalid
from worker.domain.ids import CampaignId, UserId

NAME_PATTERN: Final = r"^[a-zA-Z0-9\s.\-\_]+$"
"""Of names of users and groups, as the wire states it."""
EXTENSION_PATTERN: Final = r"^[0-9A-Za-z*._\-]+$"
MOST_ASSIGNED: Final = 1000

PlainName = Annotated[str, Field(min_length=1, max_length=255, pattern=NAME_PATTERN)]
Number = Annotated[str, Field(min_length=1, max_length=32, pattern=EXTENSION_PATTERN)]
MaybeNumber = Annotated[str, Field(max_length=32, pattern=r"^[0-9A-Za-z*._\-]*$")]
Password = Annotated[str, Field(min_length=1, max_length=255)]
Ids = Annotated[list[Annotated[str, Field(max_length=255)]], Field(max_length=MOST_ASSIGNED)]


class AgentBody(Body):
    """The agent that a request is about: by extension, or by user."""

    extension: Annotated[MaybeNumber, Field(description="The extension at which the agent is logged in.")] = ""
    user_uuid: Annotated[Line, Field(description="The agent's user, instead of the extension.")] = ""

    def user(self) -> UserId | None:
        """Return the user that was named; raises ``Invalid``."""
        found = to_uuid(self.user_uuid, otherwise="user_uuid is invalid")
        return None if found is None else UserId(found)


class LogInBody(AgentBody):
    """A session to begin."""

    campaign_uuid: Annotated[Line, Field(description="The campaign for which the agent works.")]
    leg: Annotated[
        Literal["off_hook", "on_hook"],
        Field(description="`off_hook`: one call for the session; `on_hook`: the phone rings for each callee."),
    ] = Leg.OFF_HOOK.value

    def campaign(self) -> CampaignId:
        """Return the campaign; raises ``Invalid``."""
        found = to_uuid(self.campaign_uuid, otherwise="campaign_uuid is invalid")
        if found is None:
            raise Invalid("campaign_uuid is invalid")
        return CampaignId(found)


class PauseBody(AgentBody):
    """A pause to begin."""

    pause_code: Annotated[Line, Field(description="Why the agent pauses, in a word of yours.")] = ""


class NewUserBody(Body):
    """A user to be added."""

    username: PlainName
    email: Line = ""
    level: Annotated[Line, Field(description="The user's level; stored and returned.")] = "agent"
    role_uuid: Annotated[Line, Field(description="Stored and returned.")] = ""
    password: Annotated[Password, Field(description="Checked and not kept: users do not log in, API keys do.")]
    confirm_password: Annotated[Password, Field(description="The same again.")]
    first_name: Line = ""
    middle_name: Line = ""
    last_name: Line = ""
    extension: Annotated[MaybeNumber, Field(description="The user's extension; empty for none.")] = ""
    is_create_extension: Annotated[bool, Field(description="True: add the extension too.")] = False
    is_active: Annotated[bool, Field(description="False: the user may not log in as an agent.")] = True
    enable_webrtc: Annotated[bool, Field(description="Stored and returned.")] = False

    @model_validator(mode="after")
    def _is_confirmed(self) -> Self:
        if self.password != self.confirm_password:
            raise ValueError("confirm_password is not password")
        return self


class NewGroupBody(Body):
    """A group to be added."""

    group_name: PlainName
    group_description: Text = ""


class GroupBody(Body):
    """A group to be changed; a key that is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)
    UNUSED = frozenset({"group_uuid", "domain_uuid", "department_name", "kpi", "users", "campaigns"})

    group_name: PlainName = ""
    group_description: Text = ""
    group_priority: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    department_uuid: Line = ""
    user_assigns: Annotated[Ids | None, Field(description="Ids of the group's users.")] = None
    campaign_assigns: Annotated[Ids | None, Field(description="Ids of the campaigns that the group serves.")] = None


class NewExtensionBody(Body):
    """An extension to be added."""

    extension: Number
    password: Annotated[Line, Field(description="Not kept: phones register at the switch.")] = ""
    enabled: bool = True
    user_uuid: Annotated[Line, Field(description="The user who has the extension; empty for nobody.")] = ""
    is_link_call_center: Annotated[bool, Field(description="Stored and returned.")] = True
    follow_me: Annotated[dict[str, Any] | None, Field(description="Stored and returned.")] = None  # Any: any JSON

    def user(self) -> UserId | None:
        """Return the user that was named; raises ``Invalid``."""
        found = to_uuid(self.user_uuid, otherwise="user_uuid is invalid")
        return None if found is None else UserId(found)


class ExtensionBody(NewExtensionBody):
    """An extension to be changed; a key that is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)
    UNUSED = frozenset({"extension_uuid", "domain_uuid", "domain_name", "username"})

    extension: Number = ""


class AssignBody(Body):
    """The extensions whose users serve a campaign."""

    extensions: Annotated[list[Number], Field(max_length=MOST_ASSIGNED, description="Extensions; each has a user.")]


def ids_of(texts: list[str], *, name: str) -> list[Any]:  # Any: an id of whatever kind
    """Return the ids; raises ``Invalid`` for a text that is none."""
    found = [uuid_of(text) for text in texts]
    if None in found:
        raise Invalid(f"{name} is invalid")
    return found
