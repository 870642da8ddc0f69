"""Each off-hook agent has one leg, as long as the session lasts."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from pendulum import DateTime

from tests.builders import CAMPAIGN, NOON, fill_store, stored_settings
from tests.builders.agents import add_agents, an_agent
from tests.fakes.jobs import FakeJobQueue
from worker.domain.agents.agent import Agent, AgentState, Leg
from worker.domain.agents.legs import LegAnswered, LegEnded, LegEvent, leg_of
from worker.domain.errors import Superseded, Unavailable
from worker.domain.leadership import LeaderLease, listener_of
from worker.domain.switch import Switch
from worker.ports.agents.phones import LegToCall
from worker.store.transaction import SqlStore
from worker.usecases.agents.legs import LegDesk, apply_leg_events, keep_legs

LATER = NOON.add(seconds=30)
LEASE = LeaderLease(listener_of("s1"), UUID(int=9))


@dataclass
class FakePhones:
    called: list[LegToCall] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)
    is_away: bool = False

    def call(self, leg: LegToCall, *, switch: str) -> None:
        assert switch == "s1"
        if self.is_away:
            raise Unavailable("away")
        self.called.append(leg)

    def end(self, leg_id: str, *, switch: str) -> None:
        assert switch == "s1"
        self.ended.append(leg_id)

    def up(self, switch: str) -> Collection[str]:
        assert switch == "s1"
        if self.is_away:
            raise Unavailable("away")
        return self.channels


def fill(store: SqlStore, *agents: Agent) -> None:
    fill_store(store, stored_settings(type="autodialer"))
    with store.transaction() as tx:
        tx.switches.insert_missing([Switch(name="s1", url="esl://:x@s1:1", state_since=NOON, created_at=NOON)])
        assert tx.leader_leases.acquire(LEASE, since=NOON, now=NOON)
    add_agents(store, *agents)


def new(number: int = 101, /, **changed: object) -> Agent:
    return an_agent(number, **({"state": AgentState.PAUSED, "leg_id": "", "switch": ""} | changed))


def with_leg(number: int = 101, /, state: AgentState = AgentState.READY) -> Agent:
    return an_agent(number, state=state, leg_id=leg_of(new(number)))


def keep(store: SqlStore, phones: FakePhones, *, now: DateTime = LATER) -> None:
    keep_legs(desk(store, now=now), phones=phones)


def desk(store: SqlStore, *, now: DateTime = LATER) -> LegDesk:
    return LegDesk(store=store, queue=FakeJobQueue(), now=now, new_id=uuid4)


def tell(store: SqlStore, *events: LegEvent) -> list[str]:
    return apply_leg_events(desk(store), events, switch="s1", lease=LEASE)


def agents_of(store: SqlStore) -> list[Agent]:
    with store.reading() as tx:
        return tx.agents.all_of(CAMPAIGN)


def test_an_agent_who_logged_in_is_called_once_and_has_a_leg_when_the_phone_answers(store: SqlStore) -> None:
    agent, phones = new(), FakePhones()
    fill(store, agent, new(102, leg=Leg.ON_HOOK))

    keep(store, phones, now=NOON.add(seconds=1))
    keep(store, phones, now=NOON.add(seconds=3))
    unneeded = tell(store, LegAnswered(agent.id, leg_of(agent)))

    assert phones.called == [LegToCall(agent.id, leg_of(agent), "101")]
    (after,) = (one for one in agents_of(store) if one.extension == "101")
    assert (after.leg_id, after.switch, after.state, unneeded) == (leg_of(agent), "s1", AgentState.PAUSED, [])


def test_a_call_that_reached_no_switch_is_made_again(store: SqlStore) -> None:
    agent, phones = new(), FakePhones(is_away=True)
    fill(store, agent)
    keep(store, phones, now=NOON.add(seconds=1))
    phones.is_away = False

    keep(store, phones)
    keep(store, phones)

    assert phones.called == [LegToCall(agent.id, leg_of(agent), "101")]


@pytest.mark.parametrize("state", [AgentState.PAUSED, AgentState.READY])
def test_an_agent_whose_leg_has_ended_is_gone(store: SqlStore, state: AgentState) -> None:
    agent = with_leg(state=state)
    fill(store, agent)

    tell(store, LegEnded(agent.id, agent.leg_id, "NORMAL_CLEARING"))

    assert agents_of(store) == []


def test_an_agent_whose_phone_does_not_answer_is_logged_out(store: SqlStore) -> None:
    agent = new(switch="s1")
    fill(store, agent)

    tell(store, LegEnded(agent.id, leg_of(agent), "NO_ANSWER"))

    assert agents_of(store) == []


def test_what_is_told_of_an_earlier_session_changes_nothing_and_its_leg_is_ended(store: SqlStore) -> None:
    agent = with_leg()
    fill(store, agent)

    unneeded = tell(store, LegEnded(agent.id, "an older leg"), LegAnswered(agent.id, "an older leg"))

    assert (agents_of(store), unneeded) == ([agent], ["an older leg"])


def test_an_agent_whose_leg_the_switch_has_lost_is_gone(store: SqlStore) -> None:
    kept, lost = with_leg(101), with_leg(102)
    fill(store, kept, lost)

    keep(store, FakePhones(channels={kept.leg_id}))

    assert [one.extension for one in agents_of(store)] == ["101"]


def test_a_switch_that_cannot_be_asked_proves_nothing(store: SqlStore) -> None:
    agent = with_leg()
    fill(store, agent)

    keep(store, FakePhones(is_away=True))

    assert agents_of(store) == [agent]


def test_the_leg_of_an_agent_who_has_left_is_ended(store: SqlStore) -> None:
    phones = FakePhones()
    fill(store, new(state=AgentState.GONE, since=NOON), new(102, state=AgentState.GONE, since=NOON.subtract(hours=1)))

    keep(store, phones, now=NOON.add(seconds=2))

    assert phones.ended == [leg_of(new())]


def test_only_the_leader_applies_events(store: SqlStore) -> None:
    agent = with_leg()
    fill(store, agent)
    other = LeaderLease(LEASE.name, UUID(int=10))

    with pytest.raises(Superseded):
        apply_leg_events(desk(store), [LegEnded(agent.id, agent.leg_id)], switch="s1", lease=other)

    assert agents_of(store) == [agent]
