"""Counts for monitor and metrics, read from rows: there is no counter that could be wrong."""

from collections import Counter
from typing import Final

from sqlalchemy import Connection, func, select

from worker.domain.call import ON_SWITCH, CallState
from worker.domain.ids import CampaignId
from worker.domain.lead import Ending
from worker.domain.network import Network
from worker.ports.records import CampaignNumbers, Totals
from worker.store.tables import LIVE_ROWS, PENDING_ROWS, WAITING, calls, deliveries, leads

HEARD: Final = (CallState.RINGING, CallState.ANSWERED)
"""Calls that were surely placed; one in ``dialing`` may still be refused by the switch."""


class SqlNumbers:
    """Counting in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    def of_campaign(self, campaign_id: CampaignId) -> CampaignNumbers:
        """Count one campaign's leads and calls."""
        mine = leads.c.campaign_id == campaign_id
        counted = select(
            func.count().label("leads"),
            func.coalesce(func.sum(leads.c.called_count), 0).label("calls"),
            func.count().filter(leads.c.called_count > 0).label("called_leads"),
            func.count().filter(leads.c.ending == Ending.DO_NOT_CALL).label("dnc_leads"),
        ).where(mine)
        row = self._connection.execute(counted).one()
        live = select(calls.c.network, calls.c.state, func.count().label("calls")).where(
            calls.c.campaign_id == campaign_id, LIVE_ROWS
        )
        states = self._connection.execute(live.group_by(calls.c.network, calls.c.state)).all()
        due = select(leads.c.network, func.count().label("leads")).where(mine, WAITING).group_by(leads.c.network)
        waiting: Counter[Network] = Counter()
        for row_of_network in self._connection.execute(due):
            waiting[row_of_network.network] += row_of_network.leads
        for one in states:
            if one.state is CallState.QUEUED:  # its lead has still to be called
                waiting[one.network] += one.calls
        return CampaignNumbers(
            leads=row.leads,
            in_call=sum(one.calls for one in states if one.state in ON_SWITCH),
            calls=int(row.calls) + sum(one.calls for one in states if one.state in HEARD),
            called_leads=row.called_leads,
            dnc_leads=row.dnc_leads,
            waiting=waiting,
        )

    def totals(self) -> Totals:
        """Count what is live and what waits, over all tenants."""
        live = select(calls.c.state, func.count()).where(LIVE_ROWS).group_by(calls.c.state)
        waiting = self._connection.scalar(select(func.count()).select_from(leads).where(WAITING))
        pending = self._connection.scalar(select(func.count()).select_from(deliveries).where(PENDING_ROWS))
        return Totals(dict(self._connection.execute(live).all()), waiting or 0, pending or 0)
