"""The beat's second: ask for a plan of every carrier for which something is due."""

from pendulum import DateTime

from worker.domain.timing import PLANS_AHEAD
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore


def tick(store: DispatchStore, *, queue: JobQueue, now: DateTime) -> int:
    """Ask for the plans that are due; return how many. A plan that is already requested is not requested twice."""
    with store.reading() as tx:
        due = tx.plans.due_carriers(now=now, ahead=PLANS_AHEAD)
    for carrier_id, at in due.items():
        if at <= now:
            queue.plan_carrier(carrier_id)
        else:
            queue.plan_carrier_at(carrier_id, at=at, now=now)
    return len(due)
