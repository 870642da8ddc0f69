"""Counts of a campaign's agents and calls, in one statement, so that no change falls between two of them."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Integer, and_, case, func, literal, or_, select, union_all

from worker.domain.agents.agent import AgentState, Leg
from worker.domain.call import CallState
from worker.domain.ids import CampaignId
from worker.ports.agents.agents import Census
from worker.store.base.agent_tables import agents
from worker.store.base.tables import LIVE_ROWS, calls

_NAMES: Final = tuple(field.name for field in fields(Census))
_REACHED: Final = or_(agents.c.leg == Leg.ON_HOOK, agents.c.leg_id != "")
_FREE: Final = and_(agents.c.state == AgentState.READY, _REACHED)
_OF_AGENTS: Final = {
    "ready": _FREE,
    "leaving": and_(_FREE, agents.c.wish.is_not(None)),
    "reserved": agents.c.state == AgentState.RESERVED,
    "talking": agents.c.state == AgentState.TALKING,
    "after_call": agents.c.state == AgentState.AFTER_CALL,
    "paused": agents.c.state == AgentState.PAUSED,
}
_OF_CALLS: Final = {
    "ringing": calls.c.state.in_((CallState.DIALING, CallState.RINGING)),
    "waiting": and_(calls.c.state == CallState.ANSWERED, calls.c.agent_user_id.is_(None)),
}


def read_census(connection: Connection, campaign_ids: Collection[CampaignId]) -> dict[CampaignId, Census]:
    """Return the counts of each campaign that has an agent or a live call."""
    if not campaign_ids:
        return {}
    ids = list(campaign_ids)
    of_agents = select(agents.c.campaign_id, *_sums(_OF_AGENTS)).where(
        agents.c.campaign_id.in_(ids), agents.c.state != AgentState.GONE
    )
    of_calls = select(calls.c.campaign_id, *_sums(_OF_CALLS)).where(calls.c.campaign_id.in_(ids), LIVE_ROWS)
    both = union_all(of_agents.group_by(agents.c.campaign_id), of_calls.group_by(calls.c.campaign_id)).subquery()
    totals = (func.sum(both.c[name]).label(name) for name in _NAMES)
    rows = connection.execute(select(both.c.campaign_id, *totals).group_by(both.c.campaign_id)).mappings()
    return {CampaignId(row["campaign_id"]): Census(**{name: int(row[name]) for name in _NAMES}) for row in rows}


def _sums(conditions: dict[str, ColumnElement[bool]]) -> list[ColumnElement[Any]]:  # Any: numbers
    return [
        (func.sum(case((conditions[name], 1), else_=0)) if name in conditions else literal(0, Integer)).label(name)
        for name in _NAMES
    ]
