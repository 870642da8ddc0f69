"""Leads as a table, in constant memory: batches in short transactions, in the order of their numbers."""

from collections.abc import Iterator, Sequence

from worker.domain.export.cells import Cell, LocalTimes, json_text
from worker.domain.export.lead_table import COLUMNS, PROFILE
from worker.domain.export.table import Headings, Row, Table
from worker.domain.lead import result_of
from worker.ports.records.entities import LeadFilter, LeadRecord, Tenant
from worker.ports.records.store import RecordStore
from worker.usecases.records.export_cdrs import ROWS_TOGETHER
from worker.usecases.records.hide_numbers import WHOLE, Sight


def lead_batches(
    store: RecordStore, *, tenant: Tenant, wanted: LeadFilter, seen: Sight = WHOLE, together: int = ROWS_TOGETHER
) -> Iterator[Sequence[LeadRecord]]:
    """Yield all leads as the caller may see them, those of lists before those of single calls."""
    for of_single_calls in (False, True):
        after = None
        while True:
            with store.reading() as tx:
                rows = tx.lead_records.by_number(
                    tenant.id, wanted=wanted, of_single_calls=of_single_calls, limit=together, after=after
                )
            if rows:
                yield seen.leads(rows)
                after = rows[-1]
            if len(rows) < together:
                break


def lead_table(
    store: RecordStore,
    *,
    tenant: Tenant,
    wanted: LeadFilter,
    headings: Headings = Headings.ENGLISH,
    seen: Sight = WHOLE,
) -> Table:
    """Return the leads as a table, with times in the tenant's zone."""
    times = LocalTimes(tenant.timezone)

    def rows() -> Iterator[Sequence[Row]]:
        for batch in lead_batches(store, tenant=tenant, wanted=wanted, seen=seen):
            yield [_row(lead, times=times) for lead in batch]

    return Table("leads", [column.heading(headings) for column in COLUMNS], rows())


def _row(lead: LeadRecord, *, times: LocalTimes) -> list[Cell]:
    """Return the cells of a lead, in the order of the columns."""
    return [
        str(lead.phone),
        *(str(lead.profile.get(column.key) or "") for column in PROFILE),
        result_of(lead.ending, last_outcome=lead.last_outcome),
        lead.called_count,
        times.text(lead.last_call_at),
        lead.network.value,
        lead.campaign_name,
        lead.list_name,
        str(lead.id),
        str(lead.list_id),
        str(lead.campaign_id),
        times.text(lead.created_at),
        json_text(lead.additional),
    ]
