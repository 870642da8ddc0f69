"""An agent's life: whatever happens in whatever order, an agent has one callee at most and gets what was asked for."""

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from pendulum import Duration

from tests.builders import CAMPAIGN, NOON
from tests.builders.agents import an_agent
from worker.domain.agents.acts import (
    Act,
    EndCall,
    LegDied,
    LegUp,
    LogIn,
    LogOut,
    LogOutLater,
    NoAnswer,
    Pause,
    PauseLater,
    Release,
    Reserve,
    Resume,
    Talk,
    WrapOver,
)
from worker.domain.agents.agent import Agent, AgentState, Leg, Wish
from worker.domain.agents.life import LIFE, NO_ANSWER, step
from worker.domain.agents.worked_time import Interval, interval_before, worked_times
from worker.domain.ids import CallId

CALL, OTHER = CallId(UUID(int=1)), CallId(UUID(int=2))
WRAP = Duration(seconds=20)
LATER = NOON.add(seconds=7)
IN_CALL = (AgentState.RESERVED, AgentState.TALKING)
TALKS = an_agent(state=AgentState.TALKING, call_id=CALL)


def after(agent: Agent, *acts: Act) -> Agent:
    for act in acts:
        found = step(agent, act, now=LATER)
        assert found is not None, act
        agent = found
    return agent


def test_a_new_session_begins_paused_and_forgets_the_last_one() -> None:
    gone = an_agent(state=AgentState.GONE, calls_taken=7, leg_id="", offered_at=NOON, pause_code="lunch")

    found = after(gone, LogIn(CAMPAIGN, "205", Leg.ON_HOOK))

    assert (found.state, found.since, found.extension, found.leg) == (AgentState.PAUSED, LATER, "205", Leg.ON_HOOK)
    assert (found.calls_taken, found.offered_at, found.pause_code) == (0, None, "")


def test_a_call_takes_an_agent_from_ready_to_after_call_work() -> None:
    found = after(an_agent(), Reserve(CALL), Talk(CALL), EndCall(CALL, WRAP))

    assert (found.state, found.call_id, found.calls_taken) == (AgentState.AFTER_CALL, CALL, 1)
    assert (found.wrap_until, found.last_call_ended_at) == (LATER + WRAP, LATER)


def test_after_call_work_ends_at_its_time_and_not_before() -> None:
    writing = an_agent(state=AgentState.AFTER_CALL, call_id=CALL, wrap_until=LATER)

    assert step(writing, WrapOver(), now=NOON) is None
    assert after(writing, WrapOver()) == an_agent(since=LATER)


def test_without_a_timer_only_the_agent_ends_after_call_work() -> None:
    found = after(TALKS, EndCall(CALL, None))

    assert (found.state, step(found, WrapOver(), now=LATER.add(hours=9))) == (AgentState.AFTER_CALL, None)
    assert after(found, Resume()).state is AgentState.READY


def test_no_time_for_after_call_work_makes_ready_at_once() -> None:
    found = after(TALKS, EndCall(CALL, Duration()))

    assert (found.state, found.call_id, found.last_call_ended_at) == (AgentState.READY, None, LATER)


def test_a_pause_that_is_asked_for_in_a_call_waits_for_its_end() -> None:
    asked = after(TALKS, Pause("lunch"))

    assert (asked.state, asked.pause_wanted, asked.since) == (AgentState.TALKING, True, NOON)
    ended = after(asked, EndCall(CALL, WRAP))
    assert (ended.state, ended.pause_code, ended.wish, ended.call_id) == (AgentState.PAUSED, "lunch", None, None)


def test_a_log_out_in_a_call_waits_for_its_end() -> None:
    found = after(TALKS, LogOut(), EndCall(CALL, WRAP))

    assert (found.state, found.leg_id, found.wish) == (AgentState.GONE, "", None)


def test_resuming_takes_a_wish_back() -> None:
    found = after(TALKS, Pause("lunch"), Resume(), EndCall(CALL, WRAP))

    assert (found.state, found.pause_code) == (AgentState.AFTER_CALL, "")


def test_a_ready_agent_on_whom_calls_count_leaves_after_the_next_call() -> None:
    found = after(an_agent(), PauseLater("lunch"))

    assert (found.state, found.is_free) == (AgentState.READY, True)
    assert after(found, Reserve(CALL), Talk(CALL), EndCall(CALL, WRAP)).state is AgentState.PAUSED
    assert after(found, Pause("lunch")).state is AgentState.PAUSED
    assert after(an_agent(), LogOutLater(), Reserve(CALL), EndCall(CALL, WRAP)).state is AgentState.GONE


def test_a_callee_who_hangs_up_before_the_connection_costs_no_after_call_work() -> None:
    found = after(an_agent(), Reserve(CALL), EndCall(CALL, WRAP))

    assert (found.state, found.call_id, found.calls_taken) == (AgentState.READY, None, 0)


def test_a_phone_that_nobody_answers_is_offered_no_more_calls() -> None:
    rung = after(an_agent(leg=Leg.ON_HOOK, leg_id="", switch=""), Reserve(CALL), LegUp("x", "s1"), NoAnswer(CALL))

    assert (rung.state, rung.pause_code, rung.leg_id) == (AgentState.PAUSED, NO_ANSWER, "")
    assert after(an_agent(), Reserve(CALL), LogOut(), NoAnswer(CALL)).state is AgentState.GONE


def test_a_lost_leg_ends_the_session_of_an_off_hook_agent_only() -> None:
    on_hook = an_agent(leg=Leg.ON_HOOK, state=AgentState.TALKING, call_id=CALL, leg_id="x")

    assert after(TALKS, LegDied(TALKS.leg_id)).state is AgentState.GONE
    assert step(TALKS, LegDied("another"), now=LATER) is None
    assert step(on_hook, LegDied("x"), now=LATER) is None


def test_only_who_can_be_reached_is_reserved() -> None:
    assert step(an_agent(leg_id=""), Reserve(CALL), now=LATER) is None
    assert after(an_agent(leg_id="", leg=Leg.ON_HOOK), Reserve(CALL)).state is AgentState.RESERVED


def test_news_of_another_call_is_dropped() -> None:
    for act in (Talk(OTHER), Release(OTHER), NoAnswer(OTHER), EndCall(OTHER, WRAP)):
        assert step(an_agent(state=AgentState.RESERVED, call_id=CALL), act, now=LATER) is None


CALLS = st.sampled_from([CALL, OTHER])
ACTS = st.one_of(
    st.builds(LogIn, st.just(CAMPAIGN), st.just("101"), st.sampled_from(Leg)),
    st.sampled_from([LogOut(), LogOutLater(), Resume(), Pause("a"), PauseLater("b"), WrapOver()]),
    st.builds(LegUp, st.sampled_from(["leg 1", "leg 2"]), st.just("s1")),
    st.builds(LegDied, st.sampled_from(["leg 1", "leg 2"])),
    *(st.builds(act, CALLS) for act in (Reserve, Talk, Release, NoAnswer)),
    st.builds(EndCall, CALLS, st.sampled_from([None, Duration(), WRAP])),
)


class AgentLife(RuleBasedStateMachine):
    """One agent to whom anything happens at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.begun = NOON
        self.agent = an_agent(state=AgentState.GONE, leg_id="", switch="")
        self.intervals: list[Interval] = []
        self.logged_in = 0

    @rule(act=ACTS, seconds=st.integers(0, 30))
    def happens(self, act: Act, seconds: int) -> None:
        before, self.now = self.agent, self.now.add(seconds=seconds)
        self.logged_in += seconds if before.is_logged_in else 0
        found = step(before, act, now=self.now)
        if found is None:
            return
        assert (before.state, type(act)) in LIFE
        assert before.call_id in {None, found.call_id} or found.call_id is None, "from one callee to another"
        if before.wish is not None and before.state in IN_CALL and found.state is AgentState.READY:
            raise AssertionError("a wish was forgotten")
        self.agent = found
        ended = interval_before(before, found)
        if ended is not None:
            self.intervals.append(ended)

    @invariant()
    def a_call_belongs_to_the_states_that_have_one(self) -> None:
        assert (self.agent.call_id is not None) == (self.agent.state in {*IN_CALL, AgentState.AFTER_CALL})
        assert self.agent.wrap_until is None or self.agent.state is AgentState.AFTER_CALL

    @invariant()
    def a_wish_waits_only_where_a_call_may_come(self) -> None:
        assert self.agent.wish is None or self.agent.state in {*IN_CALL, AgentState.READY}
        assert self.agent.wish is not Wish.PAUSE or self.agent.pause_code in {"a", "b"}

    @invariant()
    def who_is_gone_has_no_leg(self) -> None:
        assert self.agent.is_logged_in or not self.agent.leg_id

    @invariant()
    def every_second_of_the_session_is_in_one_interval(self) -> None:
        last = interval_before(self.agent, an_agent(since=self.now))
        worked = worked_times([*self.intervals, *([last] if last else [])], start=NOON, end=self.now.add(seconds=1))
        assert sum(t.pause + t.wait + t.talk + t.dispo for t in worked.values()) == self.logged_in


TestAgentLife = AgentLife.TestCase
TestAgentLife.settings = settings(max_examples=60, stateful_step_count=40)
