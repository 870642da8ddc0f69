"""The beat's second: ask for a plan of every carrier for which something falls due."""

from pendulum import DateTime

from worker.ports.dispatch import Store
from worker.ports.messages import JobQueue


def tick(store: Store, *, queue: JobQueue, now: DateTime) -> int:
    """Ask for the plans that are due; give how many. A carrier whose plan is already waiting is not asked twice."""
    with store.reading() as tx:
        due = tx.plans.due_carriers(now=now)
    for carrier_id in due:
        queue.plan_carrier(carrier_id)
    return len(due)
