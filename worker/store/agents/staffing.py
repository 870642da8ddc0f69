"""Agents, calls and credit of campaigns, as the planner and the check before each dial read them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from pendulum import Duration
from sqlalchemy import Connection, func, select

from worker.domain.agents.credit import WINDOW_DAYS, AnswerCounts, Lines, credit_of
from worker.domain.agents.staffing import NO_ADVICE, Advice, Staffing
from worker.domain.agents_rule import AgentsRule
from worker.domain.call import CallState
from worker.domain.ids import CampaignId
from worker.ports.agents.agents import Census
from worker.store.agents.census import read_census
from worker.store.base.pacing_tables import agent_counts, agent_pacing
from worker.store.base.tables import LIVE_ROWS, calls

NOBODY: Final = Census()


def read_staffing(
    connection: Connection, asked: Mapping[CampaignId, tuple[AgentsRule, date]]
) -> dict[CampaignId, Staffing]:
    """Return the staffing of each campaign on its tenant's day.

    The calls are counted first. A call that is abandoned before its count is read then waits in the one and lowers the
    credit in the other; read in the other order it would be in neither, and one call too many could be dialled.
    """
    if not asked:
        return {}
    census = read_census(connection, list(asked))
    queued = _queued(connection, asked)
    since = min(today for _, today in asked.values()) - Duration(days=WINDOW_DAYS)
    counts = read_counts(connection, asked, since=since)
    advices = _advices(connection, asked)
    found = {}
    for campaign_id, (rule, today) in asked.items():
        own = census.get(campaign_id, NOBODY)
        found[campaign_id] = Staffing(
            lines=Lines(own.ready, own.waiting, own.ringing),
            queued=queued.get(campaign_id, 0),
            credit=credit_of(counts.get(campaign_id, {}), today=today, target_per_mille=rule.target_per_mille),
            advice=advices.get(campaign_id, NO_ADVICE),
        )
    return found


def read_counts(
    connection: Connection, campaign_ids: Collection[CampaignId], *, since: date
) -> dict[CampaignId, dict[date, AnswerCounts]]:
    """Return the counts by day, from the first day on."""
    found: defaultdict[CampaignId, dict[date, AnswerCounts]] = defaultdict(dict)
    of_these = (agent_counts.c.campaign_id.in_(list(campaign_ids)), agent_counts.c.day >= since)
    for row in connection.execute(select(agent_counts).where(*of_these)):
        found[CampaignId(row.campaign_id)][row.day] = AnswerCounts(row.answered, row.abandoned)
    return dict(found)


def _queued(connection: Connection, campaign_ids: Collection[CampaignId]) -> dict[CampaignId, int]:
    theirs = (calls.c.campaign_id.in_(list(campaign_ids)), LIVE_ROWS, calls.c.state == CallState.QUEUED)
    counted = select(calls.c.campaign_id, func.count()).where(*theirs).group_by(calls.c.campaign_id)
    return {CampaignId(campaign_id): count for campaign_id, count in connection.execute(counted)}


def _advices(connection: Connection, campaign_ids: Collection[CampaignId]) -> dict[CampaignId, Advice]:
    columns = (agent_pacing.c.campaign_id, agent_pacing.c.beyond, agent_pacing.c.price, agent_pacing.c.bound)
    asked = select(*columns).where(agent_pacing.c.campaign_id.in_(list(campaign_ids)))
    return {CampaignId(row.campaign_id): Advice(row.beyond, row.price, row.bound) for row in connection.execute(asked)}
