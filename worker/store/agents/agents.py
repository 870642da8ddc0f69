"""Agents' rows in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import Connection, RowMapping, Select, and_, bindparam, insert, or_, select, update
from typing_extensions import override

from worker.domain.agents.agent import Agent, AgentState
from worker.domain.agents.worked_time import Interval, interval_before
from worker.domain.call import ON_SWITCH
from worker.domain.ids import AgentId, CallId, CampaignId, TenantId, UserId
from worker.ports.agents.agents import AgentChange, Agents, Census, ServedCampaign
from worker.store.agents.census import read_census
from worker.store.agents.served_campaigns import read_campaigns
from worker.store.base.agent_tables import agent_states, agents
from worker.store.base.dialect import insert_or_ignore, lock_by_name
from worker.store.base.tables import calls, campaigns

_NAMES: Final = tuple(field.name for field in fields(Agent))
_ALL: Final = select(agents).order_by(agents.c.id)
_LOCKED: Final = _ALL.with_for_update()
_LOGGED_IN: Final = agents.c.state != AgentState.GONE
_SAVE: Final = (
    update(agents)
    .where(agents.c.id == bindparam("agent"))
    .values({name: bindparam(f"new_{name}", type_=agents.c[name].type) for name in _NAMES if name != "id"})
)
_IN_CALL: Final = (AgentState.RESERVED, AgentState.TALKING)
_CALL_LIVES: Final = select(calls.c.id).where(calls.c.id == agents.c.call_id, calls.c.state.in_(ON_SWITCH)).exists()


class SqlAgents(Agents):
    """Agents in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def lock_campaign(self, campaign_id: CampaignId) -> None:
        asked = select(campaigns.c.id).where(campaigns.c.id == campaign_id)
        self._connection.execute(asked.with_for_update(key_share=True))

    @override
    def lock_queue(self, campaign_id: CampaignId) -> None:
        lock_by_name(self._connection, f"agents {campaign_id}")

    @override
    def lock(self, agent_ids: Collection[AgentId]) -> list[Agent]:
        return self._read(_LOCKED.where(agents.c.id.in_(list(agent_ids)))) if agent_ids else []

    @override
    def lock_ready(self, campaign_id: CampaignId) -> list[Agent]:
        ready = (agents.c.campaign_id == campaign_id, _LOGGED_IN, agents.c.state == AgentState.READY)
        return self._read(_LOCKED.where(*ready))

    @override
    def lock_of_calls(self, call_ids: Collection[CallId]) -> list[Agent]:
        if not call_ids:
            return []
        return self._read(_LOCKED.where(agents.c.call_id.in_(list(call_ids)), agents.c.state.in_(_IN_CALL)))

    @override
    def lock_at_leg(self, leg_id: str) -> Agent | None:
        return self._one(_LOCKED.where(agents.c.leg_id == leg_id, agents.c.leg_id != ""))

    @override
    def lock_at_extension(self, tenant_id: TenantId, extension: str) -> Agent | None:
        here = (agents.c.tenant_id == tenant_id, agents.c.extension == extension, _LOGGED_IN)
        return self._one(_LOCKED.where(*here))

    @override
    def lock_user(self, user_id: UserId) -> Agent | None:
        return self._one(_LOCKED.where(agents.c.user_id == user_id))

    @override
    def insert(self, agent: Agent) -> bool:
        row = {name: getattr(agent, name) for name in _NAMES}
        adding = insert_or_ignore(self._connection, agents).returning(agents.c.id)
        return self._connection.execute(adding, row).first() is not None

    @override
    def save(self, changes: Sequence[AgentChange]) -> None:
        if not changes:
            return
        rows = [
            {"agent": one.after.id} | {f"new_{name}": getattr(one.after, name) for name in _NAMES if name != "id"}
            for one in changes
        ]
        self._connection.execute(_SAVE, rows)
        ended = [found for one in changes if (found := interval_before(one.before, one.after)) is not None]
        if ended:
            names = [field.name for field in fields(Interval)]
            self._connection.execute(
                insert(agent_states), [{name: getattr(one, name) for name in names} for one in ended]
            )

    @override
    def note_reserved(self, call_id: CallId, user_id: UserId | None) -> None:
        self._connection.execute(update(calls).where(calls.c.id == call_id).values(agent_user_id=user_id))

    @override
    def note_connected(self, call_id: CallId, user_id: UserId, *, at: DateTime) -> None:
        told = update(calls).where(calls.c.id == call_id)
        self._connection.execute(told.values(agent_user_id=user_id, connected_at=at))

    @override
    def served_campaigns(self, campaign_ids: Collection[CampaignId]) -> Mapping[CampaignId, ServedCampaign]:
        if not campaign_ids:
            return {}
        return {one.id: one for one in read_campaigns(self._connection, campaigns.c.id.in_(list(campaign_ids)))}

    @override
    def campaigns_of(self, tenant_id: TenantId, *, types: Collection[str]) -> list[ServedCampaign]:
        theirs = and_(campaigns.c.tenant_id == tenant_id, campaigns.c.type.in_(list(types)))
        found = read_campaigns(self._connection, and_(theirs, campaigns.c.deleted_at.is_(None)))
        return sorted(found, key=lambda one: one.name)

    @override
    def live_calls(self, call_ids: Collection[CallId]) -> set[CallId]:
        asked = select(calls.c.id).where(calls.c.id.in_(list(call_ids)), calls.c.state.in_(ON_SWITCH))
        return {CallId(found) for found in self._connection.scalars(asked)} if call_ids else set()

    @override
    def all_of(self, campaign_id: CampaignId) -> list[Agent]:
        return self._read(_ALL.where(agents.c.campaign_id == campaign_id, _LOGGED_IN))

    @override
    def of_tenant(self, tenant_id: TenantId) -> list[Agent]:
        theirs = select(agents).where(agents.c.tenant_id == tenant_id, _LOGGED_IN)
        return self._read(theirs.order_by(agents.c.logged_in_at, agents.c.id))

    @override
    def of_users(self, user_ids: Collection[UserId]) -> list[Agent]:
        return self._read(_ALL.where(agents.c.user_id.in_(list(user_ids)))) if user_ids else []

    @override
    def at_extension(self, tenant_id: TenantId, extension: str) -> Agent | None:
        return self._one(_ALL.where(agents.c.tenant_id == tenant_id, agents.c.extension == extension, _LOGGED_IN))

    @override
    def with_legs_on(self, switch: str) -> list[Agent]:
        return self._read(_ALL.where(agents.c.switch == switch, agents.c.leg_id != ""))

    @override
    def due(self, *, now: DateTime, limit: int) -> list[AgentId]:
        wrapped = (agents.c.state == AgentState.AFTER_CALL) & (agents.c.wrap_until <= now)
        left_over = agents.c.state.in_(_IN_CALL) & ~_CALL_LIVES
        leaving = (agents.c.state == AgentState.READY) & agents.c.wish.is_not(None)
        asked = select(agents.c.id).where(_LOGGED_IN, or_(wrapped, left_over, leaving)).order_by(agents.c.since)
        return [AgentId(found) for found in self._connection.scalars(asked.limit(limit))]

    @override
    def census(self, campaign_ids: Collection[CampaignId]) -> Mapping[CampaignId, Census]:
        return read_census(self._connection, campaign_ids)

    @override
    def intervals(self, tenant_id: TenantId, *, start: DateTime, end: DateTime, now: DateTime) -> list[Interval]:
        names = [field.name for field in fields(Interval)]
        over = select(*(agent_states.c[name] for name in names)).where(
            agent_states.c.tenant_id == tenant_id, agent_states.c.until > start, agent_states.c.since < end
        )
        found = [Interval(**row) for row in self._connection.execute(over).mappings()]
        lasting = (agents.c.tenant_id == tenant_id, _LOGGED_IN, agents.c.since < min(end, now))
        return found + [_lasting(agent, now=now) for agent in self._read(_ALL.where(*lasting))]

    def _read(self, asked: Select[Any]) -> list[Agent]:  # Any: rows of the table
        return [to_agent(row) for row in self._connection.execute(asked).mappings()]

    def _one(self, asked: Select[Any]) -> Agent | None:  # Any: see above
        found = self._read(asked.limit(1))
        return found[0] if found else None


def to_agent(row: RowMapping) -> Agent:
    """Return the agent of a row."""
    return Agent(**{name: row[name] for name in _NAMES})


def _lasting(agent: Agent, *, now: DateTime) -> Interval:
    return Interval(
        tenant_id=agent.tenant_id,
        user_id=agent.user_id,
        campaign_id=agent.campaign_id,
        state=agent.state,
        since=agent.since,
        until=now,
        pause_code=agent.pause_code,
        call_id=agent.call_id,
    )
