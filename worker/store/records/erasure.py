"""Erasing persons in SQL."""

import json
from collections.abc import Callable, Collection, Sequence
from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, Table, Text, bindparam, cast, delete, or_, select, update
from typing_extensions import override

from worker.domain.call import CallState
from worker.domain.callback_event import OF_CARRIERS
from worker.domain.erasure import ERASED, cursor_before, hash_of, pattern_of, without_number, without_person
from worker.domain.hidden_text import hidden_like
from worker.domain.ids import CallId, LeadId, TenantId
from worker.domain.json_value import Json
from worker.domain.secret_place import SecretPlace
from worker.ports.records.erasure import Erasure
from worker.store.base.answer_tables import request_answers
from worker.store.base.callback_tables import deliveries, fan_outs
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.erasure_tables import erased_numbers, erasure_keys
from worker.store.base.hidden_columns import forms_of
from worker.store.base.list_tables import list_refreshes
from worker.store.base.number_tables import ported_numbers
from worker.store.base.sealing import Sealer
from worker.store.base.switch_tables import posted_cdrs
from worker.store.base.tables import backfills, calls, do_not_call, leads, lists
from worker.store.dispatch.erased import STORED_KEY, erased_among, key_of
from worker.store.dispatch.recordings import delete_at_once
from worker.store.dispatch.tallies import count_again

_KINDS: Final = (
    deliveries.c.subscription_id.is_(None),
    deliveries.c.subscription_id.is_not(None) & deliveries.c.event.not_in(tuple(OF_CARRIERS)),
)
"""The conditions of the two indexes on calls; events of carriers have no number."""
_TEXTS: Final = (leads.c.profile, leads.c.additional)
_NOT_OF_CARRIERS: Final = fan_outs.c.event.not_in(tuple(OF_CARRIERS))


class SqlErasure(Erasure):
    """Erased persons in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def among(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        stored_key = self._connection.scalar(select(STORED_KEY), {"tenant": tenant_id})
        return erased_among(self._connection, tenant_id, phones, stored_key=stored_key)

    @override
    def note(self, tenant_id: TenantId, phone: str, *, new_key: str, now: DateTime) -> None:
        sealed = Sealer(self._connection).seal(new_key, place=SecretPlace.ERASURE_KEY)
        first = insert_or_ignore(self._connection, erasure_keys)
        self._connection.execute(first.values(tenant_id=tenant_id, key=sealed))
        hashed = hash_of(phone, key=key_of(self._connection, tenant_id))
        noting = insert_or_ignore(self._connection, erased_numbers)
        self._connection.execute(noting.values(tenant_id=tenant_id, hash=hashed, erased_at=now))
        for table in (do_not_call, ported_numbers):
            self._connection.execute(delete(table).where(table.c.tenant_id == tenant_id, table.c.phone == phone))
        self._clear_answers(tenant_id, phone)
        self._move_cursors(tenant_id, phone)

    @override
    def leads_of(self, tenant_id: TenantId, phone: str) -> list[LeadId]:
        forms = forms_of(self._connection, [phone])
        asked = select(leads.c.id).where(leads.c.tenant_id == tenant_id, leads.c.phone.in_(forms))
        return [LeadId(lead_id) for lead_id in self._connection.scalars(asked)]

    @override
    def calls_of(self, lead_ids: Collection[LeadId]) -> list[CallId]:
        asked = select(calls.c.id).where(calls.c.lead_id.in_(list(lead_ids)))
        return [CallId(call_id) for call_id in self._connection.scalars(asked)]

    @override
    def calls_after(
        self, tenant_id: TenantId, phone: str, *, after: UUID | None, limit: int
    ) -> tuple[list[CallId], UUID | None]:
        asked = (
            select(calls.c.id, calls.c.phone).where(calls.c.tenant_id == tenant_id).order_by(calls.c.id).limit(limit)
        )
        rows = self._connection.execute(asked if after is None else asked.where(calls.c.id > after)).all()
        return [CallId(row.id) for row in rows if row.phone == phone], rows[-1].id if len(rows) == limit else None

    @override
    def mentions_after(
        self, tenant_id: TenantId, phone: str, *, after: UUID | None, limit: int
    ) -> tuple[list[LeadId], UUID | None]:
        these = select(leads.c.id).where(leads.c.tenant_id == tenant_id).order_by(leads.c.id).limit(limit)
        window = (these if after is None else these.where(leads.c.id > after)).subquery()
        pattern = pattern_of(phone)
        mentions = or_(leads.c.ref_id.like(pattern), *(cast(column, Text).like(pattern) for column in _TEXTS))
        asked = select(window.c.id, mentions.label("mentions")).join(leads, leads.c.id == window.c.id)
        rows = self._connection.execute(asked.order_by(window.c.id)).all()
        return [LeadId(row.id) for row in rows if row.mentions], rows[-1].id if len(rows) == limit else None

    @override
    def clear_mentions(self, lead_ids: Sequence[LeadId], *, phone: str, now: DateTime) -> int:
        these = leads.c.id.in_(list(lead_ids))
        asked = select(leads.c.id, *_TEXTS, leads.c.ref_id).where(these).order_by(leads.c.id)
        changed: list[LeadId] = []
        for row in self._connection.execute(asked.with_for_update(key_share=True)).mappings().all():
            texts = {name: value for name, value in row.items() if name != "id"}
            clean = {name: without_number(value, phone=phone) for name, value in texts.items()}
            if clean != texts:
                self._connection.execute(update(leads).where(leads.c.id == row["id"]).values(updated_at=now, **clean))
                changed.append(LeadId(row["id"]))
        of_calls = self.calls_of(changed)
        self._clear_references(of_calls, phone=phone)
        for table, *kind in ((fan_outs, _NOT_OF_CARRIERS), (deliveries, _KINDS[0]), (deliveries, _KINDS[1])):
            self._clear_bodies(table, table.c.call_id.in_(of_calls), *kind, phone=phone, clear=without_number)
        return len(changed)

    @override
    def clear_leads(self, lead_ids: Collection[LeadId]) -> None:
        gone = update(leads).where(leads.c.id.in_(list(lead_ids)), leads.c.removed_at.is_not(None))
        self._connection.execute(gone.values(profile={}, additional={}, ref_id=""))

    @override
    def clear_calls(self, call_ids: Sequence[CallId]) -> int:
        asked = select(calls.c.id, calls.c.lead_id).where(calls.c.id.in_(list(call_ids))).order_by(calls.c.id)
        locked = self._connection.execute(asked.with_for_update(key_share=True)).all()
        these = calls.c.id.in_([row.id for row in locked])
        found = update(calls).where(these, calls.c.phone != ERASED, calls.c.state != CallState.QUEUED)
        cleared = found.values(phone=ERASED, ref_id="", pressed=None, last_key=None, recording=None)
        changed = self._connection.execute(cleared).rowcount
        count_again(self._connection, [row.id for row in locked])  # the reports forget the pressed keys, nothing else
        delete_at_once(self._connection, [row.id for row in locked])
        self.clear_leads({LeadId(row.lead_id) for row in locked})
        return changed

    @override
    def clear_callbacks(self, call_ids: Sequence[CallId], *, phone: str) -> int:
        of_calls = list(call_ids)
        theirs = deliveries.c.call_id.in_(of_calls)
        # Fan-outs first: an expansion under way is waited for.
        self._clear_bodies(fan_outs, fan_outs.c.call_id.in_(of_calls), _NOT_OF_CARRIERS, phone=phone)
        return sum(self._clear_bodies(deliveries, theirs, kind, phone=phone) for kind in _KINDS)

    @override
    def clear_posted(self, call_ids: Sequence[CallId], *, phone: str) -> None:
        asked = select(posted_cdrs.c.id, posted_cdrs.c.facts).where(posted_cdrs.c.call_id.in_(list(call_ids)))
        for row in self._connection.execute(asked.order_by(posted_cdrs.c.id).with_for_update()).all():
            clean = without_number(row.facts, phone=phone)
            self._connection.execute(update(posted_cdrs).where(posted_cdrs.c.id == row.id).values(facts=clean))

    def _clear_references(self, call_ids: Sequence[CallId], *, phone: str) -> None:
        asked = select(calls.c.id, calls.c.ref_id).where(
            calls.c.id.in_(call_ids), calls.c.ref_id.like(pattern_of(phone))
        )
        rows = self._connection.execute(asked.order_by(calls.c.id).with_for_update(key_share=True)).all()
        for row in rows:
            clean = without_number(row.ref_id, phone=phone)
            self._connection.execute(update(calls).where(calls.c.id == row.id).values(ref_id=clean))

    def _clear_bodies(
        self, table: Table, *these: ColumnElement[bool], phone: str, clear: Callable[..., Json] = without_person
    ) -> int:
        asked = select(table.c.id, table.c.body).where(*these).order_by(table.c.id).with_for_update(key_share=True)
        rows = self._connection.execute(asked).all()
        cleared = [
            {"row": row.id, "clean": hidden_like(json.dumps(clear(json.loads(row.body), phone=phone)), row.body)}
            for row in rows
        ]
        if cleared:
            writing = update(table).where(table.c.id == bindparam("row"))
            self._connection.execute(writing.values(body=bindparam("clean")), cleared)
        return len(cleared)

    def _clear_answers(self, tenant_id: TenantId, phone: str) -> None:
        """Replace the number in answers that are kept for requests which a client may send again."""
        theirs = (request_answers.c.tenant_id == tenant_id, request_answers.c.body.contains(phone.removeprefix("0")))
        asked = select(request_answers.c.key, request_answers.c.body).where(*theirs).order_by(request_answers.c.key)
        for row in self._connection.execute(asked.with_for_update()).all():
            this = update(request_answers).where(
                request_answers.c.tenant_id == tenant_id, request_answers.c.key == row.key
            )
            clean = json.dumps(without_number(json.loads(row.body), phone=phone))
            self._connection.execute(this.values(body=clean))

    def _move_cursors(self, tenant_id: TenantId, phone: str) -> None:
        theirs = select(lists.c.id).where(lists.c.tenant_id == tenant_id)
        for cursors, of_tenant in (
            (list_refreshes, list_refreshes.c.list_id.in_(theirs)),
            (backfills, backfills.c.tenant_id == tenant_id),
        ):
            moving = update(cursors).where(of_tenant, cursors.c.after_phone.in_(forms_of(self._connection, [phone])))
            self._connection.execute(moving.values(after_phone=cursor_before(phone)))
