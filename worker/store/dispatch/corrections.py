"""Assumed ends in SQL, and the reports that replace them."""

from collections.abc import Collection, Sequence
from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, Integer, bindparam, or_, select, union, update
from typing_extensions import override

from worker.domain.call import CallState
from worker.domain.ids import CallId, LeadId
from worker.domain.lead import Ending, Stage
from worker.ports.dispatch.store import Call, Corrections, Ended
from worker.store.base.dialect import among
from worker.store.base.tables import QUEUED_ROWS, calls, campaigns, carriers, leads
from worker.store.dispatch.calls import FINISH_CALL, READ, end_values, lead_values, to_call

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
_CORRECT_LEAD: Final = (
    update(leads)
    .where(
        leads.c.id == bindparam("lead"),
        leads.c.called_count + leads.c.uncounted == bindparam("calls_made", type_=Integer),
        leads.c.stage != Stage.CALLING,
        or_(
            leads.c.refreshed_at.is_(None), leads.c.refreshed_at < bindparam("planned", type_=leads.c.refreshed_at.type)
        ),
        # `in_` would do, but SQLAlchemy cannot run it for several rows at once.
        or_(leads.c.ending.is_(None), *(leads.c.ending == ending for ending in _BY_CALLS)),
    )
    .values(
        called_count=bindparam("calls_made", type_=Integer) - bindparam("new_uncounted", type_=Integer),
        uncounted=bindparam("new_uncounted", type_=Integer),
        **{
            name: bindparam(f"new_{name}", type_=leads.c[name].type)
            for name in ("stage", "due_at", "ending", "last_call_at", "last_outcome", "updated_at")
        },
    )
)
"""The lead waits, or is done, by what was assumed of this attempt; it was neither called again nor refreshed."""


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
        self._connection.execute(FINISH_CALL, [end_values(one, now=now) for one in corrected])
        self._connection.execute(_CORRECT_LEAD, [_lead_values(one, now=now) for one in corrected])


def _lead_values(ended: Ended, *, now: DateTime) -> dict[str, object]:
    values = {name: value for name, value in lead_values(ended, now=now).items() if name != "used"}
    uncounted = ended.call.uncounted + 1 - int(ended.counted)
    numbers = {"calls_made": ended.call.calls_made, "new_uncounted": uncounted}
    return {**values, **numbers, "planned": ended.call.queued_at}
