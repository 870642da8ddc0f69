"""Users, groups and extensions: create, change, read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypedDict

from worker.domain.agents.agent import Agent
from worker.domain.agents.people import Extension, Group, GroupLinks, User
from worker.domain.agents.service import WITH_AGENTS, may_serve
from worker.domain.errors import Conflict, Invalid, NotFound
from worker.domain.ids import CampaignId, GroupId, TenantId, UserId
from worker.domain.json_value import Json
from worker.ports.agents.agents import ServedCampaign
from worker.ports.paging import Page, Slice
from worker.usecases.agents.transaction import AgentStore, PeopleTransaction

MOST_PEOPLE: Final = 10_000
"""Users, groups or extensions of a tenant."""
NO_USER: Final = "user not found"
NO_GROUP: Final = "group not found"
NO_EXTENSION: Final = "Extension not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user with what belongs to it."""

    user: User
    groups: Sequence[Group] = ()
    extension: Extension | None = None
    agent: Agent | None = None
    """None: the user is not logged in."""
    campaigns: Sequence[ServedCampaign] = ()
    """Campaigns that the user may serve; only of a single person."""


class GroupChanges(TypedDict, total=False):
    """What to change in a group; an absent key leaves it as it is."""

    name: str
    description: str
    priority: int
    department_uuid: str
    users: Collection[UserId]
    campaigns: Collection[CampaignId]


class ExtensionChanges(TypedDict, total=False):
    """What to change in an extension; an absent key leaves it as it is."""

    number: str
    enabled: bool
    is_link_call_center: bool
    user_id: UserId | None
    follow_me: Mapping[str, Json]


def create_user(store: AgentStore, user: User, *, extension: Extension | None, is_new_extension: bool) -> None:
    """Add a user, with a new or an existing extension. Raises ``Conflict``, ``Invalid`` or ``NotFound``."""
    with store.transaction() as tx:
        _check_room(tx.users.page(user.tenant_id, Slice(limit=0)).total)
        tx.users.insert(user)
        if extension is not None and is_new_extension:
            tx.extensions.insert(extension)
        elif extension is not None:
            known = tx.extensions.find(user.tenant_id, extension.number)
            if known is None:
                raise NotFound(NO_EXTENSION)
            _check_unused(tx, known)
            tx.extensions.save(replace(known, user_id=user.id))


def list_people(store: AgentStore, tenant_id: TenantId, part: Slice) -> Page[Person]:
    """Return a page of users with their groups and extensions, the newest first."""
    with store.reading() as tx:
        page = tx.users.page(tenant_id, part)
        return Page(_people(tx, page.rows), page.total)


def get_person(store: AgentStore, tenant_id: TenantId, user_id: UserId) -> Person:
    """Return a user, and the campaigns that the user may serve; raises ``NotFound``."""
    with store.reading() as tx:
        user = tx.users.get(tenant_id, user_id)
        if user is None:
            raise NotFound(NO_USER)
        (person,) = _people(tx, [user])
        own = [group.id for group in person.groups]
        served = [
            one
            for one in tx.agents.campaigns_of(tenant_id, types=WITH_AGENTS)
            if may_serve(user_id, service=one.service, own_groups=own, assigned_groups=one.assigned_groups)
        ]
        return replace(person, campaigns=served)


def list_live(store: AgentStore, tenant_id: TenantId) -> list[Person]:
    """Return the users who are logged in, the longest first."""
    with store.reading() as tx:
        agents = tx.agents.of_tenant(tenant_id)
        users = tx.users.of([agent.user_id for agent in agents])
        extensions = tx.extensions.of_numbers(tenant_id, [agent.extension for agent in agents])
        return [
            Person(user=users[agent.user_id], extension=extensions.get(agent.extension), agent=agent)
            for agent in agents
        ]


def create_group(store: AgentStore, group: Group) -> None:
    """Add a group; raises ``Conflict``."""
    with store.transaction() as tx:
        _check_room(tx.groups.page(group.tenant_id, Slice(limit=0)).total)
        tx.groups.insert(group)


def change_group(store: AgentStore, tenant_id: TenantId, group_id: GroupId, changes: GroupChanges) -> None:
    """Change what was sent. Raises ``Conflict``, ``Invalid`` for users or campaigns of others, or ``NotFound``."""
    with store.transaction() as tx:
        group = tx.groups.lock(tenant_id, group_id)
        if group is None:
            raise NotFound("group is not found")
        after = replace(
            group,
            name=changes.get("name", group.name),
            description=changes.get("description", group.description),
            priority=changes.get("priority", group.priority),
            department_uuid=changes.get("department_uuid", group.department_uuid),
        )
        tx.groups.save(after)
        if "users" in changes:
            _check_own(changes["users"], [u.id for u in tx.users.of(changes["users"]).values() if _is(u, tenant_id)])
            tx.groups.set_users(group_id, changes["users"])
        if "campaigns" in changes:
            own = tx.agents.served_campaigns(changes["campaigns"])
            theirs = [one.id for one in own.values() if one.tenant_id == tenant_id and not one.is_deleted]
            _check_own(changes["campaigns"], theirs)
            tx.groups.set_campaigns(group_id, changes["campaigns"])


def delete_group(store: AgentStore, tenant_id: TenantId, group_id: GroupId) -> None:
    """Delete a group; raises ``NotFound``."""
    with store.transaction() as tx:
        if tx.groups.lock(tenant_id, group_id) is None:
            raise NotFound(NO_GROUP)
        tx.groups.delete(group_id)


def list_groups(store: AgentStore, tenant_id: TenantId, part: Slice) -> Page[Group]:
    """Return a page of groups, the newest first."""
    with store.reading() as tx:
        return tx.groups.page(tenant_id, part)


def get_group(store: AgentStore, tenant_id: TenantId, group_id: GroupId) -> tuple[Group, GroupLinks]:
    """Return a group with its users and campaigns; raises ``NotFound``."""
    with store.reading() as tx:
        group = tx.groups.get(tenant_id, group_id)
        if group is None:
            raise NotFound(NO_GROUP)
        return group, tx.groups.links(group_id)


def create_extension(store: AgentStore, extension: Extension) -> None:
    """Add an extension. Raises ``Conflict``, or ``Invalid`` for a user of others."""
    with store.transaction() as tx:
        _check_room(tx.extensions.page(extension.tenant_id, Slice(limit=0)).total)
        _check_user(tx, extension)
        tx.extensions.insert(extension)


def change_extension(store: AgentStore, tenant_id: TenantId, key: str, changes: ExtensionChanges) -> Extension:
    """Change what was sent. Raises ``Conflict`` while an agent is logged in there, ``Invalid`` or ``NotFound``."""
    with store.transaction() as tx:
        before = tx.extensions.find(tenant_id, key)
        if before is None:
            raise NotFound(NO_EXTENSION)
        after = replace(
            before,
            number=changes.get("number", before.number),
            enabled=changes.get("enabled", before.enabled),
            is_link_call_center=changes.get("is_link_call_center", before.is_link_call_center),
            user_id=changes.get("user_id", before.user_id),
            follow_me=changes.get("follow_me", before.follow_me),
        )
        if (after.number, after.user_id) != (before.number, before.user_id):
            _check_unused(tx, before)
        _check_user(tx, after)
        tx.extensions.save(after)
        return after


def delete_extension(store: AgentStore, tenant_id: TenantId, key: str) -> Extension:
    """Delete an extension. Raises ``Conflict`` while an agent is logged in there, or ``NotFound``."""
    with store.transaction() as tx:
        extension = tx.extensions.find(tenant_id, key)
        if extension is None:
            raise NotFound(NO_EXTENSION)
        _check_unused(tx, extension)
        tx.extensions.delete(extension.id)
        return extension


def list_extensions(store: AgentStore, tenant_id: TenantId, part: Slice) -> Page[tuple[Extension, User | None]]:
    """Return a page of extensions with their users, in the order of their numbers."""
    with store.reading() as tx:
        page = tx.extensions.page(tenant_id, part)
        users = tx.users.of({one.user_id for one in page.rows if one.user_id is not None})
        return Page([(one, users.get(one.user_id) if one.user_id else None) for one in page.rows], page.total)


def get_extension(store: AgentStore, tenant_id: TenantId, key: str) -> tuple[Extension, User | None, bool]:
    """Return an extension by id or number, its user, and whether an agent is logged in there."""
    with store.reading() as tx:
        extension = tx.extensions.find(tenant_id, key)
        if extension is None:
            raise NotFound(NO_EXTENSION)
        user = None if extension.user_id is None else tx.users.get(tenant_id, extension.user_id)
        return extension, user, tx.agents.at_extension(tenant_id, extension.number) is not None


def users_at(store: AgentStore, tenant_id: TenantId, numbers: Sequence[str]) -> list[tuple[str, UserId]]:
    """Return the user of each extension; raises ``Invalid`` for one that is unknown or has none."""
    with store.reading() as tx:
        known = tx.extensions.of_numbers(tenant_id, numbers)
    found = [(number, known[number].user_id if number in known else None) for number in dict.fromkeys(numbers)]
    missing = [number for number, user_id in found if user_id is None]
    if missing:
        raise Invalid(f"extension {missing[0]} has no user")
    return [(number, user_id) for number, user_id in found if user_id is not None]


def _people(tx: PeopleTransaction, users: Sequence[User]) -> list[Person]:
    ids = [user.id for user in users]
    of_users = tx.users.groups_of(ids)
    groups = tx.groups.of({group_id for found in of_users.values() for group_id in found})
    extensions = tx.extensions.of_users(ids)
    agents = {agent.user_id: agent for agent in tx.agents.of_users(ids) if agent.is_logged_in}
    return [
        Person(
            user=user,
            groups=[groups[group_id] for group_id in of_users.get(user.id, ())],
            extension=extensions.get(user.id),
            agent=agents.get(user.id),
        )
        for user in users
    ]


def _check_room(used: int) -> None:
    if used >= MOST_PEOPLE:
        raise Conflict(f"a tenant has at most {MOST_PEOPLE} of these")


def _check_unused(tx: PeopleTransaction, extension: Extension) -> None:
    if tx.agents.at_extension(extension.tenant_id, extension.number) is not None:
        raise Conflict("an agent is logged in at the extension")


def _check_user(tx: PeopleTransaction, extension: Extension) -> None:
    if extension.user_id is not None and tx.users.get(extension.tenant_id, extension.user_id) is None:
        raise Invalid("user_uuid is invalid")


def _check_own(asked: Collection[object], own: Collection[object]) -> None:
    strange = set(asked) - set(own)
    if strange:
        raise Invalid(f"{min(map(str, strange))} is not found")


def _is(user: User, tenant_id: TenantId) -> bool:
    return user.tenant_id == tenant_id
