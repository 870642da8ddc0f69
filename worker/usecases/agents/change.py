"""Apply acts to agents: rows, the time worked, the event, a log line, and a plan when somebody became free."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from pendulum import DateTime

from worker.domain.agents.acts import Act
from worker.domain.agents.agent import Agent
from worker.domain.agents.event import Names, agent_event_body
from worker.domain.agents.life import step
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CampaignId
from worker.ports.agents.agents import AgentChange, ServedCampaign
from worker.ports.dispatch.messages import JobQueue
from worker.usecases.agents.transaction import AgentTransaction
from worker.usecases.outbox.alert_callbacks import AlertCallback, post_alert

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWork:
    """One transaction and its time: what agents' acts need."""

    tx: AgentTransaction
    queue: JobQueue
    now: DateTime
    new_id: Callable[[], UUID]

    def change(self, acts: Iterable[tuple[Agent, Act]]) -> list[AgentChange]:
        """Apply each act to its locked agent; return the changes. Late and repeated acts are dropped."""
        changes: list[AgentChange] = []
        for agent, act in acts:
            after = step(agent, act, now=self.now)
            if after is None:
                extra = {"action": "agent_act_dropped", "agent_id": agent.id, "state": agent.state.value}
                logger.debug("act of an agent dropped", extra=extra | {"act": type(act).__name__})
            else:
                changes.append(AgentChange(agent, after))
        if not changes:  # as for every call without an agent
            return changes
        self.tx.agents.save(changes)
        told = [one for one in changes if one.before.state is not one.after.state]
        campaigns = self.tx.agents.served_campaigns({one.after.campaign_id for one in changes})
        self._tell(told, campaigns=campaigns)
        self._plan(changes, campaigns=campaigns)
        return changes

    def one(self, agent: Agent, act: Act) -> Agent | None:
        """Apply an act to one locked agent; return the agent afterwards, None when the act did not apply."""
        changes = self.change([(agent, act)])
        return changes[0].after if changes else None

    def _tell(self, changes: Sequence[AgentChange], *, campaigns: Mapping[CampaignId, ServedCampaign]) -> None:
        users = self.tx.users.of({one.after.user_id for one in changes})
        for one in changes:
            extra = {"action": "agent_state", "agent_id": one.after.id, "campaign_id": one.after.campaign_id}
            states = {"before": one.before.state.value, "after": one.after.state.value}
            logger.info("agent changed state", extra=extra | states | {"call_id": one.after.call_id})
            campaign = campaigns[one.after.campaign_id]
            names = Names(
                username=users[one.after.user_id].username,
                campaign=campaign.name,
                domain=campaign.domain,
                zone=campaign.zone,
            )
            event = AlertCallback(
                event=CallbackEvent.AGENT_STATE,
                tenant_id=one.after.tenant_id,
                campaign_id=one.after.campaign_id,
                body=agent_event_body(one.before, one.after, names=names),
            )
            post_alert(self.tx, event, queue=self.queue, now=self.now, new_id=self.new_id)

    def _plan(self, changes: Sequence[AgentChange], *, campaigns: Mapping[CampaignId, ServedCampaign]) -> None:
        """Ask for a plan of each campaign whose agents became free: more calls may be dialled for them."""
        freed = {one.after.campaign_id for one in changes if one.after.is_free and not one.before.is_free}
        carriers = {campaigns[one].carrier_id for one in freed}
        for carrier_id in carriers:
            if carrier_id is not None:
                self.tx.after_commit(partial(self.queue.plan_carrier, carrier_id))
