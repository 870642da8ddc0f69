"""Tenants' retentions in SQL, and the deletion of what is older.

Records are read in the order of their ids, which ascend with time, from the oldest on: a batch reads no more rows than
it may delete, whatever the table holds.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, exists, or_, select, update
from typing_extensions import override

from worker.domain.call import CallState
from worker.domain.ids import LeadId, TenantId
from worker.domain.lead import Stage
from worker.domain.retention import Kept, Retention
from worker.ports.records.retentions import OldLeads, Retentions
from worker.store.base.audit_tables import audit
from worker.store.base.callback_tables import ENDED_ROWS, PENDING_ROWS, deliveries, delivery_attempts, fan_outs
from worker.store.base.dialect import insert_or_replace
from worker.store.base.recording_tables import recordings
from worker.store.base.retention_tables import retentions
from worker.store.base.tables import calls, leads
from worker.store.dispatch.recordings import delete_at_once
from worker.store.dispatch.tallies import count_again

_KEY: Final = ("tenant_id", "kind")


class SqlRetentions(Retentions):
    """Retentions in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def of(self, tenant_id: TenantId) -> dict[Kept, int]:
        asked = select(retentions.c.kind, retentions.c.days).where(retentions.c.tenant_id == tenant_id)
        return {row.kind: row.days for row in self._connection.execute(asked)}

    @override
    def put(self, tenant_id: TenantId, days: Mapping[Kept, int | None], *, now: DateTime) -> None:
        ended = [kind for kind, wanted in days.items() if wanted is None]
        ours = retentions.c.tenant_id == tenant_id
        self._connection.execute(delete(retentions).where(ours, retentions.c.kind.in_(ended)))
        start = {"tenant_id": tenant_id, "next_at": now, "after_id": None}
        rows = [{**start, "kind": kind, "days": wanted} for kind, wanted in days.items() if wanted is not None]
        if rows:
            putting = insert_or_replace(
                self._connection,
                retentions,
                same=_KEY,
                new=lambda new: {name: new[name] for name in ("days", "next_at", "after_id")},
            )
            self._connection.execute(putting, rows)

    @override
    def due(self, *, now: DateTime, limit: int) -> list[Retention]:
        asked = select(retentions).where(retentions.c.next_at <= now).order_by(retentions.c.next_at).limit(limit)
        return [Retention(**row) for row in self._connection.execute(asked).mappings()]

    @override
    def lock(self, retention: Retention) -> bool:
        as_read = (*_is(retention), retentions.c.days == retention.days, retentions.c.next_at == retention.next_at)
        asked = select(retentions.c.days).where(*as_read).with_for_update(skip_locked=True)
        return self._connection.scalar(asked) is not None

    @override
    def save(self, retention: Retention) -> None:
        this = update(retentions).where(*_is(retention))
        self._connection.execute(this.values(next_at=retention.next_at, after_id=retention.after_id))

    @override
    def old_leads(self, retention: Retention, *, before: DateTime, limit: int) -> OldLeads:
        page = select(leads.c.id).order_by(leads.c.id).limit(limit)
        if retention.after_id is not None:
            page = page.where(leads.c.id > retention.after_id)
        read = self._connection.scalars(page).all()
        theirs = (leads.c.tenant_id == retention.tenant_id, leads.c.removed_at.is_(None))
        done = (leads.c.stage == Stage.DONE, leads.c.updated_at < before)
        old = select(leads.c.id).where(leads.c.id.in_(read), *theirs, *done).order_by(leads.c.id)
        found = self._connection.scalars(old.with_for_update(skip_locked=True)).all()
        return OldLeads([LeadId(one) for one in found], read[-1] if len(read) == limit else None)

    @override
    def drop_calls(self, tenant_id: TenantId, *, before: DateTime, limit: int) -> int:
        # A cancelled call has its end too; a call whose callbacks still wait is looked at again.
        over = (calls.c.state.in_((CallState.ENDED, CallState.CANCELLED)), calls.c.ended_at < before)
        waits = or_(
            exists().where(deliveries.c.call_id == calls.c.id, PENDING_ROWS),
            exists().where(fan_outs.c.call_id == calls.c.id),
        )
        chosen = select(calls.c.id, calls.c.lead_id).where(
            calls.c.id.in_(_oldest(calls, tenant_id, limit=limit)), *over, ~waits
        )
        rows = self._connection.execute(chosen.order_by(calls.c.id).with_for_update(skip_locked=True)).all()
        if rows:
            ids = [row.id for row in rows]
            theirs = select(deliveries.c.id).where(deliveries.c.call_id.in_(ids)).order_by(deliveries.c.id)
            self._forget(self._connection.scalars(theirs.with_for_update()).all())
            count_again(self._connection, ids)  # an earlier release may have ended some: reports outlive the CDRs
            self._connection.execute(delete(calls).where(calls.c.id.in_(ids)))
            delete_at_once(self._connection, ids)
            others = exists().where(calls.c.lead_id == leads.c.id)
            gone = and_(leads.c.id.in_({row.lead_id for row in rows}), leads.c.removed_at.is_not(None), ~others)
            self._connection.execute(delete(leads).where(gone))
        return len(rows)

    @override
    def due_recordings(self, *, now: DateTime, limit: int) -> list[str]:
        due = select(recordings.c.file).where(recordings.c.delete_at <= now)
        return list(self._connection.scalars(due.order_by(recordings.c.delete_at, recordings.c.file).limit(limit)))

    @override
    def hide_recordings(self, *, now: DateTime, limit: int) -> int:
        due = select(recordings.c.call_id).where(recordings.c.delete_at <= now).order_by(recordings.c.delete_at)
        shown = update(calls).where(calls.c.id.in_(due.limit(limit)), calls.c.recording.is_not(None))
        return self._connection.execute(shown.values(recording=None)).rowcount

    @override
    def forget_recordings(self, files: Collection[str], *, now: DateTime) -> int:
        gone = delete(recordings).where(recordings.c.file.in_(list(files)), recordings.c.delete_at <= now)
        return self._connection.execute(gone).rowcount

    @override
    def drop_callbacks(self, tenant_id: TenantId, *, before: DateTime, limit: int) -> int:
        oldest = deliveries.c.id.in_(_oldest(deliveries, tenant_id, limit=limit))
        asked = select(deliveries.c.id).where(oldest, ENDED_ROWS, deliveries.c.updated_at < before)
        return self._forget(self._connection.scalars(asked.with_for_update(skip_locked=True)).all())

    @override
    def drop_audit(self, tenant_id: TenantId, *, before: DateTime, limit: int) -> int:
        oldest = audit.c.id.in_(_oldest(audit, tenant_id, limit=limit))
        return self._connection.execute(delete(audit).where(oldest, audit.c.at < before)).rowcount

    def _forget(self, ids: Sequence[UUID]) -> int:
        if ids:
            self._connection.execute(delete(delivery_attempts).where(delivery_attempts.c.delivery_id.in_(ids)))
            self._connection.execute(delete(deliveries).where(deliveries.c.id.in_(ids)))
        return len(ids)


def _is(retention: Retention) -> tuple[ColumnElement[bool], ...]:
    return retentions.c.tenant_id == retention.tenant_id, retentions.c.kind == retention.kind


def _oldest(table: Table, tenant_id: TenantId, *, limit: int) -> Select[Any]:  # Any: ids
    """Select the tenant's oldest rows; a subquery of its own, since the index on (tenant_id, id) ends it early."""
    page = select(table.c.id).where(table.c.tenant_id == tenant_id).order_by(table.c.id).limit(limit).subquery()
    return select(page.c.id)
