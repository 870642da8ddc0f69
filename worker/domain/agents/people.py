"""Users, groups and extensions of a tenant: who may serve a campaign, and at which phone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pendulum import DateTime

from worker.domain.ids import CampaignId, ExtensionId, GroupId, TenantId, UserId
from worker.domain.json_value import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of the tenant who may work as an agent. It cannot log in to the API: keys do that."""

    id: UserId
    tenant_id: TenantId
    username: str
    email: str = ""
    level: str = "agent"
    role_uuid: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    enabled: bool = True
    enable_webrtc: bool = False
    created_at: DateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Users who work for the same campaigns."""

    id: GroupId
    tenant_id: TenantId
    name: str
    description: str = ""
    priority: int = 0
    department_uuid: str = ""
    created_at: DateTime


@dataclass(frozen=True, slots=True)
class GroupLinks:
    """A group's users, and the campaigns that it serves beside those that name it themselves."""

    users: tuple[UserId, ...] = ()
    campaigns: tuple[CampaignId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A phone, as the switch knows it, and the user who has it."""

    id: ExtensionId
    tenant_id: TenantId
    number: str
    user_id: UserId | None = None
    enabled: bool = True
    is_link_call_center: bool = True
    follow_me: Mapping[str, Json] = field(default_factory=dict)
    created_at: DateTime
