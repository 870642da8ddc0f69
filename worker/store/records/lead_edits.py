"""Leads that are corrected or removed, in SQL."""

from collections.abc import Collection
from typing import Final

from pendulum import DateTime
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    literal,
    select,
    update,
)
from typing_extensions import override

from worker.domain.call import ON_SWITCH, CallState
from worker.domain.ids import CampaignId, LeadId, ListId
from worker.domain.lead import Stage
from worker.domain.one_time_code import code_of, with_code
from worker.domain.reason import Reason
from worker.ports.records.lead_edits import EditedLead, LeadEdits
from worker.store.base.dialect import conflicts_named
from worker.store.base.hidden_columns import forms_of
from worker.store.base.secret_tables import one_time_codes
from worker.store.base.tables import LIVE_ROWS, QUEUED_ROWS, calls, leads, lists

KNOWN: Final = "phone_number is duplicate"
NUMBERS: Final = "a"
"""Behind every phone number, and before what stands in place of a removed lead's number, in every collation."""
_WAITING: Final = (Stage.OTP, Stage.SINGLE, Stage.NEW, Stage.RECALL)
_REMOVED: Final = literal("removed ").concat(cast(leads.c.id, String))


class SqlLeadEdits(LeadEdits):
    """Edits of leads in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def cancel_queued(self, lead_ids: Collection[LeadId], *, now: DateTime) -> None:
        queued = select(calls.c.id, calls.c.lead_id, calls.c.stage_before).where(
            calls.c.lead_id.in_(list(lead_ids)), QUEUED_ROWS
        )
        locked = self._connection.execute(queued.order_by(calls.c.id).with_for_update(key_share=True)).all()
        if not locked:
            return
        theirs = update(calls).where(calls.c.id.in_([row.id for row in locked]))
        self._connection.execute(theirs.values(state=CallState.CANCELLED, ended_at=now, reason=Reason.DELETED))
        back = update(leads).where(leads.c.id == bindparam("lead"), leads.c.stage == Stage.CALLING)
        rows = [{"lead": row.lead_id, "back_to": row.stage_before} for row in locked]
        self._connection.execute(back.values(stage=bindparam("back_to", type_=leads.c.stage.type)), rows)

    @override
    def is_on_a_switch(self, lead_id: LeadId) -> bool:
        up = exists().where(calls.c.lead_id == lead_id, LIVE_ROWS, calls.c.state.in_(ON_SWITCH))
        return bool(self._connection.scalar(select(up)))

    @override
    def is_known(self, campaign_id: CampaignId, phone: str) -> bool:
        forms = forms_of(self._connection, [phone])
        same = and_(leads.c.campaign_id == campaign_id, leads.c.phone.in_(forms), leads.c.call_id.is_(None))
        return bool(self._connection.scalar(select(exists().where(same))))

    @override
    def save(self, lead_id: LeadId, edited: EditedLead, *, now: DateTime) -> None:
        stored = self._connection.execute(
            select(leads.c.template_id, leads.c.additional).where(leads.c.id == lead_id)
        ).one()
        code = "" if stored.template_id is None else code_of(stored.additional)
        row = {
            "phone": edited.phone,
            "network": edited.network,
            "profile": dict(edited.profile),
            "additional": with_code(edited.additional, code) if code else dict(edited.additional),  # it stays sealed
            "updated_at": now,
        }
        if edited.due_at is not None:
            row["due_at"] = edited.due_at
        with conflicts_named(phone=KNOWN):
            self._connection.execute(update(leads).where(leads.c.id == lead_id).values(row))

    @override
    def remove(self, lead_ids: Collection[LeadId], *, now: DateTime) -> int:
        if not lead_ids:
            return 0
        these = select(leads.c.id).where(leads.c.id.in_(list(lead_ids)), leads.c.removed_at.is_(None))
        locked = set(self._connection.scalars(these.order_by(leads.c.id).with_for_update(skip_locked=True)))
        called = set(
            self._connection.scalars(select(calls.c.lead_id).where(calls.c.lead_id.in_(list(locked))).distinct())
        )
        never = list(locked - called)
        self._connection.execute(delete(one_time_codes).where(one_time_codes.c.lead_id.in_(never)))
        self._connection.execute(delete(leads).where(leads.c.id.in_(never)))
        hidden = update(leads).where(leads.c.id.in_(list(called)))
        stage = case((leads.c.stage.in_(_WAITING), literal(Stage.DONE, leads.c.stage.type)), else_=leads.c.stage)
        self._connection.execute(
            hidden.values(phone=_REMOVED, profile={}, parked=True, stage=stage, removed_at=now, updated_at=now)
        )
        return len(locked)

    @override
    def left_in(self, list_id: ListId, *, limit: int) -> list[LeadId]:
        imported = (leads.c.list_id == list_id, leads.c.call_id.is_(None))
        found = self._connection.scalars(_left(*imported, limit=limit)).all()
        if not found:  # single calls are found by their campaign, which takes longer
            home = select(lists.c.campaign_id).where(lists.c.id == list_id).scalar_subquery()
            single = (leads.c.campaign_id == home, leads.c.list_id == list_id, leads.c.call_id.is_not(None))
            found = self._connection.scalars(_left(*single, limit=limit)).all()
        return [LeadId(lead_id) for lead_id in found]


def _left(*these: ColumnElement[bool], limit: int) -> Select[LeadId]:
    return select(leads.c.id).where(*these, leads.c.phone < NUMBERS).order_by(leads.c.phone).limit(limit)
