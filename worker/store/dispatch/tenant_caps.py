"""Caps on what one tenant stores."""

from collections.abc import Mapping
from typing import assert_never

from sqlalchemy import Connection, func, select
from typing_extensions import override

from worker.domain.caps import Cap
from worker.domain.ids import ListId, TenantId
from worker.ports.dispatch.tenant_caps import TenantCaps
from worker.store.base.callback_tables import event_subscriptions
from worker.store.base.dialect import lock_by_name
from worker.store.base.sound_tables import audio_files
from worker.store.base.tables import campaigns, leads, lists, tenants


class SqlTenantCaps(TenantCaps):
    """Caps in SQL; what is used is counted from rows."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def lock(self, tenant_id: TenantId, cap: Cap) -> None:
        lock_by_name(self._connection, f"{cap.value} of {tenant_id}")

    @override
    def own(self, tenant_id: TenantId) -> Mapping[str, int]:
        found: Mapping[str, int] = self._connection.execute(
            select(tenants.c.caps).where(tenants.c.id == tenant_id)
        ).scalar_one()
        return found

    @override
    def used(self, tenant_id: TenantId, cap: Cap) -> int:
        match cap:
            case Cap.SUBSCRIPTIONS:
                rows = select(func.count()).where(
                    event_subscriptions.c.tenant_id == tenant_id, event_subscriptions.c.deleted_at.is_(None)
                )
            case Cap.CAMPAIGNS:
                rows = select(func.count()).where(campaigns.c.tenant_id == tenant_id, campaigns.c.deleted_at.is_(None))
            case Cap.LISTS:
                rows = select(func.count()).where(lists.c.tenant_id == tenant_id, lists.c.deleted_at.is_(None))
            case Cap.AUDIO:
                rows = select(func.count()).where(audio_files.c.tenant_id == tenant_id)
            case Cap.LEADS:
                rows = select(func.count()).where(leads.c.tenant_id == tenant_id)
            case Cap.REQUESTS | Cap.BURST | Cap.IMPORTS | Cap.EXPORTS:
                return 0  # these are not stored
            case never:
                assert_never(never)
        return self._connection.scalar(rows) or 0

    @override
    def leads_of(self, list_id: ListId) -> int:
        imported = leads.c.call_id.is_(None)  # the condition of the index, without which all leads would be read
        theirs = (leads.c.list_id == list_id, imported, leads.c.removed_at.is_(None))
        return self._connection.scalar(select(func.count()).where(*theirs)) or 0
