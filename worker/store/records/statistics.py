"""Counts for the monitor, read from rows, so that no counter can be wrong."""

from collections import Counter
from typing import Final

from sqlalchemy import Connection, Integer, bindparam, cast, func, select
from typing_extensions import override

from worker.domain.call import ON_SWITCH, CallState
from worker.domain.campaign import Status
from worker.domain.ids import CampaignId
from worker.domain.lead import Ending
from worker.ports.records.campaigns import Statistics
from worker.ports.records.entities import CampaignStatistics
from worker.store.base.tables import LIVE_ROWS, calls, campaigns, leads
from worker.store.dispatch.demand import WAITING_STAGES

PLACED: Final = (CallState.RINGING, CallState.ANSWERED)
"""Calls that have certainly been placed; one in ``dialing`` may still be refused by the switch."""


class SqlStatistics(Statistics):
    """Counting in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def of_campaign(self, campaign_id: CampaignId) -> CampaignStatistics:
        networks = self._connection.execute(_BY_NETWORK, {"campaign": campaign_id}).all()
        live = select(calls.c.network, calls.c.state, func.count().label("calls")).where(
            calls.c.campaign_id == campaign_id, LIVE_ROWS
        )
        states = self._connection.execute(live.group_by(calls.c.network, calls.c.state)).all()
        waiting = Counter({row.network: row.waiting for row in networks if row.waiting})
        in_call = placed = 0
        for one in states:
            if one.state is CallState.QUEUED:  # its lead has not been called yet
                waiting[one.network] += one.calls
            if one.state in ON_SWITCH:
                in_call += one.calls
            if one.state in PLACED:
                placed += one.calls
        ended = sum(row.calls for row in networks)
        return CampaignStatistics(
            leads=sum(row.leads for row in networks),
            in_call=in_call,
            calls=ended + placed,
            called_leads=sum(row.called_leads for row in networks),
            dnc_leads=sum(row.dnc_leads for row in networks),
            waiting=waiting,
            keys=dict(self._connection.execute(_BY_KEY, {"campaign": campaign_id}).all()),
            finished=self._runs(campaign_id) and not states and not any(row.in_sight for row in networks),
        )

    def _runs(self, campaign_id: CampaignId) -> bool:
        status = select(campaigns.c.status).where(campaigns.c.id == campaign_id)
        return self._connection.scalar(status) is Status.START


_BY_KEY: Final = (
    select(calls.c.last_key, func.count())
    .where(calls.c.campaign_id == bindparam("campaign"), calls.c.last_key.is_not(None))
    .group_by(calls.c.last_key)
)
_IS_WAITING: Final = leads.c.stage.in_(WAITING_STAGES)
_IS_PRESENT: Final = leads.c.removed_at.is_(None)
"""Calls of removed leads count; the leads themselves do not."""
_BY_NETWORK: Final = (
    select(
        leads.c.network,
        func.count().filter(_IS_PRESENT).label("leads"),
        cast(func.sum(leads.c.called_count), Integer).label("calls"),
        func.count().filter(leads.c.called_count > 0, _IS_PRESENT).label("called_leads"),
        func.count().filter(leads.c.ending == Ending.DO_NOT_CALL, _IS_PRESENT).label("dnc_leads"),
        func.count().filter(_IS_WAITING, _IS_PRESENT).label("waiting"),
        func.count().filter(_IS_WAITING, ~leads.c.parked).label("in_sight"),
    )
    .where(leads.c.campaign_id == bindparam("campaign"))
    .group_by(leads.c.network)
)
