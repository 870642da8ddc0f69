"""Leads as operators import and read them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from pendulum import DateTime
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    String,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)
from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.hidden_text import is_hidden
from worker.domain.ids import LeadId, TenantId
from worker.domain.lead import Ending, Stage
from worker.domain.one_time_code import code_of, with_code
from worker.domain.secret_place import SecretPlace
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import DuplicateScope, LeadFilter, LeadRecord, ListRecord, NewLead
from worker.ports.records.lead_records import LeadRecords
from worker.store.base.dialect import insert_or_ignore, rows_of
from worker.store.base.hidden_columns import forms_of, stored_number
from worker.store.base.hidden_tables import number_sealings
from worker.store.base.sealing import Sealer
from worker.store.base.tables import campaigns, leads, lists

_GIVEN = [leads.c[name] for name in NewLead.__dataclass_fields__]
_JOINED = {"campaign_name": campaigns.c.name, "list_name": lists.c.name}
_READ = [_JOINED[name].label(name) if name in _JOINED else leads.c[name] for name in LeadRecord.__dataclass_fields__]

_HOMED = leads.join(campaigns, campaigns.c.id == leads.c.campaign_id).join(lists, lists.c.id == leads.c.list_id)
_PRESENT = (leads.c.removed_at.is_(None), lists.c.deleted_at.is_(None), campaigns.c.deleted_at.is_(None))
"""Leads that are being removed are not found from the deletion of their list or campaign on."""


class SqlLeadRecords(LeadRecords):
    """Leads in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def add(
        self, new: Sequence[NewLead], *, to: ListRecord, scope: DuplicateScope, ended: Ending | None, now: DateTime
    ) -> set[str]:
        new = self._unknown(new, to=to, scope=scope)
        given = rows_of(self._connection, [self._sealed(lead) for lead in new], *_GIVEN)
        same = {
            "tenant_id": to.tenant_id,
            "campaign_id": to.campaign_id,
            "list_id": to.id,
            "stage": Stage.NEW if ended is None else Stage.DONE,
            "ending": ended,
            "parked": not to.active,
            "called_count": 0,
            "created_at": now,
            "updated_at": now,
        }
        constants = [literal(value, leads.c[name].type) for name, value in same.items()]
        same_phone = _in_scope(to, scope).where(leads.c.phone == given.c.phone, leads.c.call_id.is_(None))
        # Not EXISTS: while a list grows, PostgreSQL thinks it short, and would read all of it once for each batch.
        known = same_phone.correlate(given).limit(1).scalar_subquery()
        rows = select(*(given.c[column.name] for column in _GIVEN), *constants).where(known.is_(None))
        adding = insert_or_ignore(self._connection, leads).from_select([c.name for c in _GIVEN] + list(same), rows)
        return set(self._connection.scalars(adding.returning(leads.c.phone)))

    @override
    def get(self, tenant_id: TenantId, lead_id: LeadId) -> LeadRecord:
        asked = _joined().where(leads.c.tenant_id == tenant_id, leads.c.id == lead_id, *_PRESENT)
        row = self._connection.execute(asked).mappings().one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return self._read(row)

    @override
    def page(self, tenant_id: TenantId, part: Slice, *, wanted: LeadFilter) -> Page[LeadRecord]:
        conditions = self._conditions(tenant_id, wanted)
        asked = _joined().where(*conditions, *_PRESENT).order_by(leads.c.id).limit(part.limit).offset(part.offset)
        rows = self._connection.execute(asked).mappings()
        counted = select(func.count()).select_from(_HOMED).where(*conditions, *_PRESENT)
        total = self._connection.scalar(counted)
        return Page([self._read(row) for row in rows], total or 0)

    @override
    def by_number(
        self, tenant_id: TenantId, *, wanted: LeadFilter, of_single_calls: bool, limit: int, after: LeadRecord | None
    ) -> Sequence[LeadRecord]:
        kind = leads.c.call_id.is_not(None) if of_single_calls else leads.c.call_id.is_(None)
        asked = _joined().where(*self._conditions(tenant_id, wanted), *_PRESENT, kind)
        stored = type_coerce(leads.c.phone, String)
        if after is not None:
            last = literal(stored_number(after.phone, self._connection.dialect), String)
            asked = asked.where(tuple_(stored, leads.c.id) > tuple_(last, literal(after.id, leads.c.id.type)))
        rows = self._connection.execute(asked.order_by(stored, leads.c.id).limit(limit)).mappings()
        return [self._read(row) for row in rows]

    def _unknown(self, new: Sequence[NewLead], *, to: ListRecord, scope: DuplicateScope) -> Sequence[NewLead]:
        """Return the leads whose number is not stored in another form: numbers are encrypted, or become so or clear."""
        hiding = select(number_sealings.c.campaign_id).where(number_sealings.c.tenant_id == to.tenant_id)
        if not new or self._connection.scalar(hiding.limit(1)) is None:
            return new
        Sealer(self._connection).require_key()  # without it a number that is stored would seem to be new
        same = leads.c.phone.in_(forms_of(self._connection, [lead.phone for lead in new]))
        stored = _in_scope(to, scope).with_only_columns(leads.c.phone).where(same, leads.c.call_id.is_(None))
        known = set(self._connection.scalars(stored))
        return [lead for lead in new if lead.phone not in known]

    def _sealed(self, lead: NewLead) -> NewLead:
        """Return the lead with its number in the form in which it is stored."""
        if not is_hidden(lead.phone):
            return lead
        return replace(lead, phone=stored_number(lead.phone, self._connection.dialect))

    def _conditions(self, tenant_id: TenantId, wanted: LeadFilter) -> list[ColumnElement[bool]]:
        pairs = ((leads.c.list_id, wanted.list_id), (leads.c.campaign_id, wanted.campaign_id))
        found = [leads.c.tenant_id == tenant_id, *(column == value for column, value in pairs if value is not None)]
        if wanted.phone is not None:
            found.append(leads.c.phone.in_(forms_of(self._connection, [wanted.phone])))
        return found

    def _read(self, row: RowMapping) -> LeadRecord:
        """Return the lead, with the code of an OTP that still waits for its call."""
        found = {name: value for name, value in row.items() if name != "otp"}
        code = code_of(row["additional"]) if row["otp"] else ""
        if code:
            clear = Sealer(self._connection).unseal(code, place=SecretPlace.ONE_TIME_CODE)
            found["additional"] = with_code(row["additional"], clear)
        return LeadRecord(**found)


def _in_scope(home: ListRecord, scope: DuplicateScope) -> Select[*tuple[object, ...]]:
    """Select the leads among which a number may stand only once; leads of deleted campaigns do not count."""
    match scope:
        case DuplicateScope.LIST:
            return select(leads.c.id).where(leads.c.list_id == home.id)
        case DuplicateScope.CAMPAIGN:
            return select(leads.c.id).where(leads.c.campaign_id == home.campaign_id)
        case DuplicateScope.TENANT:
            mine = select(leads.c.id).where(leads.c.tenant_id == home.tenant_id)
            return mine.join(campaigns, campaigns.c.id == leads.c.campaign_id).where(campaigns.c.deleted_at.is_(None))
        case never:
            assert_never(never)


def _joined() -> Select[*tuple[object, ...]]:
    return select(*_READ, leads.c.template_id.is_not(None).label("otp")).select_from(_HOMED)
