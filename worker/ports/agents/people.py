"""Ports for users, groups and extensions."""

from collections.abc import Collection, Mapping
from typing import Protocol

from worker.domain.agents.people import Extension, Group, GroupLinks, User
from worker.domain.ids import CampaignId, ExtensionId, GroupId, TenantId, UserId
from worker.ports.paging import Page, Slice


class Users(Protocol):
    """A tenant's users."""

    def insert(self, user: User) -> None:
        """Add a user; raises ``Conflict`` for a name that the tenant has."""

    def get(self, tenant_id: TenantId, user_id: UserId) -> User | None:
        """Return the user; None when the tenant has no such user."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[User]:
        """Return a page of users, the newest first."""

    def of(self, user_ids: Collection[UserId]) -> dict[UserId, User]:
        """Return users by id."""

    def groups_of(self, user_ids: Collection[UserId]) -> Mapping[UserId, tuple[GroupId, ...]]:
        """Return the groups of users; a user without one is left out."""


class Groups(Protocol):
    """A tenant's groups."""

    def insert(self, group: Group) -> None:
        """Add a group; raises ``Conflict`` for a name that the tenant has."""

    def save(self, group: Group) -> None:
        """Write a group; raises ``Conflict`` for a name that the tenant has."""

    def delete(self, group_id: GroupId) -> None:
        """Delete a group; its users stay."""

    def lock(self, tenant_id: TenantId, group_id: GroupId) -> Group | None:
        """Lock and return the group; None when the tenant has no such group."""

    def get(self, tenant_id: TenantId, group_id: GroupId) -> Group | None:
        """Return the group; None when the tenant has no such group."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[Group]:
        """Return a page of groups, the newest first."""

    def of(self, group_ids: Collection[GroupId]) -> dict[GroupId, Group]:
        """Return groups by id."""

    def links(self, group_id: GroupId) -> GroupLinks:
        """Return the group's users and campaigns, in id order."""

    def set_users(self, group_id: GroupId, user_ids: Collection[UserId]) -> None:
        """Make these the group's users."""

    def set_campaigns(self, group_id: GroupId, campaign_ids: Collection[CampaignId]) -> None:
        """Make these the campaigns that the group serves."""


class Extensions(Protocol):
    """A tenant's extensions."""

    def insert(self, extension: Extension) -> None:
        """Add an extension; raises ``Conflict`` for a number that the tenant has."""

    def save(self, extension: Extension) -> None:
        """Write an extension; raises ``Conflict`` for a number that the tenant has."""

    def delete(self, extension_id: ExtensionId) -> None:
        """Delete an extension."""

    def find(self, tenant_id: TenantId, key: str) -> Extension | None:
        """Return the extension with this id or number; None when the tenant has none."""

    def of_numbers(self, tenant_id: TenantId, numbers: Collection[str]) -> dict[str, Extension]:
        """Return extensions by number."""

    def of_users(self, user_ids: Collection[UserId]) -> dict[UserId, Extension]:
        """Return the first extension of each user, by number."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[Extension]:
        """Return a page of extensions in the order of their numbers."""
