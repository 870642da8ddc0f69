"""One page of CDRs, newest first, whatever their number: by the place behind the last page, or by an offset."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from worker.domain.cdr import Cdr
from worker.ports.paging import Slice
from worker.ports.records.cdrs import COUNTED, CdrCount, CdrPlace, place_of
from worker.ports.records.entities import CdrFilter, Tenant
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.cdr_places import CdrPlaces

NOTHING: Final = CdrCount(0)


@dataclass(frozen=True, slots=True)
class CdrPage:
    """One page of CDRs, and how many there are on all pages."""

    rows: Sequence[Cdr] = ()
    total: CdrCount = NOTHING
    next_place: CdrPlace | None = None
    """Where the next page begins; None when this one is the last."""


def list_cdrs_behind(
    store: RecordStore, *, tenant: Tenant, wanted: CdrFilter, limit: int, after: CdrPlace | None, counts: bool = True
) -> CdrPage:
    """Return the CDRs behind a place, or the newest; any page costs the same. ``counts``: the total is wanted too."""
    with store.reading() as tx:
        rows = tx.cdrs.older(tenant.id, wanted=wanted, limit=limit, after=after)
        total = tx.cdrs.count(tenant.id, wanted=wanted) if counts else NOTHING
    return CdrPage(rows, total, _next(rows, limit=limit))


def list_cdrs(
    store: RecordStore, *, tenant: Tenant, wanted: CdrFilter, part: Slice, places: CdrPlaces, now: DateTime
) -> CdrPage:
    """Return a part of the CDRs; the page behind a far one begins where that ended, for ten minutes."""
    with store.reading() as tx:
        total = tx.cdrs.count(tenant.id, wanted=wanted)
        if not part.limit or (part.offset >= total.number and not total.is_estimate):
            return CdrPage(total=total)
        start = _start(tx, tenant, wanted, offset=part.offset, places=places, now=now)
        if part.offset and start is None:
            return CdrPage(total=total)
        rows = tx.cdrs.older(tenant.id, wanted=wanted, limit=part.limit, after=start)
    read = part.offset + len(rows)
    if rows and read > COUNTED:
        places.note((tenant.id, wanted), offset=read, place=place_of(rows[-1]), now=now)
    return CdrPage(rows, _better(total, read=read, is_last=0 < len(rows) < part.limit), _next(rows, limit=part.limit))


def _start(
    tx: RecordTransaction, tenant: Tenant, wanted: CdrFilter, *, offset: int, places: CdrPlaces, now: DateTime
) -> CdrPlace | None:
    """Return the place behind so many CDRs; None at the beginning, and when there are fewer."""
    if offset <= COUNTED:
        return tx.cdrs.skip(tenant.id, wanted=wanted, rows=offset) if offset else None
    before, place = places.nearest((tenant.id, wanted), offset=offset, now=now)
    if before == offset:
        return place
    found = tx.cdrs.skip(tenant.id, wanted=wanted, rows=offset - before, after=place)
    if found is not None:
        places.note((tenant.id, wanted), offset=offset, place=found, now=now)
    return found


def _better(total: CdrCount, *, read: int, is_last: bool) -> CdrCount:
    """Return an estimate that does not contradict the page: the last one tells the number."""
    if not total.is_estimate:
        return total
    return CdrCount(read) if is_last else CdrCount(max(total.number, read), is_estimate=True)


def _next(rows: Sequence[Cdr], *, limit: int) -> CdrPlace | None:
    return place_of(rows[-1]) if rows and len(rows) == limit else None
