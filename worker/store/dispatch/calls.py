"""Call rows: slots while live, CDRs once ended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pendulum import DateTime, Duration
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update
from typing_extensions import override

from worker.domain.call import LIVE, ON_SWITCH, CallState
from worker.domain.ids import CallId, CampaignId, CarrierId, TenantId
from worker.domain.keys import KeyPress
from worker.domain.lead import Stage
from worker.domain.reason import Reason
from worker.domain.tally import as_text
from worker.domain.timing import CLOCK_SET_BACK, MESSAGE_RESENT, TRUNK_LONGEST_PAUSE
from worker.ports.dispatch.call_rows import Call, Dial, Ended, Move
from worker.ports.dispatch.counts import UpByOwner
from worker.ports.dispatch.store import NOT_AHEAD, Calls
from worker.store.base.dialect import among
from worker.store.base.tables import LIVE_ROWS, QUEUED_ROWS, calls
from worker.store.dispatch.call_ends import FINISH_AND_COUNT, FINISH_LEAD, end_values, lead_values
from worker.store.dispatch.gateway_access import count_on_gateways
from worker.store.dispatch.live import read_up
from worker.store.dispatch.recordings import keep_recordings
from worker.store.dispatch.tallies import count_ends, tally_of_end

_FIELDS: Final = tuple(Call.__dataclass_fields__)
READ: Final = [calls.c[name] for name in _FIELDS]
_UNFINISHED: Final = {"cause": "", "sip_call_id": "", "hangup_disposition": ""}


_THESE: Final = among(calls.c.id, "calls")
_LOCK: Final = (
    select(*READ).where(_THESE, among(calls.c.state, "states")).order_by(calls.c.id).with_for_update(key_share=True)
)


class SqlCalls(Calls):
    """Calls in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def insert(self, new: Sequence[Call]) -> None:
        if new:
            rows = [{**{name: getattr(call, name) for name in _FIELDS}, **_UNFINISHED} for call in new]
            self._connection.execute(_INSERT, rows)

    @override
    def forget_cancelled(self, call_ids: Collection[CallId]) -> None:
        if call_ids:
            these = calls.c.id.in_(list(call_ids))
            self._connection.execute(delete(calls).where(these, calls.c.state == CallState.CANCELLED))

    @override
    def lock(self, call_ids: Collection[CallId], *, states: Collection[CallState]) -> list[Call]:
        asked = {"calls": list(call_ids), "states": list(states)}
        return [to_call(row) for row in self._connection.execute(_LOCK, asked)]

    @override
    def up(
        self,
        *,
        campaigns: Collection[CampaignId] = (),
        carriers: Collection[CarrierId] = (),
        tenants: Collection[TenantId] = (),
        gateways: Collection[str] = (),
    ) -> UpByOwner:
        up = read_up(self._connection, campaigns=campaigns, carriers=carriers, tenants=tenants)
        on_gateways = count_on_gateways(self._connection, gateways, states=ON_SWITCH) if gateways else {}
        return replace(up, gateways=on_gateways)

    @override
    def move_to_dialing(self, dials: Sequence[Dial], *, now: DateTime) -> None:
        rows = [
            {
                "call": d.call_id,
                "now": now,
                "on_switch": d.switch,
                "shown": d.caller_id,
                "judged_by": d.revision,
                "over": d.over_by,
                "counts_on": d.spend_day,
            }
            for d in dials
        ]
        if rows:
            self._connection.execute(_DIAL, rows)

    @override
    def cancel(self, reasons: Mapping[CallId, Reason], *, now: DateTime) -> None:
        cancelling = (
            update(calls)
            .where(calls.c.id == bindparam("call"), calls.c.state == CallState.QUEUED)
            .values(state=CallState.CANCELLED, ended_at=now, reason=bindparam("because"))
        )
        if reasons:
            self._connection.execute(cancelling, [{"call": c, "because": why} for c, why in reasons.items()])

    @override
    def move(self, moves: Mapping[CallId, Move]) -> None:
        for state, moving in _MOVES.items():
            rows = [{"call": call_id, "moment": one.at} for call_id, one in moves.items() if one.to is state]
            if rows:
                self._connection.execute(moving, rows)

    @override
    def note_keys(self, keys: Mapping[CallId, Sequence[KeyPress]]) -> None:
        if keys:
            rows = [{"call": call_id, "new_pressed": tuple(pressed)} for call_id, pressed in keys.items()]
            self._connection.execute(_NOTE_KEYS, rows)

    @override
    def put_back(self, call_ids: Collection[CallId], *, resend_at: DateTime, refused: bool) -> None:
        moving = update(calls).where(calls.c.id.in_(list(call_ids)), calls.c.state == CallState.DIALING)
        self._connection.execute(
            moving.values(
                state=CallState.QUEUED,
                dialing_at=None,
                switch="",
                missing_since=None,
                over_by=None,
                seen_up_at=None,
                gateway=None,
                resend_at=resend_at,
                refusals=calls.c.refusals + int(refused),
            )
        )

    @override
    def finish(self, ended: Sequence[Ended], *, now: DateTime) -> None:
        if not ended:
            return
        counted = [(one, tally_of_end(one)) for one in ended]
        rows = [end_values(one, now=now) | {"new_tally": as_text(tally)} for one, tally in counted]
        self._connection.execute(FINISH_AND_COUNT, rows)
        count_ends(self._connection, counted)
        self._connection.execute(FINISH_LEAD, [lead_values(one, now=now) for one in ended])
        keep_recordings(self._connection, ended, now=now)

    @override
    def postpone(self, call_ids: Collection[CallId], *, until: DateTime) -> None:
        waiting = update(calls).where(calls.c.id.in_(list(call_ids)), calls.c.state == CallState.QUEUED)
        self._connection.execute(waiting.values(resend_at=until))

    @override
    def unsent(
        self, *, now: DateTime, limit: int, carrier_id: CarrierId | None = None, ahead: Duration = NOT_AHEAD
    ) -> list[CallId]:
        set_back = now + TRUNK_LONGEST_PAUSE + CLOCK_SET_BACK  # no call is postponed for longer than the pause
        asked = (
            select(calls.c.id)
            .where(QUEUED_ROWS, or_(calls.c.resend_at <= now + ahead, calls.c.resend_at > set_back))
            .order_by(calls.c.stage_before != Stage.OTP, calls.c.resend_at, calls.c.id)
            .limit(limit)
            .with_for_update(key_share=True, skip_locked=True)
        )
        if carrier_id is not None:
            asked = asked.where(calls.c.carrier_id == carrier_id)
        ids = [CallId(call) for call in self._connection.scalars(asked)]
        if ids:
            pushed = update(calls).where(calls.c.id.in_(ids))
            self._connection.execute(pushed.values(resend_at=now + MESSAGE_RESENT))
        return ids

    @override
    def on_switch_since(self, moment: DateTime, *, limit: int) -> list[Call]:
        asked = (
            select(*READ)
            .where(LIVE_ROWS, calls.c.state.in_(ON_SWITCH), calls.c.dialing_at <= moment)
            .order_by(calls.c.dialing_at)
            .limit(limit)
        )
        return [to_call(row) for row in self._connection.execute(asked)]

    @override
    def count_on_switch(self, switch: str | None = None) -> int:
        counting = select(func.count()).select_from(calls).where(LIVE_ROWS, calls.c.state.in_(ON_SWITCH))
        if switch is not None:
            counting = counting.where(calls.c.switch == switch)
        return self._connection.execute(counting).scalar_one()

    @override
    def on_switch(self, switch: str) -> list[Call]:
        theirs = select(*READ).where(LIVE_ROWS, calls.c.state.in_(ON_SWITCH), calls.c.switch == switch)
        return [to_call(row) for row in self._connection.execute(theirs.order_by(calls.c.dialing_at, calls.c.id))]

    @override
    def set_missing(
        self, call_ids: Collection[CallId], *, since: DateTime | None, seen_up_at: DateTime | None = None
    ) -> None:
        if not call_ids:
            return
        noting = update(calls).where(calls.c.id.in_(list(call_ids)), calls.c.state.in_(LIVE))
        if since is not None:  # the caller may have stood still since it asked; a later dial was not asked about
            noting = noting.where(calls.c.dialing_at <= since)
        self._connection.execute(noting.values(missing_since=since, seen_up_at=seen_up_at))


def to_call(row: Row[Any]) -> Call:  # Any: a row of the read columns
    """Return a row of the columns ``READ`` as a call."""
    return Call(**row._asdict())


_INSERT: Final = insert(calls)
_DIAL: Final = (
    update(calls)
    .where(calls.c.id == bindparam("call"), calls.c.state == CallState.QUEUED)
    .values(
        state=CallState.DIALING,
        dialing_at=bindparam("now", type_=calls.c.dialing_at.type),
        switch=bindparam("on_switch"),
        caller_id=bindparam("shown"),
        revision=bindparam("judged_by"),
        over_by=bindparam("over", type_=calls.c.over_by.type),
        spend_day=bindparam("counts_on", type_=calls.c.spend_day.type),
    )
)
_MOVES: Final = {
    state: update(calls)
    .where(calls.c.id == bindparam("call"))
    .values({"state": state, moment: bindparam("moment", type_=calls.c[moment].type)})
    for state, moment in ((CallState.RINGING, "ringing_at"), (CallState.ANSWERED, "answered_at"))
}

_NOTE_KEYS: Final = (
    update(calls)
    .where(calls.c.id == bindparam("call"))
    .values(pressed=bindparam("new_pressed", type_=calls.c.pressed.type))
)
