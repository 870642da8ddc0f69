"""Users, groups and extensions in SQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, delete, func, insert, or_, select, update
from typing_extensions import override

from worker.domain.agents.people import Extension, Group, GroupLinks, User
from worker.domain.ids import CampaignId, ExtensionId, GroupId, TenantId, UserId
from worker.ports.agents.people import Extensions, Groups, Users
from worker.ports.paging import Page, Slice
from worker.store.base.agent_tables import extensions, group_campaigns, group_members, user_groups, users
from worker.store.base.dialect import conflicts_named

USERNAME_TAKEN: Final = "username is exists"
GROUP_NAME_TAKEN: Final = "group_name is exists"
EXTENSION_TAKEN: Final = "extension is exists"


class SqlUsers(Users):
    """Users in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def insert(self, user: User) -> None:
        with conflicts_named(username=USERNAME_TAKEN):
            self._connection.execute(insert(users).values(_row(user)))

    @override
    def get(self, tenant_id: TenantId, user_id: UserId) -> User | None:
        asked = select(users).where(users.c.tenant_id == tenant_id, users.c.id == user_id)
        row = self._connection.execute(asked).mappings().one_or_none()
        return None if row is None else User(**row)

    @override
    def page(self, tenant_id: TenantId, part: Slice) -> Page[User]:
        rows, total = _page(self._connection, users, tenant_id, part, order=users.c.id.desc())
        return Page([User(**row) for row in rows], total)

    @override
    def of(self, user_ids: Collection[UserId]) -> dict[UserId, User]:
        if not user_ids:
            return {}
        rows = self._connection.execute(select(users).where(users.c.id.in_(list(user_ids)))).mappings()
        return {UserId(row["id"]): User(**row) for row in rows}

    @override
    def groups_of(self, user_ids: Collection[UserId]) -> Mapping[UserId, tuple[GroupId, ...]]:
        if not user_ids:
            return {}
        asked = select(group_members).where(group_members.c.user_id.in_(list(user_ids)))
        found: defaultdict[UserId, list[GroupId]] = defaultdict(list)
        for row in self._connection.execute(asked.order_by(group_members.c.group_id)):
            found[UserId(row.user_id)].append(GroupId(row.group_id))
        return {user_id: tuple(groups) for user_id, groups in found.items()}


class SqlGroups(Groups):
    """Groups in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def insert(self, group: Group) -> None:
        with conflicts_named(name=GROUP_NAME_TAKEN):
            self._connection.execute(insert(user_groups).values(_row(group)))

    @override
    def save(self, group: Group) -> None:
        with conflicts_named(name=GROUP_NAME_TAKEN):
            self._connection.execute(update(user_groups).where(user_groups.c.id == group.id).values(_row(group)))

    @override
    def delete(self, group_id: GroupId) -> None:
        for table in (group_members, group_campaigns):
            self._connection.execute(delete(table).where(table.c.group_id == group_id))
        self._connection.execute(delete(user_groups).where(user_groups.c.id == group_id))

    @override
    def lock(self, tenant_id: TenantId, group_id: GroupId) -> Group | None:
        return self._one(tenant_id, group_id, locking=True)

    @override
    def get(self, tenant_id: TenantId, group_id: GroupId) -> Group | None:
        return self._one(tenant_id, group_id, locking=False)

    @override
    def page(self, tenant_id: TenantId, part: Slice) -> Page[Group]:
        rows, total = _page(self._connection, user_groups, tenant_id, part, order=user_groups.c.id.desc())
        return Page([Group(**row) for row in rows], total)

    @override
    def of(self, group_ids: Collection[GroupId]) -> dict[GroupId, Group]:
        if not group_ids:
            return {}
        rows = self._connection.execute(select(user_groups).where(user_groups.c.id.in_(list(group_ids)))).mappings()
        return {GroupId(row["id"]): Group(**row) for row in rows}

    @override
    def links(self, group_id: GroupId) -> GroupLinks:
        members = select(group_members.c.user_id).where(group_members.c.group_id == group_id)
        served = select(group_campaigns.c.campaign_id).where(group_campaigns.c.group_id == group_id)
        return GroupLinks(
            users=tuple(UserId(i) for i in self._connection.scalars(members.order_by(group_members.c.user_id))),
            campaigns=tuple(
                CampaignId(i) for i in self._connection.scalars(served.order_by(group_campaigns.c.campaign_id))
            ),
        )

    @override
    def set_users(self, group_id: GroupId, user_ids: Collection[UserId]) -> None:
        self._connection.execute(delete(group_members).where(group_members.c.group_id == group_id))
        if user_ids:
            rows = [{"group_id": group_id, "user_id": one} for one in sorted(set(user_ids))]
            self._connection.execute(insert(group_members), rows)

    @override
    def set_campaigns(self, group_id: GroupId, campaign_ids: Collection[CampaignId]) -> None:
        self._connection.execute(delete(group_campaigns).where(group_campaigns.c.group_id == group_id))
        if campaign_ids:
            rows = [{"group_id": group_id, "campaign_id": one} for one in sorted(set(campaign_ids))]
            self._connection.execute(insert(group_campaigns), rows)

    def _one(self, tenant_id: TenantId, group_id: GroupId, *, locking: bool) -> Group | None:
        asked = select(user_groups).where(user_groups.c.tenant_id == tenant_id, user_groups.c.id == group_id)
        row = self._connection.execute(asked.with_for_update() if locking else asked).mappings().one_or_none()
        return None if row is None else Group(**row)


class SqlExtensions(Extensions):
    """Extensions in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def insert(self, extension: Extension) -> None:
        with conflicts_named(number=EXTENSION_TAKEN):
            self._connection.execute(insert(extensions).values(_row(extension)))

    @override
    def save(self, extension: Extension) -> None:
        with conflicts_named(number=EXTENSION_TAKEN):
            this = update(extensions).where(extensions.c.id == extension.id)
            self._connection.execute(this.values(_row(extension)))

    @override
    def delete(self, extension_id: ExtensionId) -> None:
        self._connection.execute(delete(extensions).where(extensions.c.id == extension_id))

    @override
    def find(self, tenant_id: TenantId, key: str) -> Extension | None:
        named = extensions.c.number == key
        try:
            wanted: ColumnElement[bool] = or_(named, extensions.c.id == UUID(key))
        except ValueError:
            wanted = named
        asked = select(extensions).where(extensions.c.tenant_id == tenant_id, wanted).order_by(named.desc()).limit(1)
        row = self._connection.execute(asked).mappings().one_or_none()
        return None if row is None else Extension(**row)

    @override
    def of_numbers(self, tenant_id: TenantId, numbers: Collection[str]) -> dict[str, Extension]:
        asked = select(extensions).where(extensions.c.tenant_id == tenant_id, extensions.c.number.in_(list(numbers)))
        return {row["number"]: Extension(**row) for row in self._connection.execute(asked).mappings()}

    @override
    def of_users(self, user_ids: Collection[UserId]) -> dict[UserId, Extension]:
        if not user_ids:
            return {}
        asked = select(extensions).where(extensions.c.user_id.in_(list(user_ids))).order_by(extensions.c.number)
        found: dict[UserId, Extension] = {}
        for row in self._connection.execute(asked).mappings():
            found.setdefault(UserId(row["user_id"]), Extension(**row))
        return found

    @override
    def page(self, tenant_id: TenantId, part: Slice) -> Page[Extension]:
        order = (func.length(extensions.c.number), extensions.c.number)
        rows, total = _page(self._connection, extensions, tenant_id, part, order=order)
        return Page([Extension(**row) for row in rows], total)


def _page(
    connection: Connection,
    table: Table,
    tenant_id: TenantId,
    part: Slice,
    *,
    order: Any,  # Any: one column or several
) -> tuple[list[RowMapping], int]:
    theirs = table.c.tenant_id == tenant_id
    columns = order if isinstance(order, tuple) else (order,)
    asked = select(table).where(theirs).order_by(*columns).limit(part.limit).offset(part.offset)
    total = connection.scalar(select(func.count()).select_from(table).where(theirs)) or 0
    return list(connection.execute(asked).mappings()), total


def _row(entity: User | Group | Extension) -> dict[str, Any]:  # Any: a column's value
    return {field.name: getattr(entity, field.name) for field in fields(entity)}
