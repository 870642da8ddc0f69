"""What tests of a call's life look at, and the events that they tell."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import Row, select, update

from tests.builders import CAMPAIGN, NOON, stored_settings
from tests.unit.usecases.conftest import World
from worker.domain.call import CallState, HungUp, Outcome
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.store.base.tables import calls, campaigns, carriers, leads
from worker.store.dispatch.campaign_rows import to_row

CAUSE_OF: Final = {
    Outcome.ANSWERED: "NORMAL_CLEARING",
    Outcome.BUSY: "USER_BUSY",
    Outcome.NO_ANSWERED: "NO_ANSWER",
    Outcome.NOT_AVAILABLE: "SUBSCRIBER_ABSENT",
    Outcome.INVALID_NUMBER: "UNALLOCATED_NUMBER",
    Outcome.FAILED: "INCOMPATIBLE_DESTINATION",
}


def call_row(world: World, call_id: CallId) -> Row[Any]:
    with world.store.reading() as tx:
        return tx.connection.execute(select(calls).where(calls.c.id == call_id)).one()


def lead_rows(world: World) -> list[Row[Any]]:
    with world.store.reading() as tx:
        return list(tx.connection.execute(select(leads).order_by(leads.c.phone)))


def states(world: World) -> Mapping[CallState, int]:
    with world.store.reading() as tx:
        return Counter(tx.connection.scalars(select(calls.c.state)))


def put(world: World, **changed: Any) -> None:
    row = to_row(stored_settings(revision=2, **changed))
    with world.store.transaction() as tx:
        tx.connection.execute(update(campaigns).where(campaigns.c.id == CAMPAIGN).values(**row))


def an_end(call_id: CallId, outcome: Outcome = Outcome.BUSY, *, seconds: int = 3) -> HungUp:
    answered_at = NOON if outcome is Outcome.ANSWERED else None
    end = Hangup(cause=CAUSE_OF[outcome], answered=answered_at is not None)
    return HungUp(call_id, end, started_at=NOON, ended_at=NOON.add(seconds=seconds), answered_at=answered_at)


def next_plan(world: World) -> DateTime | None:
    with world.store.reading() as tx:
        return tx.connection.scalar(select(carriers.c.next_plan_at))
