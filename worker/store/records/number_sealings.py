"""Numbers that become encrypted, or clear again, in SQL."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Column, ColumnElement, Connection, Table, bindparam, delete, select, update
from typing_extensions import override

from worker.domain.hidden_text import NUMBER_COPY, hidden, is_hidden, without_copy
from worker.domain.ids import CampaignId, TenantId
from worker.domain.json_value import Json
from worker.domain.number_sealing import NumberSealing, SealingStage
from worker.ports.records.number_sealings import NumberSealings
from worker.store.base.callback_tables import deliveries, fan_outs
from worker.store.base.dialect import insert_or_replace
from worker.store.base.hidden_columns import IN_CLEAR, SEALED_RANGE
from worker.store.base.hidden_tables import number_sealings
from worker.store.base.list_tables import list_refreshes
from worker.store.base.sealing import Sealer, keyring_of
from worker.store.base.tables import backfills, calls, leads, lists

_ROWS: Final[Mapping[SealingStage, tuple[Table, Column[str]]]] = {
    SealingStage.CALLS: (calls, calls.c.phone),
    SealingStage.EVENTS: (fan_outs, fan_outs.c.body),
    SealingStage.CALLBACKS: (deliveries, deliveries.c.body),
}
_TABLE: Final = number_sealings
_POSITION: Final = ("stage", "after_id", "due_at")


class SqlNumberSealings(NumberSealings):
    """Work on stored numbers, in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def usable_key(self) -> str:
        key = Sealer(self._connection).present_key
        return key if key in keyring_of(self._connection.dialect).ids else ""

    @override
    def put(self, sealing: NumberSealing) -> None:
        row = _to_row(sealing)
        putting = insert_or_replace(
            self._connection, _TABLE, same=("campaign_id",), new=lambda new: {name: new[name] for name in row}
        )
        self._connection.execute(putting, [row])

    @override
    def due(self, *, now: DateTime, limit: int) -> Sequence[NumberSealing]:
        asked = select(_TABLE).where(_TABLE.c.due_at <= now).order_by(_TABLE.c.due_at, _TABLE.c.campaign_id)
        return [
            NumberSealing(
                campaign_id=CampaignId(row.campaign_id),
                tenant_id=TenantId(row.tenant_id),
                hides=row.hides,
                due_at=row.due_at,
                stage=row.stage,
                after_id=row.after_id,
            )
            for row in self._connection.execute(asked.limit(limit))
        ]

    @override
    def lock(self, sealing: NumberSealing) -> bool:
        row = _to_row(sealing)
        same = (_TABLE.c[name].is_not_distinct_from(value) for name, value in row.items() if name != "due_at")
        asked = select(_TABLE.c.campaign_id).where(*same).with_for_update(skip_locked=True)
        return self._connection.scalar(asked) is not None

    @override
    def save(self, sealing: NumberSealing) -> None:
        row = _to_row(sealing)
        saving = update(_TABLE).where(_TABLE.c.campaign_id == sealing.campaign_id)
        self._connection.execute(saving.values({name: row[name] for name in _POSITION}))

    @override
    def remove(self, campaign_id: CampaignId) -> None:
        self._connection.execute(delete(_TABLE).where(_TABLE.c.campaign_id == campaign_id))

    @override
    def change_leads(self, sealing: NumberSealing, *, limit: int) -> int:
        asked = select(leads.c.id, leads.c.phone, leads.c.additional).where(*_other_leads(sealing))
        asked = asked.order_by(leads.c.phone).limit(limit)
        rows = self._connection.execute(asked.with_for_update(skip_locked=True, key_share=True)).all()
        if sealing.hides:
            self._drop_copies({row.id: row.additional for row in rows if NUMBER_COPY in row.additional})
        self._write(leads, leads.c.phone, {row.id: row.phone for row in rows}, sealing)
        return len(rows)

    @override
    def has_other_leads(self, sealing: NumberSealing) -> bool:
        return self._connection.scalar(select(leads.c.id).where(*_other_leads(sealing)).limit(1)) is not None

    @override
    def change_rows(self, sealing: NumberSealing, *, limit: int) -> UUID | None:
        table, column = _ROWS[sealing.stage]
        asked = select(table.c.id, column.label("text")).where(table.c.campaign_id == sealing.campaign_id)
        if sealing.after_id is not None:
            asked = asked.where(table.c.id > sealing.after_id)
        rows = self._connection.execute(asked.order_by(table.c.id).limit(limit).with_for_update(key_share=True)).all()
        other = {row.id: row.text for row in rows if is_hidden(row.text) is not sealing.hides and _has_number(row.text)}
        self._write(table, column, other, sealing)
        return rows[-1].id if rows else None

    @override
    def restart_walks(self, sealing: NumberSealing) -> None:
        theirs = select(lists.c.id).where(lists.c.campaign_id == sealing.campaign_id)
        refreshing = update(list_refreshes).where(list_refreshes.c.list_id.in_(theirs))
        self._connection.execute(refreshing.values(after_phone=None, after_lead_id=None))
        of_tenant = update(backfills).where(backfills.c.tenant_id == sealing.tenant_id)
        self._connection.execute(of_tenant.values(after_phone=None, after_lead_id=None))

    def _drop_copies(self, additional: Mapping[UUID, Mapping[str, Json]]) -> None:
        if not additional:
            return
        rows = [{"row": row_id, "left": without_copy(theirs)} for row_id, theirs in additional.items()]
        dropping = update(leads).where(leads.c.id == bindparam("row"))
        left = bindparam("left", type_=leads.c.additional.type)
        self._connection.execute(dropping.values(additional=left), rows)

    def _write(self, table: Table, column: Column[str], texts: Mapping[UUID, str], sealing: NumberSealing) -> None:
        if not texts:
            return
        key = self.usable_key() if sealing.hides else ""
        rows = [{"row": row_id, "new": hidden(str(text), key=key)} for row_id, text in texts.items()]
        writing = update(table).where(table.c.id == bindparam("row"))
        self._connection.execute(writing.values({column.name: bindparam("new", type_=column.type)}), rows)


def _other_leads(sealing: NumberSealing) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for leads in the other form; removed ones have no number."""
    begins, ends = IN_CLEAR if sealing.hides else SEALED_RANGE
    return leads.c.campaign_id == sealing.campaign_id, leads.c.phone >= begins, leads.c.phone < ends


def _has_number(text: str) -> bool:
    """Return False for what stands in place of an erased number."""
    return text[:1] in {"0", "{"}


def _to_row(sealing: NumberSealing) -> dict[str, object]:
    return {
        "campaign_id": sealing.campaign_id,
        "tenant_id": sealing.tenant_id,
        "hides": sealing.hides,
        "stage": sealing.stage,
        "after_id": sealing.after_id,
        "due_at": sealing.due_at,
    }
