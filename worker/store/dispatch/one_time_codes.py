"""One-time codes in SQL."""

from collections.abc import Collection
from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, bindparam, delete, exists, select, update
from typing_extensions import override

from worker.domain.ids import LeadId
from worker.domain.lead import Stage
from worker.domain.one_time_code import without_code
from worker.ports.dispatch.one_time_codes import OneTimeCodes
from worker.store.base.columns import Instant
from worker.store.base.secret_tables import one_time_codes
from worker.store.base.tables import calls, leads

_MAY_BE_CORRECTED: Final = exists().where(
    calls.c.lead_id == leads.c.id, calls.c.assumed_at >= bindparam("since", type_=Instant)
)
_ENDED: Final = (
    select(one_time_codes.c.lead_id)
    .join(leads, leads.c.id == one_time_codes.c.lead_id)
    .where(leads.c.stage == Stage.DONE, ~_MAY_BE_CORRECTED)
    .limit(bindparam("most"))
)
_DROP: Final = (
    update(leads)
    .where(leads.c.id == bindparam("lead"))
    .values(additional=bindparam("left", type_=leads.c.additional.type), updated_at=bindparam("now"))
)


class SqlOneTimeCodes(OneTimeCodes):
    """The codes in ``leads.additional``; a small table names the leads that have one."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def ended(self, *, assumed_before: DateTime, limit: int) -> list[LeadId]:
        found = self._connection.scalars(_ENDED, {"since": assumed_before, "most": limit})
        return [LeadId(lead_id) for lead_id in found]

    @override
    def drop(self, lead_ids: Collection[LeadId], *, now: DateTime) -> int:
        done = select(leads.c.id, leads.c.additional).where(leads.c.id.in_(lead_ids), leads.c.stage == Stage.DONE)
        locked = self._connection.execute(done.with_for_update(skip_locked=True, key_share=True)).all()
        if locked:
            left = [{"lead": row.id, "left": without_code(row.additional), "now": now} for row in locked]
            self._connection.execute(_DROP, left)
            dropped = one_time_codes.c.lead_id.in_([row.id for row in locked])
            self._connection.execute(delete(one_time_codes).where(dropped))
        return len(locked)
