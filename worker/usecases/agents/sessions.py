"""Agents log in and out, resume and pause."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.agents.acts import Act, LogIn, LogOut, LogOutLater, Pause, PauseLater, Resume
from worker.domain.agents.agent import Agent, AgentState, Leg
from worker.domain.agents.people import Extension
from worker.domain.agents.service import WITH_AGENTS, may_serve
from worker.domain.errors import Conflict, Invalid, NotFound
from worker.domain.ids import AgentId, CampaignId, TenantId, UserId
from worker.ports.agents.agents import ServedCampaign
from worker.ports.dispatch.messages import JobQueue
from worker.usecases.agents.change import AgentWork
from worker.usecases.agents.leaving import may_leave
from worker.usecases.agents.transaction import AgentStore, PeopleTransaction

MISSING: Final = "user_uuid or extension is missing"
ALREADY_IN: Final = "user is already logged in"
NOT_IN: Final = "user is not logged in"
WRONG_CAMPAIGN: Final = "campaign_uuid is invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every request of an agent needs."""

    store: AgentStore
    queue: JobQueue
    now: DateTime
    new_id: Callable[[], UUID]

    def work(self, tx: PeopleTransaction) -> AgentWork:
        """Return the work of one transaction."""
        return AgentWork(tx=tx, queue=self.queue, now=self.now, new_id=self.new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The agent that a request names, by user or by extension."""

    tenant_id: TenantId
    user_id: UserId | None = None
    extension: str = ""


def log_in(desk: Desk, who: Who, *, campaign_id: CampaignId, leg: Leg = Leg.OFF_HOOK) -> Agent:
    """Begin a session, which starts paused. Raises ``Conflict``, ``Invalid`` or ``NotFound``."""
    with desk.store.transaction() as tx:
        extension, user_id = _extension_of(tx, who)
        campaign = tx.agents.served_campaigns([campaign_id]).get(campaign_id)
        if campaign is None or campaign.is_deleted or not _serves(tx, campaign, who=who, user_id=user_id):
            raise Invalid(WRONG_CAMPAIGN)
        agent = tx.agents.lock_user(user_id) or _added(desk, tx, extension, user_id=user_id, campaign_id=campaign_id)
        if agent.is_logged_in or tx.agents.lock_at_extension(who.tenant_id, extension.number) is not None:
            raise Conflict(ALREADY_IN)
        after = desk.work(tx).one(agent, LogIn(campaign_id, extension.number, leg))
        if after is None:
            raise Conflict(ALREADY_IN)
        return after


def resume(desk: Desk, who: Who) -> Agent:
    """Make the agent ready for calls; repeated, it changes nothing. Raises ``Invalid`` or ``NotFound``."""
    return _act(desk, who, lambda _tx, _agent: Resume())


def pause(desk: Desk, who: Who, *, code: str = "") -> Agent:
    """Pause the agent: at once, or when the call is over that is up or counts on the agent."""
    return _act(desk, who, lambda tx, agent: Pause(code) if may_leave(tx, agent, now=desk.now) else PauseLater(code))


def log_out(desk: Desk, who: Who) -> Agent:
    """End the session: at once, or when the call is over that is up or counts on the agent."""
    return _act(desk, who, lambda tx, agent: LogOut() if may_leave(tx, agent, now=desk.now) else LogOutLater())


def _act(desk: Desk, who: Who, choose: Callable[[PeopleTransaction, Agent], Act]) -> Agent:
    with desk.store.transaction() as tx:
        seen = _find(tx, who)
        tx.agents.lock_campaign(seen.campaign_id)  # before the agent: no dial is judged while somebody leaves
        (agent,) = tx.agents.lock([seen.id])
        if not agent.is_logged_in:
            raise NotFound(NOT_IN)
        return desk.work(tx).one(agent, choose(tx, agent)) or agent


def _find(tx: PeopleTransaction, who: Who) -> Agent:
    """Return the agent that is logged in, without a lock."""
    if who.user_id is None and not who.extension:
        raise Invalid(MISSING)
    found = tx.agents.at_extension(who.tenant_id, who.extension) if who.extension else None
    if found is None and who.user_id is not None:
        found = next(iter(tx.agents.of_users([who.user_id])), None)
    if found is None or found.tenant_id != who.tenant_id or who.user_id not in {None, found.user_id}:
        raise NotFound(NOT_IN)
    return found


def _extension_of(tx: PeopleTransaction, who: Who) -> tuple[Extension, UserId]:
    """Return the extension and its user, both of which must be enabled."""
    if not who.extension:
        raise Invalid(MISSING)
    extension = tx.extensions.find(who.tenant_id, who.extension)
    if extension is None or not extension.enabled:
        raise NotFound("Extension not found")
    user = None if extension.user_id is None else tx.users.get(who.tenant_id, extension.user_id)
    if user is None or not user.enabled or who.user_id not in {None, user.id}:
        raise Invalid("extension has no active user")
    return extension, user.id


def _serves(tx: PeopleTransaction, campaign: ServedCampaign, *, who: Who, user_id: UserId) -> bool:
    own = tx.users.groups_of([user_id]).get(user_id, ())
    is_allowed = may_serve(user_id, service=campaign.service, own_groups=own, assigned_groups=campaign.assigned_groups)
    return campaign.tenant_id == who.tenant_id and campaign.type in WITH_AGENTS and is_allowed


def _added(
    desk: Desk, tx: PeopleTransaction, extension: Extension, *, user_id: UserId, campaign_id: CampaignId
) -> Agent:
    """Add the row of a user who logs in for the first time."""
    agent = Agent(
        id=AgentId(desk.new_id()),
        tenant_id=extension.tenant_id,
        user_id=user_id,
        campaign_id=campaign_id,
        extension=extension.number,
        state=AgentState.GONE,
        since=desk.now,
        logged_in_at=desk.now,
    )
    if not tx.agents.insert(agent):
        raise Conflict(ALREADY_IN)
    return agent
