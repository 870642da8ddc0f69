"""The beat's second: ask for a plan of every carrier for which something falls due."""

from typing import Final

from pendulum import DateTime, Duration

from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore

AHEAD: Final = Duration(seconds=1)
"""What falls due before the next beat is asked for at its very moment: a window's opening, a recall."""


def tick(store: DispatchStore, *, queue: JobQueue, now: DateTime) -> int:
    """Ask for the plans that are due; give how many. A carrier whose plan is already waiting is not asked twice."""
    with store.reading() as tx:
        due = tx.plans.due_carriers(now=now, ahead=AHEAD)
    for carrier_id, at in due.items():
        if at <= now:
            queue.plan_carrier(carrier_id)
        else:
            queue.plan_carrier_at(carrier_id, at=at, now=now)
    return len(due)
