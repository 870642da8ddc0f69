"""Where a lead stands, which calls are live, which leads are next: reads for ``why``."""

from collections import Counter
from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, func, select
from typing_extensions import override

from worker.domain.call import CallState
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, LeadId, TenantId
from worker.domain.network import Network
from worker.domain.planner import Grant
from worker.domain.standing import LeadStanding
from worker.ports.records.standings import Standings
from worker.store.base.tables import LIVE_ROWS, calls, leads, lists
from worker.store.dispatch.leads import LISTED, first_due_leads, first_due_values, listed_of_hidden, networks_of
from worker.store.records.overviews import SqlOverviews
from worker.store.records.starts import SqlStartReads

_LIVE: Final = select(calls.c.lead_id, calls.c.id, calls.c.state).where(LIVE_ROWS).subquery("live")
_ELSEWHERE: Final = {
    "list_active": lists.c.active,
    "do_not_call": LISTED,
    "call_id": _LIVE.c.id,
    "call_state": _LIVE.c.state,
}
_READ: Final = [
    _ELSEWHERE[name].label(name) if name in _ELSEWHERE else leads.c[name] for name in LeadStanding.__dataclass_fields__
]


class SqlStandings(Standings):
    """Standings in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    @property
    def overviews(self) -> SqlOverviews:
        return SqlOverviews(self._connection)

    @override
    @property
    def starts(self) -> SqlStartReads:
        return SqlStartReads(self._connection)

    @override
    def of_lead(self, tenant_id: TenantId, lead_id: LeadId) -> LeadStanding:
        asked = (
            select(*_READ, leads.c.phone)
            .select_from(leads)
            .join(lists, lists.c.id == leads.c.list_id)
            .outerjoin(_LIVE, _LIVE.c.lead_id == leads.c.id)
            .where(leads.c.tenant_id == tenant_id, leads.c.id == lead_id, leads.c.removed_at.is_(None))
        )
        row = self._connection.execute(asked).mappings().first()
        if row is None:
            raise NotFound("Not Found")
        found = dict(row)
        phone = found.pop("phone")
        found["do_not_call"] = found["do_not_call"] or bool(listed_of_hidden(self._connection, tenant_id, [phone]))
        return LeadStanding(**found)

    @override
    def live_calls(self, campaign_id: CampaignId) -> Counter[tuple[Network, CallState]]:
        mine = select(calls.c.network, calls.c.state, func.count().label("calls")).where(
            calls.c.campaign_id == campaign_id, LIVE_ROWS
        )
        rows = self._connection.execute(mine.group_by(calls.c.network, calls.c.state))
        return Counter({(row.network, row.state): row.calls for row in rows})

    @override
    def next_leads(self, grant: Grant, *, now: DateTime) -> set[LeadId]:
        found = first_due_leads(grant.lane, networks_of(grant))
        rows = self._connection.execute(found, first_due_values(grant, now=now))
        return {LeadId(row.id) for row in rows}
