"""Finished calls as operators read them: a call row that has ended is the CDR."""

from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select
from typing_extensions import override

from worker.domain.call import CallState
from worker.domain.cdr import Cdr
from worker.domain.errors import NotFound
from worker.domain.ids import TenantId
from worker.domain.one_time_code import without_code
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import CdrFilter
from worker.ports.records.store import Cdrs
from worker.store.base.hidden_columns import forms_of
from worker.store.base.tables import calls, leads

_NAMED = {"call_id": calls.c.id, "additional": leads.c.additional}
_READ = [_NAMED[name].label(name) if name in _NAMED else calls.c[name] for name in Cdr.__dataclass_fields__]


class SqlCdrs(Cdrs):
    """CDRs in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def get(self, tenant_id: TenantId, reference: str) -> Cdr:
        for condition in _ways_to_find(reference):
            asked = _ended().where(calls.c.tenant_id == tenant_id, condition).order_by(calls.c.id.desc()).limit(1)
            row = self._connection.execute(asked).one_or_none()
            if row is not None:
                return _cdr(row)
        raise NotFound("Not Found")

    @override
    def page(self, tenant_id: TenantId, part: Slice, *, wanted: CdrFilter) -> Page[Cdr]:
        conditions = _conditions(self._connection, tenant_id, wanted)
        asked = _ended().where(*conditions).order_by(calls.c.id.desc()).limit(part.limit).offset(part.offset)
        counted = select(func.count()).select_from(calls).where(calls.c.state == CallState.ENDED, *conditions)
        return Page([_cdr(row) for row in self._connection.execute(asked)], self._connection.scalar(counted) or 0)


def _ended() -> Select[*tuple[object, ...]]:
    return (
        select(*_READ, calls.c.template_id)
        .join(leads, leads.c.id == calls.c.lead_id)
        .where(calls.c.state == CallState.ENDED)
    )


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


def _conditions(connection: Connection, tenant_id: TenantId, wanted: CdrFilter) -> list[ColumnElement[bool]]:
    found = [calls.c.tenant_id == tenant_id]
    equal = ((calls.c.campaign_id, wanted.campaign_id), (calls.c.outcome, wanted.outcome))
    found += [column == value for column, value in equal if value is not None]
    if wanted.phone is not None:
        theirs = calls.c.phone.in_(forms_of(connection, [wanted.phone]))
        found.append(or_(theirs, calls.c.caller_id == wanted.phone))
    if wanted.hotline is not None:
        found.append(calls.c.caller_id == wanted.hotline)
    if wanted.key is not None:
        found.append(calls.c.last_key == wanted.key if wanted.key else calls.c.last_key.is_(None))
    since = ((calls.c.started_at, wanted.started_from), (calls.c.ended_at, wanted.ended_from))
    before = ((calls.c.started_at, wanted.started_before), (calls.c.ended_at, wanted.ended_before))
    found += [column >= moment for column, moment in since if moment is not None]
    found += [column < moment for column, moment in before if moment is not None]
    if wanted.older_than is not None:
        found.append(calls.c.id < wanted.older_than)
    return found
