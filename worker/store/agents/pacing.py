"""Counts of answers, and what pacing sees and has learnt, in SQL."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from pendulum import DateTime, Duration
from sqlalchemy import Connection, Row, Select, select, text, union_all, update
from typing_extensions import override

from worker.domain.agents.agent import AgentState
from worker.domain.agents.ages import Observed
from worker.domain.agents.credit import AnswerCounts
from worker.domain.agents.estimates import ANSWERED, ENDED, FAILED, READY_AGAIN, Estimates, Seen
from worker.domain.agents.risk import AgentsNow
from worker.domain.agents.staffing import Advice, Staffing
from worker.domain.agents_rule import AgentsRule, rule_of
from worker.domain.call import CallState
from worker.domain.campaign import AUTODIALER, Status
from worker.domain.ids import CallId, CampaignId, CarrierId, TenantId
from worker.domain.number_plan import calendar_day
from worker.ports.agents.pacing import AbandonedCall, Learnt, PacedCampaign, Pacing
from worker.store.agents.census import read_census
from worker.store.agents.staffing import NOBODY, read_counts, read_staffing
from worker.store.base.agent_tables import agent_states, agents
from worker.store.base.cdr_indexes import ENDED as ENDED_ROWS
from worker.store.base.dialect import insert_or_add, insert_or_ignore, insert_or_replace
from worker.store.base.pacing_tables import abandoned_calls, agent_counts, agent_pacing
from worker.store.base.tables import LIVE_ROWS, calls, campaigns, tenants

_KEPT: Final = ("beyond", "price", "bound", "answered", "abandoned", "learnt_until", "estimates")
LONGEST_RING: Final = Duration(minutes=3)
"""No phone rings longer; an answered call is looked for among those that were dialled so long before."""
_UNANSWERED: Final = (CallState.QUEUED, CallState.DIALING, CallState.RINGING)
_IN_CALL: Final = (AgentState.RESERVED, AgentState.TALKING)
_RUNNING: Final = (
    select(campaigns.c.id, campaigns.c.tenant_id, campaigns.c.carrier_id, campaigns.c.extras, tenants.c.timezone)
    .join(tenants, tenants.c.id == campaigns.c.tenant_id)
    .where(
        campaigns.c.type == AUTODIALER,
        campaigns.c.status == Status.START,
        campaigns.c.active,
        campaigns.c.carrier_id.is_not(None),
        campaigns.c.deleted_at.is_(None),
    )
    .order_by(campaigns.c.id)
)

_COUNTED: Final = select(calls.c.campaign_id, calls.c.tenant_id, calls.c.connected_at, tenants.c.timezone).join(
    tenants, tenants.c.id == calls.c.tenant_id
)
_RULE: Final = select(campaigns.c.extras, tenants.c.timezone).join(tenants, tenants.c.id == campaigns.c.tenant_id)


class SqlPacing(Pacing):
    """Pacing's part of the store."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def count_served(self, call_id: CallId, *, now: DateTime) -> bool:
        row = self._connection.execute(_COUNTED.where(calls.c.id == call_id)).one_or_none()
        if row is None or row.connected_at is not None:
            return False
        self._count(row, at=now, abandoned=0)
        return True

    @override
    def count_abandoned(self, call: AbandonedCall) -> bool:
        row = self._connection.execute(_COUNTED.where(calls.c.id == call.call_id)).one_or_none()
        if row is None:
            return False
        kept = {
            "call_id": call.call_id,
            "campaign_id": row.campaign_id,
            "tenant_id": row.tenant_id,
            "day": calendar_day(call.abandoned_at, zone=row.timezone),
            "answered_at": call.answered_at,
            "abandoned_at": call.abandoned_at,
            "reason": call.reason,
        }
        adding = insert_or_ignore(self._connection, abandoned_calls).values(kept).returning(abandoned_calls.c.call_id)
        if self._connection.scalar(adding) is None:
            return False
        self._count(row, at=call.abandoned_at, abandoned=1)
        return True

    def _count(self, row: Row[Any, Any, Any, Any], *, at: DateTime, abandoned: int) -> None:  # Any: ``_COUNTED``
        adding = insert_or_add(
            self._connection, agent_counts, same=("campaign_id", "day"), sums=("answered", "abandoned")
        )
        key = {"campaign_id": row.campaign_id, "tenant_id": row.tenant_id}
        day = calendar_day(at, zone=row.timezone)
        self._connection.execute(adding, {**key, "day": day, "answered": 1, "abandoned": abandoned})

    @override
    def credit(self, campaign_id: CampaignId, *, now: DateTime) -> int:
        row = self._connection.execute(_RULE.where(campaigns.c.id == campaign_id)).one_or_none()
        if row is None:
            return 0
        asked = {campaign_id: (rule_of(row.extras), calendar_day(now, zone=row.timezone))}
        return read_staffing(self._connection, asked)[campaign_id].credit

    @override
    def counts(
        self, campaign_ids: Collection[CampaignId], *, since: date
    ) -> dict[CampaignId, dict[date, AnswerCounts]]:
        return read_counts(self._connection, campaign_ids, since=since)

    @override
    def abandoned(self, tenant_id: TenantId, *, start: DateTime, end: DateTime, limit: int) -> list[AbandonedCall]:
        at = abandoned_calls.c.abandoned_at
        theirs = select(abandoned_calls).where(abandoned_calls.c.tenant_id == tenant_id, at >= start, at < end)
        rows = self._connection.execute(theirs.order_by(at, abandoned_calls.c.call_id).limit(limit))
        return [
            AbandonedCall(
                call_id=CallId(row.call_id),
                answered_at=row.answered_at,
                abandoned_at=row.abandoned_at,
                reason=row.reason,
            )
            for row in rows
        ]

    @override
    def staffing(self, asked: Mapping[CampaignId, tuple[AgentsRule, date]]) -> dict[CampaignId, Staffing]:
        return read_staffing(self._connection, asked)

    @override
    def running(self) -> list[PacedCampaign]:
        return [
            PacedCampaign(
                id=CampaignId(row.id),
                tenant_id=TenantId(row.tenant_id),
                carrier_id=CarrierId(row.carrier_id),
                zone=row.timezone,
                rule=rule_of(row.extras),
            )
            for row in self._connection.execute(_RUNNING)
        ]

    @override
    def now_of(self, campaign_id: CampaignId, *, now: DateTime) -> tuple[AgentsNow, int]:
        ringing = [
            (row.state, row.dialing_at)
            for row in self._connection.execute(
                select(calls.c.state, calls.c.dialing_at).where(
                    calls.c.campaign_id == campaign_id, LIVE_ROWS, calls.c.state.in_(_UNANSWERED)
                )
            )
        ]
        busy = self._connection.execute(
            select(agents.c.state, agents.c.since).where(
                agents.c.campaign_id == campaign_id, agents.c.state.in_((*_IN_CALL, AgentState.AFTER_CALL))
            )
        ).all()
        own = read_census(self._connection, [campaign_id]).get(campaign_id, NOBODY)
        found = AgentsNow(
            ready=own.ready,
            waiting=own.waiting,
            ringing=[0.0 if at is None else _seconds(at, now) for _, at in ringing],
            talking=[_seconds(row.since, now) for row in busy if row.state in _IN_CALL],
            wrapping=[_seconds(row.since, now) for row in busy if row.state is AgentState.AFTER_CALL],
        )
        return found, sum(state is CallState.QUEUED for state, _ in ringing)

    @override
    def seen(self, campaign: PacedCampaign, *, since: DateTime, until: DateTime) -> Seen:
        return Seen(
            rings=self._rings(campaign.id, since=since, until=until),
            talks=self._spent(campaign, AgentState.TALKING, ENDED, since=since, until=until),
            wraps=self._spent(campaign, AgentState.AFTER_CALL, READY_AGAIN, since=since, until=until),
        )

    def _rings(self, campaign_id: CampaignId, *, since: DateTime, until: DateTime) -> list[Observed]:
        """Return how long phones rang: an answered call counts in the period of its answer, a failed one at its end.

        Two indexes find them: that of live calls, and that of ended calls by the time of their dial.
        """
        columns = select(calls.c.dialing_at, calls.c.answered_at, calls.c.ended_at).where(
            calls.c.campaign_id == campaign_id, calls.c.dialing_at.is_not(None)
        )
        answered = (calls.c.answered_at >= since) & (calls.c.answered_at < until)
        failed = calls.c.answered_at.is_(None) & (calls.c.ended_at >= since) & (calls.c.ended_at < until)
        lately = calls.c.started_at >= since - LONGEST_RING
        rows = self._connection.execute(
            union_all(columns.where(LIVE_ROWS, answered), columns.where(text(ENDED_ROWS), lately, answered | failed))
        ).all()
        return [
            Observed(_seconds(row.dialing_at, row.ended_at), FAILED)
            if row.answered_at is None
            else Observed(_seconds(row.dialing_at, row.answered_at), ANSWERED)
            for row in rows
        ]

    def _spent(
        self, campaign: PacedCampaign, state: AgentState, end: int, *, since: DateTime, until: DateTime
    ) -> list[Observed]:
        ended: Select[Any] = select(agent_states.c.since, agent_states.c.until).where(  # Any: two moments
            agent_states.c.tenant_id == campaign.tenant_id,
            agent_states.c.until >= since,
            agent_states.c.until < until,
            agent_states.c.campaign_id == campaign.id,
            agent_states.c.state == state,
        )
        return [Observed(_seconds(row.since, row.until), end) for row in self._connection.execute(ended)]

    @override
    def learnt(self, campaign_id: CampaignId) -> Learnt | None:
        asked = select(agent_pacing).where(agent_pacing.c.campaign_id == campaign_id)
        row = self._connection.execute(asked).one_or_none()
        if row is None:
            return None
        return Learnt(
            advice=Advice(row.beyond, row.price, row.bound),
            counted=AnswerCounts(row.answered, row.abandoned),
            until=row.learnt_until,
            estimates=Estimates.from_json(row.estimates),
        )

    @override
    def keep(self, campaign_id: CampaignId, learnt: Learnt) -> None:
        row = {
            "campaign_id": campaign_id,
            "beyond": learnt.advice.beyond,
            "price": learnt.advice.price,
            "bound": learnt.advice.bound,
            "answered": learnt.counted.answered,
            "abandoned": learnt.counted.abandoned,
            "learnt_until": learnt.until,
            "estimates": learnt.estimates.to_json(),
        }
        keeping = insert_or_replace(
            self._connection,
            agent_pacing,
            same=("campaign_id",),
            new=lambda rejected: {name: rejected[name] for name in _KEPT},
        )
        self._connection.execute(keeping, row)

    @override
    def keep_advice(self, campaign_id: CampaignId, advice: Advice) -> None:
        new = {"beyond": advice.beyond, "price": advice.price, "bound": advice.bound}
        self._connection.execute(update(agent_pacing).where(agent_pacing.c.campaign_id == campaign_id).values(new))


def _seconds(since: DateTime, until: DateTime) -> float:
    return max(0.0, (until - since).total_seconds())
