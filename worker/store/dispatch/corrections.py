"""Assumed ends in SQL, and the reports that replace them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from pendulum import DateTime
from sqlalchemy import Boolean, ColumnElement, Connection, Integer, bindparam, case, or_, select, union, update
from typing_extensions import override

from worker.domain.call import CallState
from worker.domain.ids import CallId, LeadId
from worker.domain.lead import Ending, Stage
from worker.ports.dispatch.call_rows import Call, Ended, UsedUpLead
from worker.ports.dispatch.store import Corrections
from worker.store.base.dialect import among
from worker.store.base.tables import LIVE_ROWS, QUEUED_ROWS, calls, campaigns, carriers, leads
from worker.store.dispatch.call_ends import FINISH_CALL, end_values, lead_values
from worker.store.dispatch.calls import READ, to_call
from worker.store.dispatch.recordings import keep_recordings
from worker.store.dispatch.tallies import count_again

_ASSUMED: Final = (
    select(*READ)
    .where(among(calls.c.id, "calls"), calls.c.state == CallState.ENDED, calls.c.assumed_at.is_not(None))
    .order_by(calls.c.id)
    .with_for_update(key_share=True)
)
_OF_ASSUMED: Final = (among(calls.c.id, "calls"), calls.c.assumed_at.is_not(None))
_LOCK_CARRIERS: Final = (
    select(carriers.c.id)
    .where(
        carriers.c.id.in_(
            union(
                select(calls.c.carrier_id).where(*_OF_ASSUMED),
                select(campaigns.c.carrier_id)
                .join(calls, calls.c.campaign_id == campaigns.c.id)
                .where(*_OF_ASSUMED, campaigns.c.carrier_id.is_not(None)),
            )
        )
    )
    .order_by(carriers.c.id)
    .with_for_update(key_share=True)
)
"""A campaign may have got another carrier since, over which its leads are dialled."""
_NEXT: Final = (
    select(*READ)
    .where(among(calls.c.lead_id, "leads"), QUEUED_ROWS)
    .order_by(calls.c.id)
    .with_for_update(key_share=True)
)
_REFRESHED: Final = select(leads.c.id, leads.c.refreshed_at).where(
    among(leads.c.id, "leads"), leads.c.refreshed_at.is_not(None)
)
_BY_CALLS: Final = (Ending.ANSWERED, Ending.NOT_RECALLED, Ending.ATTEMPTS_USED, Ending.EXPIRED)
"""Endings that a call's outcome brings about; the others are somebody's wish, whatever the outcome."""
_NOT_REFRESHED: Final = or_(
    leads.c.refreshed_at.is_(None), leads.c.refreshed_at < bindparam("planned", type_=leads.c.refreshed_at.type)
)
"""False for a lead whose attempts began anew after the call was planned."""
_CORRECT_LEAD: Final = (
    update(leads)
    .where(
        leads.c.id == bindparam("lead"),
        leads.c.called_count + leads.c.uncounted == bindparam("calls_made", type_=Integer),
        leads.c.stage != Stage.CALLING,
        _NOT_REFRESHED,
        # `in_` would do, but SQLAlchemy cannot run it for several rows at once.
        or_(leads.c.ending.is_(None), *(leads.c.ending == ending for ending in _BY_CALLS)),
    )
    .values(
        **{
            name: bindparam(f"new_{name}", type_=leads.c[name].type)
            for name in ("stage", "due_at", "ending", "last_call_at", "last_outcome", "updated_at")
        },
    )
)
"""The lead waits, or is done, by what was assumed of this attempt; it was neither called again nor refreshed."""


def _corrected_counts_otherwise() -> ColumnElement[bool]:
    corrected = calls.alias()
    asked = corrected.c.id == bindparam("call"), corrected.c.counted != bindparam("counts", type_=Boolean)
    return select(corrected.c.id).where(*asked).exists()


_GIVEN: Final = bindparam("given", type_=Integer)
"""1 when the end uses an attempt after all, -1 when it gives one back."""
_RECOUNT_LEAD: Final = (
    update(leads)
    .where(leads.c.id == bindparam("lead"), _NOT_REFRESHED, _corrected_counts_otherwise())
    .values(called_count=leads.c.called_count + _GIVEN, uncounted=leads.c.uncounted - _GIVEN)
)
_RECOUNT_LATER_CALLS: Final = (
    update(calls)
    .where(
        calls.c.lead_id == bindparam("lead"),
        calls.c.id != bindparam("call"),
        LIVE_ROWS,
        select(leads.c.id).where(leads.c.id == bindparam("lead"), _NOT_REFRESHED).exists(),
        _corrected_counts_otherwise(),
    )
    .values(attempt=calls.c.attempt + _GIVEN, uncounted=calls.c.uncounted - _GIVEN)
)
_CALL_NO_MORE: Final = (
    update(leads)
    .where(
        leads.c.id == bindparam("lead"),
        _NOT_REFRESHED,
        or_(leads.c.ending.is_(None), *(leads.c.ending == ending for ending in _BY_CALLS)),
    )
    .values(
        stage=case((leads.c.stage == Stage.CALLING, leads.c.stage), else_=Stage.DONE),
        ending=Ending.ANSWERED,
    )
)
"""The ending of a lead that is being called holds whatever comes of that call."""
_USED_UP: Final = (
    select(leads.c.id, leads.c.called_count, leads.c.due_at)
    .where(among(leads.c.id, "leads"), leads.c.stage == Stage.DONE, leads.c.ending == Ending.ATTEMPTS_USED)
    .order_by(leads.c.id)
    .with_for_update(key_share=True)
)
_CALL_AGAIN: Final = (
    update(leads)
    .where(leads.c.id == bindparam("lead"))
    .values(
        ending=None,
        **{name: bindparam(f"new_{name}", type_=leads.c[name].type) for name in ("stage", "due_at", "updated_at")},
    )
)
_ANSWERED_BEFORE: Final = select(leads.c.id).where(
    among(leads.c.id, "leads"), leads.c.stage == Stage.CALLING, leads.c.ending == Ending.ANSWERED
)


class SqlCorrections(Corrections):
    """Assumed ends."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def lock_carriers(self, call_ids: Collection[CallId]) -> None:
        if call_ids:
            self._connection.execute(_LOCK_CARRIERS, {"calls": list(call_ids)})

    @override
    def lock_assumed(self, call_ids: Collection[CallId]) -> list[Call]:
        return [to_call(row) for row in self._connection.execute(_ASSUMED, {"calls": list(call_ids)})]

    @override
    def lock_next_calls(self, lead_ids: Collection[LeadId]) -> list[Call]:
        return [to_call(row) for row in self._connection.execute(_NEXT, {"leads": list(lead_ids)})]

    @override
    def refreshed(self, lead_ids: Collection[LeadId]) -> dict[LeadId, DateTime]:
        found = self._connection.execute(_REFRESHED, {"leads": list(lead_ids)})
        return {LeadId(row.id): row.refreshed_at for row in found}

    @override
    def write(self, corrected: Sequence[Ended], *, now: DateTime) -> None:
        if not corrected:
            return
        recounted = [_count_values(one) for one in corrected]
        self._connection.execute(_RECOUNT_LATER_CALLS, recounted)
        self._connection.execute(_RECOUNT_LEAD, recounted)
        self._connection.execute(FINISH_CALL, [end_values(one, now=now) for one in corrected])
        count_again(self._connection, [one.call.id for one in corrected])
        keep_recordings(self._connection, corrected, now=now)
        self._connection.execute(_CORRECT_LEAD, [_lead_values(one, now=now) for one in corrected])
        answered = [one.call for one in corrected if one.lead_ending is Ending.ANSWERED]
        if answered:
            found = [{"lead": call.lead_id, "planned": call.queued_at} for call in answered]
            self._connection.execute(_CALL_NO_MORE, found)

    @override
    def lock_used_up(self, lead_ids: Collection[LeadId]) -> list[UsedUpLead]:
        found = self._connection.execute(_USED_UP, {"leads": list(lead_ids)})
        return [UsedUpLead(LeadId(row.id), row.called_count, row.due_at) for row in found]

    @override
    def call_again(self, leads: Mapping[LeadId, tuple[Stage, DateTime]], *, now: DateTime) -> None:
        rows = [
            {"lead": lead, "new_stage": stage, "new_due_at": due_at, "new_updated_at": now}
            for lead, (stage, due_at) in sorted(leads.items())
        ]
        if rows:
            self._connection.execute(_CALL_AGAIN, rows)

    @override
    def answered(self, lead_ids: Collection[LeadId]) -> set[LeadId]:
        return set(self._connection.scalars(_ANSWERED_BEFORE, {"leads": list(lead_ids)}))


def _count_values(ended: Ended) -> dict[str, object]:
    call, given = ended.call, 1 if ended.counted else -1
    return {
        "lead": call.lead_id,
        "call": call.id,
        "planned": call.queued_at,
        "counts": ended.counted,
        "given": given,
    }


def _lead_values(ended: Ended, *, now: DateTime) -> dict[str, object]:
    values = {name: value for name, value in lead_values(ended, now=now).items() if name != "used"}
    return {**values, "calls_made": ended.call.calls_made, "planned": ended.call.queued_at}
