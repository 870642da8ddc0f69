"""Finished calls as operators read them: a call row that has ended is the CDR."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, select
from typing_extensions import override

from worker.domain.cdr import Cdr
from worker.domain.errors import NotFound
from worker.domain.ids import TenantId
from worker.domain.one_time_code import without_code
from worker.ports.records.cdrs import COUNTED, CdrCount, CdrPlace, Cdrs
from worker.ports.records.entities import CdrFilter
from worker.store.base.tables import calls, leads
from worker.store.records.cdr_search import ENDED, CdrSearch

_NAMED: Final = {"call_id": calls.c.id, "additional": leads.c.additional}
_READ: Final = [_NAMED[name].label(name) if name in _NAMED else calls.c[name] for name in Cdr.__dataclass_fields__] + [
    calls.c.template_id
]
_OF_LEADS: Final = calls.join(leads, leads.c.id == calls.c.lead_id)


class SqlCdrs(Cdrs):
    """CDRs in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def get(self, tenant_id: TenantId, reference: str) -> Cdr:
        for condition in _ways_to_find(reference):
            asked = select(*_READ).select_from(_OF_LEADS).where(ENDED, calls.c.tenant_id == tenant_id, condition)
            row = self._connection.execute(asked.order_by(calls.c.id.desc()).limit(1)).one_or_none()
            if row is not None:
                return _cdr(row)
        raise NotFound("Not Found")

    @override
    def older(
        self, tenant_id: TenantId, *, wanted: CdrFilter, limit: int, after: CdrPlace | None = None
    ) -> Sequence[Cdr]:
        ids = CdrSearch(self._connection, tenant_id, wanted).ids(after=after, limit=limit)
        return [_cdr(row) for row in self._connection.execute(_rows(ids))]

    @override
    def skip(
        self, tenant_id: TenantId, *, wanted: CdrFilter, rows: int, after: CdrPlace | None = None
    ) -> CdrPlace | None:
        ids = CdrSearch(self._connection, tenant_id, wanted).ids(after=after, limit=1, offset=rows - 1)
        last = self._connection.execute(ids).one_or_none()
        return None if last is None else CdrPlace(last.started_at, last.id)

    @override
    def count(self, tenant_id: TenantId, *, wanted: CdrFilter) -> CdrCount:
        search = CdrSearch(self._connection, tenant_id, wanted)
        counted = search.count(most=COUNTED + 1)
        if counted <= COUNTED:
            return CdrCount(counted)
        expected = search.estimate()
        if expected is None:
            return CdrCount(search.count())
        return CdrCount(max(expected, counted), is_estimate=True)


def _rows(ids: Select[Any]) -> Select[Any]:  # Any: the columns of a CDR
    """Select the CDRs of a page in its order."""
    page = ids.subquery("page")
    found = page.join(calls, calls.c.id == page.c.id).join(leads, leads.c.id == calls.c.lead_id)
    return select(*_READ).select_from(found).order_by(page.c.started_at.desc(), page.c.id.desc())


def _cdr(row: Row[*tuple[object, ...]]) -> Cdr:
    found = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    if found.pop("template_id") is not None:  # an OTP
        found["additional"] = without_code(found["additional"])
    return Cdr(**{**found, "recording": found["recording"] or ""})


def _ways_to_find(reference: str) -> list[ColumnElement[bool]]:
    by_sip = calls.c.sip_call_id == reference
    try:
        return [calls.c.id == UUID(reference), by_sip]  # a SIP call id may look like one of our ids
    except ValueError:
        return [by_sip]
