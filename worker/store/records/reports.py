"""Sums of ended calls in SQL: what was added so far, and the changes that still wait to be added."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    delete,
    func,
    select,
    union_all,
)
from typing_extensions import override

from worker.domain.call import ON_SWITCH, CallState
from worker.domain.cdr import Cdr
from worker.domain.ids import CampaignId, LeadId, TenantId
from worker.domain.report import Part, Quarters, runs_of
from worker.ports.records.reports import CallKind, CallSum, CallsWanted, LiveCall, ReportedCampaign, Reports
from worker.store.base.dialect import insert_or_add, json_lists
from worker.store.base.report_tables import COLUMNS, EVER, SUMS, tallies, tally_changes
from worker.store.base.tables import LIVE_ROWS, UNCOUNTED_ROWS, calls, campaigns
from worker.store.dispatch.tallies import count_old_ends

_SAME: Final = [column.name for column in tallies.primary_key]
_QUARTER: Final = COLUMNS.index("quarter")
_LIVE: Final = [(calls.c.id if name == "call_id" else calls.c[name]).label(name) for name in LiveCall.__slots__]
_CDR: Final = [
    (calls.c.id if name == "call_id" else calls.c[name]).label(name)
    for name in Cdr.__dataclass_fields__
    if name != "additional"  # the lead's
]


class SqlReports(Reports):
    """Reports in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def campaigns(self, tenant_id: TenantId, campaign_id: CampaignId | None) -> list[ReportedCampaign]:
        asked = select(campaigns.c.id, campaigns.c.name, campaigns.c.deleted_at.is_not(None))
        theirs = asked.where(campaigns.c.tenant_id == tenant_id).order_by(
            campaigns.c.created_at.desc(), campaigns.c.id.desc()
        )
        if campaign_id is not None:
            theirs = theirs.where(campaigns.c.id == campaign_id)
        return [ReportedCampaign(*row) for row in self._connection.execute(theirs)]

    @override
    def sums(
        self, tenant_id: TenantId, wanted: CallsWanted, *, parts: Sequence[Part], by_network: bool
    ) -> list[CallSum]:
        cells = _cells(self._connection, tenant_id, wanted)
        names = ["campaign_id", *(["part"] if parts else []), *(["network"] if by_network else []), "outcome"]
        if parts:
            cells = select(cells, _part_of(cells.c.quarter, parts).label("part")).subquery("divided")
        same = [cells.c[name] for name in names]
        asked = select(*same, *_totals(cells)).group_by(*same).having(func.sum(cells.c.calls) != 0)
        return [CallSum(**row) for row in self._connection.execute(asked).mappings()]

    @override
    def kinds(self, tenant_id: TenantId, wanted: CallsWanted) -> list[CallKind]:
        cells = _cells(self._connection, tenant_id, wanted)
        same = [cells.c[name] for name in ("outcome", "cause", "pressed_key", "talk_time")]
        total = func.sum(cells.c.calls)
        asked = select(*same, cast(total, Integer).label("calls")).group_by(*same).having(total != 0)
        return [CallKind(**row) for row in self._connection.execute(asked).mappings()]

    @override
    def has_old_ends(self, tenant_id: TenantId | None = None) -> bool:
        waits = select(calls.c.id).where(UNCOUNTED_ROWS).limit(1)
        theirs = waits if tenant_id is None else waits.where(calls.c.tenant_id == tenant_id)
        return self._connection.scalar(theirs) is not None

    @override
    def latest_calls(
        self, lead_ids: Collection[LeadId], *, since: DateTime | None, before: DateTime | None
    ) -> dict[LeadId, Cdr]:
        if not lead_ids:
            return {}
        place = func.row_number().over(partition_by=calls.c.lead_id, order_by=calls.c.id.desc()).label("place")
        theirs = select(calls.c.id, place).where(calls.c.lead_id.in_(list(lead_ids)), calls.c.state == CallState.ENDED)
        theirs = theirs if since is None else theirs.where(calls.c.started_at >= since)
        placed = (theirs if before is None else theirs.where(calls.c.started_at < before)).subquery()
        last = select(placed.c.id).where(placed.c.place == 1)
        rows = self._connection.execute(select(*_CDR).where(calls.c.id.in_(last))).mappings()
        found = [Cdr(**{**row, "recording": row["recording"] or ""}) for row in rows]
        return {cdr.lead_id: cdr for cdr in found}

    @override
    def live_calls(self, tenant_id: TenantId, campaign_id: CampaignId | None, *, limit: int) -> list[LiveCall]:
        asked = select(*_LIVE).where(*_up(tenant_id, campaign_id)).order_by(calls.c.dialing_at, calls.c.id)
        return [LiveCall(**row) for row in self._connection.execute(asked.limit(limit)).mappings()]

    @override
    def count_live(self, tenant_id: TenantId, campaign_id: CampaignId | None) -> int:
        counted = select(func.count()).select_from(calls).where(*_up(tenant_id, campaign_id))
        return self._connection.execute(counted).scalar_one()

    @override
    def fold(self, *, limit: int) -> int:
        oldest = select(tally_changes.c.id).order_by(tally_changes.c.id).limit(limit)
        chosen = oldest.with_for_update(skip_locked=True).subquery()
        taking = delete(tally_changes).where(tally_changes.c.id.in_(select(chosen.c.id)))
        taken = self._connection.scalars(taking.returning(tally_changes.c.changes)).all()
        sums: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])  # Any: values of several types
        for changes in taken:
            for *same, one, two, three in json.loads(changes):
                for key in (tuple(same), tuple(EVER if at == _QUARTER else value for at, value in enumerate(same))):
                    total = sums[key]
                    for place, more in enumerate((one, two, three)):
                        total[place] += more
        rows = [_to_row((*same, *total)) for same, total in sums.items()]
        if rows:
            rows.sort(key=lambda row: [str(row[name]) for name in _SAME])  # two that fold lock rows in the same order
            self._connection.execute(insert_or_add(self._connection, tallies, same=_SAME, sums=SUMS), rows)
        return len(taken)

    @override
    def count_old_ends(self, *, limit: int) -> int:
        return count_old_ends(self._connection, limit=limit)


def _part_of(quarter: ColumnElement[int], parts: Sequence[Part]) -> ColumnElement[int]:
    """Return the place of a quarter's part; a join with the parts costs SQLite seconds."""
    runs = reversed(runs_of(parts))
    return case(*((quarter >= run.first, run.place + (quarter - run.first) // run.length) for run in runs))


def _totals(cells: Subquery) -> list[ColumnElement[int]]:
    return [cast(func.sum(cells.c[name]), Integer).label(name) for name in SUMS]


def _cells(connection: Connection, tenant_id: TenantId, wanted: CallsWanted) -> Subquery:
    """Select the wanted sums: those that were added already, and those of changes that wait."""
    columns = [tallies.c[name] for name in COLUMNS]
    waiting = json_lists(connection, tally_changes.c.changes, columns).subquery("waiting")
    both = (
        select(*columns).where(*_conditions(tallies, tenant_id, wanted), _folded(wanted)),
        select(*(waiting.c[name] for name in COLUMNS)).where(*_conditions(waiting, tenant_id, wanted)),
    )
    return union_all(*both).subquery("cells")


def _folded(wanted: CallsWanted) -> ColumnElement[bool]:
    is_whole = wanted.quarters == Quarters()
    return tallies.c.quarter == EVER if is_whole else tallies.c.quarter > EVER


def _conditions(source: FromClause, tenant_id: TenantId, wanted: CallsWanted) -> list[ColumnElement[bool]]:
    columns = source.c
    equal = ("campaign_id", "list_id", "run_id", "network")
    asked = [(name, value) for name in equal if (value := getattr(wanted, name)) is not None]
    found = [columns["tenant_id"] == tenant_id, *(columns[name] == value for name, value in asked)]
    if wanted.quarters.first is not None:
        found.append(columns["quarter"] >= wanted.quarters.first)
    if wanted.quarters.before is not None:
        found.append(columns["quarter"] < wanted.quarters.before)
    return found


def _to_row(values: Sequence[Any]) -> dict[str, Any]:  # Any: values of several types
    row = dict(zip(COLUMNS, values, strict=True))
    return {name: UUID(value) if name.endswith("_id") else value for name, value in row.items()}


def _up(tenant_id: TenantId, campaign_id: CampaignId | None) -> list[ColumnElement[bool]]:
    up: list[ColumnElement[bool]] = [calls.c.tenant_id == tenant_id, and_(LIVE_ROWS), calls.c.state.in_(ON_SWITCH)]
    return up if campaign_id is None else [*up, calls.c.campaign_id == campaign_id]
