"""How a call that has ended is written: its row, and its lead's next step."""

from typing import Final

from pendulum import DateTime
from sqlalchemy import Integer, bindparam, case, func, literal, or_, update

from worker.domain.call import CallState
from worker.domain.lead import Stage
from worker.ports.dispatch.call_rows import Ended
from worker.store.base.tables import calls, leads

FINISH_CALL: Final = (
    update(calls)
    .where(calls.c.id == bindparam("call"))
    .values(
        state=CallState.ENDED,
        missing_since=None,
        **{
            name: bindparam(f"new_{name}", type_=calls.c[name].type)
            for name in (
                "outcome",
                "cause",
                "started_at",
                "ringing_at",
                "answered_at",
                "ended_at",
                "counted",
                "switch_duration",
                "switch_billsec",
                "sip_call_id",
                "hangup_disposition",
                "pressed",
                "last_key",
                "recording",
                "assumed_at",
            )
        },
    )
)

FINISH_AND_COUNT: Final = FINISH_CALL.values(tally=bindparam("new_tally"))

FINISH_LEAD: Final = (
    update(leads)
    .where(leads.c.id == bindparam("lead"))
    .values(
        called_count=leads.c.called_count + bindparam("used", type_=Integer),
        uncounted=leads.c.uncounted + 1 - bindparam("used", type_=Integer),
        ending=func.coalesce(leads.c.ending, bindparam("new_ending", type_=leads.c.ending.type)),
        **{
            name: bindparam(f"new_{name}", type_=leads.c[name].type)
            for name in ("due_at", "last_call_at", "last_outcome", "updated_at")
        },
        stage=case(
            (
                or_(leads.c.removed_at.is_not(None), leads.c.ending.is_not(None)),
                literal(Stage.DONE, leads.c.stage.type),
            ),
            else_=bindparam("new_stage", type_=leads.c.stage.type),
        ),
    )
)
"""A lead that has its ending already, by a correction, is done whatever came of this call."""


def end_values(ended: Ended, *, now: DateTime) -> dict[str, object]:
    """Return the values for ``FINISH_CALL``."""
    event = ended.event
    return {
        "call": ended.call.id,
        "new_outcome": ended.outcome,
        "new_cause": event.cause,
        "new_started_at": event.started_at,
        "new_ringing_at": event.ringing_at or ended.call.ringing_at,
        "new_answered_at": event.answered_at,
        "new_ended_at": event.ended_at,
        "new_counted": ended.counted,
        "new_switch_duration": event.duration,
        "new_switch_billsec": event.billsec,
        "new_sip_call_id": event.sip_call_id,
        "new_hangup_disposition": event.hangup_disposition,
        "new_pressed": ended.call.pressed,
        "new_last_key": ended.call.pressed[-1].digit if ended.call.pressed else None,
        "new_recording": ended.recording or None,
        "new_assumed_at": now if event.is_assumed else None,
    }


def lead_values(ended: Ended, *, now: DateTime) -> dict[str, object]:
    """Return the lead's next step as values for its row."""
    return {
        "lead": ended.call.lead_id,
        "used": int(ended.counted),
        "new_stage": ended.lead_stage,
        "new_due_at": ended.lead_due_at or ended.event.ended_at,
        "new_ending": ended.lead_ending,
        "new_last_call_at": ended.event.started_at,
        "new_last_outcome": ended.outcome,
        "new_updated_at": now,
    }
