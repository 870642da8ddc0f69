"""How agents spent their time in a period."""

from pendulum import DateTime

from worker.domain.agents.people import User
from worker.domain.agents.worked_time import WorkedTime, worked_times
from worker.domain.ids import TenantId
from worker.usecases.agents.transaction import AgentStore


def report_time(
    store: AgentStore, tenant_id: TenantId, *, start: DateTime, end: DateTime, now: DateTime
) -> list[tuple[User, WorkedTime]]:
    """Return what each agent did in [start, end), by username; who was not logged in is left out."""
    with store.reading() as tx:
        intervals = tx.agents.intervals(tenant_id, start=start, end=end, now=now)
        worked = worked_times(intervals, start=start, end=end)
        users = tx.users.of(worked)
    return sorted(((users[user_id], time) for user_id, time in worked.items()), key=lambda one: one[0].username)
