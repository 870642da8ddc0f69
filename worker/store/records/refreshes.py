"""Lists whose leads are called anew, in SQL."""

from collections.abc import Collection
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, exists, literal, or_, select, update
from typing_extensions import override

from worker.domain.backfill import Cursor
from worker.domain.call import Outcome
from worker.domain.ids import LeadId, ListId, TenantId
from worker.domain.lead import Ending, Stage
from worker.domain.list_refresh import Refresh
from worker.domain.number_sealing import SealingStage
from worker.ports.records.refreshes import Refreshes
from worker.store.base.dialect import insert_or_replace
from worker.store.base.hidden_tables import number_sealings
from worker.store.base.list_tables import list_refreshes
from worker.store.base.tables import leads, lists

_POSITION: Final = ("after_phone", "after_lead_id")


_IS_REORDERED: Final = exists().where(
    number_sealings.c.campaign_id == lists.c.campaign_id, number_sealings.c.stage == SealingStage.LEADS
)
"""Leads are read in the order of their stored numbers, which change now: a walk could miss some."""


class SqlRefreshes(Refreshes):
    """Refreshes in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def put(self, refresh: Refresh) -> None:
        row = _to_row(refresh)
        putting = insert_or_replace(
            self._connection, list_refreshes, same=("list_id",), new=lambda new: {name: new[name] for name in row}
        )
        self._connection.execute(putting, [row])
        resetting = update(lists).where(lists.c.id == refresh.list_id)
        self._connection.execute(resetting.values(reset_at=refresh.asked_at, reset_outcomes=row["outcomes"]))

    @override
    def waiting(self, *, limit: int) -> list[Refresh]:
        asked = (
            select(list_refreshes, lists.c.tenant_id)
            .join(lists, lists.c.id == list_refreshes.c.list_id)
            .where(lists.c.deleted_at.is_(None), ~_IS_REORDERED)
            .order_by(list_refreshes.c.asked_at, list_refreshes.c.list_id)
            .limit(limit)
        )
        return [_from_row(row) for row in self._connection.execute(asked)]

    @override
    def lock(self, refresh: Refresh) -> bool:
        asked = select(list_refreshes.c.list_id).where(_as_read(refresh)).with_for_update(skip_locked=True)
        return self._connection.scalar(asked) is not None

    @override
    def save(self, refresh: Refresh) -> None:
        row = _to_row(refresh)
        same = list_refreshes.c.list_id == refresh.list_id
        self._connection.execute(update(list_refreshes).where(same).values({name: row[name] for name in _POSITION}))

    @override
    def finish(self, refresh: Refresh) -> None:
        self._connection.execute(delete(list_refreshes).where(_as_read(refresh)))

    @override
    def matching(self, refresh: Refresh, lead_ids: Collection[LeadId]) -> set[LeadId]:
        found = self._connection.scalars(select(leads.c.id).where(leads.c.id.in_(list(lead_ids)), _matches(refresh)))
        return {LeadId(lead_id) for lead_id in found}

    @override
    def renew(self, refresh: Refresh, lead_ids: Collection[LeadId], *, now: DateTime) -> None:
        these = update(leads).where(leads.c.id.in_(list(lead_ids)), _matches(refresh))
        moment = literal(now, leads.c.due_at.type)
        waits = and_(leads.c.stage == Stage.RECALL, leads.c.due_at > moment)
        self._connection.execute(
            these.values(
                stage=Stage.NEW,
                ending=None,
                called_count=0,
                uncounted=0,
                last_outcome=None,
                due_at=case((waits, leads.c.due_at), else_=moment),
                refreshed_at=now,
                updated_at=now,
            )
        )


def _matches(refresh: Refresh) -> ColumnElement[bool]:
    """Return the condition for leads to refresh; who is on the do-not-call list stays done."""
    ended = and_(leads.c.stage == Stage.DONE, or_(leads.c.ending.is_(None), leads.c.ending != Ending.DO_NOT_CALL))
    conditions = [
        or_(ended, leads.c.stage == Stage.RECALL),
        or_(leads.c.refreshed_at.is_(None), leads.c.refreshed_at < refresh.asked_at),
        leads.c.removed_at.is_(None),
    ]
    if refresh.outcomes is not None:
        conditions.append(leads.c.last_outcome.in_(sorted(refresh.outcomes)))
    return and_(*conditions)


def _as_read(refresh: Refresh) -> ColumnElement[bool]:
    return and_(list_refreshes.c.list_id == refresh.list_id, list_refreshes.c.asked_at == refresh.asked_at)


def _to_row(refresh: Refresh) -> dict[str, Any]:  # Any: values of several types
    cursor = refresh.cursor
    return {
        "list_id": refresh.list_id,
        "outcomes": None if refresh.outcomes is None else sorted(refresh.outcomes),
        "asked_at": refresh.asked_at,
        "after_phone": None if cursor is None else cursor.phone,
        "after_lead_id": None if cursor is None else cursor.lead_id,
    }


def _from_row(row: Row[Any]) -> Refresh:  # Any: a row of the table
    return Refresh(
        tenant_id=TenantId(row.tenant_id),
        list_id=ListId(row.list_id),
        outcomes=None if row.outcomes is None else frozenset(map(Outcome, row.outcomes)),
        asked_at=row.asked_at,
        cursor=None if row.after_phone is None else Cursor(row.after_phone, LeadId(row.after_lead_id)),
    )
