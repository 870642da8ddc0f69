"""Which CDRs are wanted, as SQL that an index answers in the order in which CDRs are listed."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, literal, literal_column, select, text, tuple_, union_all

from worker.domain.ids import TenantId
from worker.domain.timing import CALL_SURELY_ENDED
from worker.ports.records.cdrs import CdrPlace
from worker.ports.records.entities import CdrFilter
from worker.store.base.dialect import estimated_rows
from worker.store.base.hidden_columns import forms_of
from worker.store.base.tables import calls

Conditions = Sequence[ColumnElement[bool]]

ENDED: Final = calls.c.state == literal_column("'ended'")
"""As the partial indexes have it; with a parameter instead, no database would use them."""
_HAS_REF_ID: Final[ColumnElement[bool]] = text("calls.ref_id != ''")  # type: ignore[assignment]  # a condition
_ORDER: Final = (calls.c.started_at.desc(), calls.c.id.desc())


class CdrSearch:
    """The CDRs that a filter names, as one or two parts, of which each has an index."""

    def __init__(self, connection: Connection, tenant_id: TenantId, wanted: CdrFilter) -> None:
        """Read the filter."""
        self._connection = connection
        same = _conditions(tenant_id, wanted)
        self.parts: Sequence[Conditions] = [same]
        if wanted.phone is not None:
            theirs = calls.c.phone.in_(forms_of(connection, [wanted.phone]))
            self.parts = [[*same, theirs], [*same, calls.c.caller_id == wanted.phone, ~theirs]]

    def ids(self, *, after: CdrPlace | None, limit: int | None, offset: int = 0) -> Select[Any]:  # Any: time and id
        """Select start and id of CDRs behind a place, the newest first; mostly from an index alone."""
        chosen = [_of(part).where(*_behind(after)) for part in self.parts]
        if len(chosen) == 1:
            return chosen[0].order_by(*_ORDER).offset(offset).limit(limit)
        enough = None if limit is None else offset + limit
        found = [select(one.order_by(*_ORDER).limit(enough).subquery()) for one in chosen]  # each ends early by itself
        both = union_all(*found).subquery()
        order = (both.c.started_at.desc(), both.c.id.desc())
        return select(both.c.started_at, both.c.id).order_by(*order).offset(offset).limit(limit)

    def count(self, *, most: int | None = None) -> int:
        """Count the CDRs, up to so many."""
        counted = select(func.count()).select_from(self.ids(after=None, limit=most).subquery())
        return self._connection.scalar(counted) or 0

    def estimate(self) -> int | None:
        """Return how many CDRs the database expects; None when it does not say, and they have to be counted."""
        expected = [estimated_rows(self._connection, _of(part)) for part in self.parts]
        return None if None in expected else sum(filter(None, expected))


def _of(part: Conditions) -> Select[Any]:  # Any: time and id
    return select(calls.c.started_at, calls.c.id).where(ENDED, *part)


def _behind(place: CdrPlace | None) -> Conditions:
    if place is None:
        return []
    started_at, call_id = literal(place.started_at, calls.c.started_at.type), literal(place.call_id, calls.c.id.type)
    return [tuple_(calls.c.started_at, calls.c.id) < tuple_(started_at, call_id)]


def _conditions(tenant_id: TenantId, wanted: CdrFilter) -> Conditions:
    equal = {
        calls.c.campaign_id: wanted.campaign_id,
        calls.c.list_id: wanted.list_id,
        calls.c.lead_id: wanted.lead_id,
        calls.c.run_id: wanted.run_id,
        calls.c.outcome: wanted.outcome,
        calls.c.caller_id: wanted.hotline,
    }
    found = [calls.c.tenant_id == tenant_id]
    found += [column == value for column, value in equal.items() if value is not None]
    if wanted.ref_id is not None:
        found += [calls.c.ref_id == wanted.ref_id, _HAS_REF_ID]
    if wanted.key is not None:
        found.append(calls.c.last_key == wanted.key if wanted.key else calls.c.last_key.is_(None))
    return [*found, *_period(wanted)]


def _period(wanted: CdrFilter) -> Conditions:
    """Return the bounds in time; those of the end bound the start too, by which CDRs are ordered."""
    since = [(calls.c.started_at, wanted.started_from), (calls.c.ended_at, wanted.ended_from)]
    before = [(calls.c.started_at, wanted.started_before), (calls.c.ended_at, wanted.ended_before)]
    if wanted.ended_from is not None and wanted.ended_from.year > 1:  # there is no day before the calendar's first
        since.append((calls.c.started_at, wanted.ended_from - CALL_SURELY_ENDED))
    if wanted.ended_before is not None:
        before.append((calls.c.started_at, wanted.ended_before))
    found = [column >= moment for column, moment in since if moment is not None]
    return [*found, *(column < moment for column, moment in before if moment is not None)]
