"""Plans, dials and pauses on real rows, in any order: abandoned calls never exceed the target."""

from dataclasses import replace
from datetime import date

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import update
from typing_extensions import override

from tests.builders import CAMPAIGN, NOON, add_leads, fill_store, stored_settings, viettel
from tests.builders.agents import add_agents, add_answers, an_agent
from tests.fakes.database import empty_database
from tests.unit.usecases.conftest import World
from worker.domain.agents.agent import Agent, AgentState
from worker.domain.agents.dialling import Bound
from worker.domain.agents.staffing import Advice
from worker.domain.agents_rule import AgentsRule
from worker.domain.call import CallState
from worker.domain.ids import CallId
from worker.domain.reason import Reason
from worker.ports.agents.agents import AgentChange
from worker.ports.agents.pacing import AbandonedCall, Learnt
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore

TODAY = date(2026, 11, 23)
TARGET = 100
RULE = AgentsRule(ratio=500, hopper=100, target_per_mille=TARGET)


class Desk(RuleBasedStateMachine):
    """A campaign in the store; the model beside it counts by itself."""

    def __init__(self) -> None:
        """Store a campaign whose only limit that matters is its agents."""
        super().__init__()
        self.engine = empty_database()
        self.world = World(SqlStore(self.engine))
        extras = {**stored_settings().extras, "ratio": 500, "hopper": 100, "abandon_target_per_mille": TARGET}
        fill_store(
            self.world.store,
            stored_settings(type="autodialer", concurrent_call=100, extras=extras),
            carrier_calls=100,
        )
        add_leads(self.world.store, viettel(90))
        self.agents: list[Agent] = []
        self.planned: list[CallId] = []
        self.ringing: list[CallId] = []
        self.waiting: list[CallId] = []
        self.answered = self.abandoned = 0

    @initialize(served=st.sampled_from([0, 9, 10, 25]), beyond=st.integers(0, 6))
    def begin(self, served: int, beyond: int) -> None:
        """Let the campaign have served some, and the statistics advise so many calls."""
        add_answers(self.world.store, served)
        with self.world.store.transaction() as tx:
            tx.pacing.keep(CAMPAIGN, Learnt(advice=Advice(beyond, 0.1, Bound.RISK), until=NOON))
        self.answered = served

    @override
    def teardown(self) -> None:
        """Forget the database."""
        self.engine.dispose()

    def of(self, state: AgentState) -> list[Agent]:
        return [agent for agent in self.agents if agent.state is state]

    def change(self, agent: Agent, state: AgentState) -> None:
        after = replace(agent, state=state)
        with self.world.store.transaction() as tx:
            tx.agents.save([AgentChange(agent, after)])
        self.agents[self.agents.index(agent)] = after

    def set_call(self, call_id: CallId, **new: object) -> None:
        with self.world.store.transaction() as tx:
            tx.connection.execute(update(calls).where(calls.c.id == call_id).values(new))

    @precondition(lambda self: len(self.agents) < 4)
    @rule()
    def log_in(self) -> None:
        agent = an_agent(101 + len(self.agents))
        add_agents(self.world.store, agent)
        self.agents.append(agent)

    @rule()
    def plan(self) -> None:
        self.planned += self.world.plan()

    @rule(count=st.sampled_from([1, 100]))
    def place(self, count: int) -> None:
        now, self.planned = self.planned[:count], self.planned[count:]
        before = len(self.world.telephony.placed)
        self.world.place(now)
        self.ringing += [one.call_id for one in self.world.telephony.placed[before:]]

    @precondition(lambda self: self.ringing)
    @rule()
    def answer(self) -> None:
        call_id = self.ringing.pop(0)
        self.set_call(call_id, state=CallState.ANSWERED, answered_at=NOON)
        self.waiting.append(call_id)

    @precondition(lambda self: self.ringing)
    @rule()
    def fail(self) -> None:
        self.set_call(self.ringing.pop(), state=CallState.ENDED, ended_at=NOON)

    @precondition(lambda self: self.waiting and self.of(AgentState.READY))
    @rule()
    def serve(self) -> None:
        call_id, agent = self.waiting.pop(0), self.of(AgentState.READY)[0]
        self.change(agent, AgentState.TALKING)
        with self.world.store.transaction() as tx:
            tx.agents.note_reserved(call_id, agent.user_id)
            assert tx.pacing.count_served(call_id, now=NOON)
        self.answered += 1

    @precondition(lambda self: self.waiting and not self.of(AgentState.READY))
    @rule()
    def abandon(self) -> None:
        call_id = self.waiting.pop(0)
        with self.world.store.transaction() as tx:
            tx.pacing.count_abandoned(AbandonedCall(call_id=call_id, answered_at=NOON, abandoned_at=NOON))
            tx.connection.execute(update(calls).where(calls.c.id == call_id).values(state=CallState.ENDED))
        self.answered += 1
        self.abandoned += 1

    @precondition(lambda self: self.of(AgentState.TALKING))
    @rule()
    def end_the_call(self) -> None:
        self.change(self.of(AgentState.TALKING)[0], AgentState.READY)

    @precondition(lambda self: self.of(AgentState.READY))
    @rule()
    def pause(self) -> None:
        with self.world.store.transaction() as tx:
            staffing = tx.pacing.staffing({CAMPAIGN: (RULE, TODAY)})[CAMPAIGN]
        if staffing.lines.may_pause(credit=staffing.credit):
            self.change(self.of(AgentState.READY)[0], AgentState.PAUSED)

    @precondition(lambda self: self.of(AgentState.PAUSED))
    @rule()
    def resume(self) -> None:
        self.change(self.of(AgentState.PAUSED)[0], AgentState.READY)

    @invariant()
    def calls_keep_within_ready_agents_and_the_credit(self) -> None:
        credit = self.answered * TARGET // 1_000 - self.abandoned
        assert len(self.ringing) + len(self.waiting) <= len(self.of(AgentState.READY)) + credit

    @invariant()
    def abandoned_calls_keep_within_the_target(self) -> None:
        assert 1_000 * self.abandoned <= TARGET * self.answered


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=12, stateful_step_count=30, deadline=None)


def test_a_queued_call_is_not_dialled_when_its_agent_has_left(world: World) -> None:
    fill_store(world.store, stored_settings(type="autodialer"))
    add_leads(world.store, viettel(2))
    agent = an_agent(101)
    add_agents(world.store, agent)
    (planned,) = world.plan()

    with world.store.transaction() as tx:
        tx.agents.save([AgentChange(agent, replace(agent, state=AgentState.PAUSED))])
    world.place([planned])

    assert world.telephony.placed == []
    with world.store.reading() as tx:
        row = tx.connection.execute(calls.select()).one()
    assert (row.state, row.reason) == (CallState.CANCELLED, Reason.NO_AGENT)


def test_without_agents_nobody_is_planned(world: World) -> None:
    fill_store(world.store, stored_settings(type="autodialer"))
    add_leads(world.store, viettel(2))

    assert world.plan() == []
