"""Counts for monitor and metrics, read from rows: there is no counter that could be wrong."""

from sqlalchemy import Connection, func, select

from worker.domain.call import ON_SWITCH
from worker.domain.ids import CampaignId
from worker.domain.lead import Ending
from worker.ports.records import CampaignNumbers, Totals
from worker.store.tables import LIVE_ROWS, PENDING_ROWS, WAITING, calls, deliveries, leads


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
        waiting = select(leads.c.network, func.count()).where(mine, WAITING).group_by(leads.c.network)
        in_call = self._connection.scalar(
            select(func.count()).where(calls.c.campaign_id == campaign_id, LIVE_ROWS, calls.c.state.in_(ON_SWITCH))
        )
        return CampaignNumbers(
            leads=row.leads,
            in_call=in_call or 0,
            calls=int(row.calls) + (in_call or 0),
            called_leads=row.called_leads,
            dnc_leads=row.dnc_leads,
            waiting=dict(self._connection.execute(waiting).all()),
        )

    def totals(self) -> Totals:
        """Count what is live and what waits, over all tenants."""
        live = select(calls.c.state, func.count()).where(LIVE_ROWS).group_by(calls.c.state)
        waiting = self._connection.scalar(select(func.count()).select_from(leads).where(WAITING))
        pending = self._connection.scalar(select(func.count()).select_from(deliveries).where(PENDING_ROWS))
        return Totals(dict(self._connection.execute(live).all()), waiting or 0, pending or 0)
