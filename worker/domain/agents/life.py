"""An agent's life: one table of transitions, and what each changes in the row."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, assert_never

from pendulum import DateTime, Duration

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

NO_ANSWER: Final = "no-answer"
"""The pause code of an agent whose phone was not answered."""
_GONE, _PAUSED, _READY = AgentState.GONE, AgentState.PAUSED, AgentState.READY
_RESERVED, _TALKING, _AFTER_CALL = AgentState.RESERVED, AgentState.TALKING, AgentState.AFTER_CALL

LIFE: Final[Mapping[tuple[AgentState, type[Act]], AgentState]] = {
    (_GONE, LogIn): _PAUSED,
    (_PAUSED, Resume): _READY,
    (_PAUSED, Pause): _PAUSED,  # another pause code
    (_PAUSED, LegUp): _PAUSED,
    (_PAUSED, LegDied): _GONE,
    (_PAUSED, LogOut): _GONE,
    (_READY, Reserve): _RESERVED,
    (_READY, Pause): _PAUSED,
    (_READY, PauseLater): _READY,
    (_READY, Resume): _READY,
    (_READY, LegUp): _READY,
    (_READY, LegDied): _GONE,
    (_READY, LogOut): _GONE,
    (_READY, LogOutLater): _READY,
    (_RESERVED, Talk): _TALKING,
    (_RESERVED, Release): _READY,
    (_RESERVED, NoAnswer): _PAUSED,
    (_RESERVED, EndCall): _READY,  # the callee hung up before the connection
    (_RESERVED, Pause): _RESERVED,
    (_RESERVED, Resume): _RESERVED,
    (_RESERVED, LogOut): _RESERVED,
    (_RESERVED, LegUp): _RESERVED,
    (_RESERVED, LegDied): _GONE,
    (_TALKING, EndCall): _AFTER_CALL,
    (_TALKING, Pause): _TALKING,
    (_TALKING, Resume): _TALKING,
    (_TALKING, LogOut): _TALKING,
    (_TALKING, LegDied): _GONE,
    (_AFTER_CALL, Resume): _READY,
    (_AFTER_CALL, WrapOver): _READY,
    (_AFTER_CALL, Pause): _PAUSED,
    (_AFTER_CALL, LogOut): _GONE,
    (_AFTER_CALL, LegUp): _AFTER_CALL,
    (_AFTER_CALL, LegDied): _GONE,
}
"""Every transition; any other combination of state and act is late, repeated or impossible, and is dropped."""

_IN_CALL: Final = frozenset({_RESERVED, _TALKING})


def step(agent: Agent, act: Act, *, now: DateTime) -> Agent | None:
    """Return the agent after the act; None when the act does not apply to this state, call or leg.

    A wish that waited for the end of a call is granted with that end.
    """
    to = LIFE.get((agent.state, type(act)))
    if to is None or not _concerns(agent, act, now=now):
        return None
    after = _changed(agent, act, to=to)
    if to is not agent.state:
        after = replace(after, state=to, since=now)
    return _settled(after, act, now=now)


def _concerns(agent: Agent, act: Act, *, now: DateTime) -> bool:
    match act:
        case Talk(call_id) | Release(call_id) | NoAnswer(call_id) | EndCall(call_id=call_id):
            return agent.call_id == call_id
        case LegDied(leg_id):
            return agent.leg is Leg.OFF_HOOK and agent.leg_id == leg_id
        case Reserve():
            return agent.is_free
        case WrapOver():
            return agent.wrap_until is not None and agent.wrap_until <= now
        case LogIn() | LogOut() | LogOutLater() | Resume() | Pause() | PauseLater() | LegUp():
            return True
        case never:
            assert_never(never)


def _changed(agent: Agent, act: Act, *, to: AgentState) -> Agent:
    """Return the row with what the act changes beside the state."""
    match act:
        case LogIn() | LegUp() | LegDied() | LogOut() | LogOutLater():
            return _of_session(agent, act, to=to)
        case Pause(code) | PauseLater(code):
            waits = to is not _PAUSED
            return replace(agent if waits else _idle(agent), wish=Wish.PAUSE if waits else None, pause_code=code)
        case Resume():
            return replace(_idle(agent) if to is _READY else agent, wish=None, pause_code="")
        case Reserve() | Talk() | Release() | NoAnswer() | EndCall() | WrapOver():
            return _of_call(agent, act, to=to)
        case never:
            assert_never(never)


def _of_call(agent: Agent, act: Reserve | Talk | Release | NoAnswer | EndCall | WrapOver, *, to: AgentState) -> Agent:
    match act:
        case Reserve(call_id):
            return replace(agent, call_id=call_id)
        case Talk():
            return replace(agent, calls_taken=agent.calls_taken + 1)
        case NoAnswer():
            return replace(_idle(agent), pause_code=NO_ANSWER)
        case Release() | WrapOver() | EndCall():
            return _on_hook_again(agent) if to is _AFTER_CALL else _idle(agent)
        case never:
            assert_never(never)


def _of_session(agent: Agent, act: LogIn | LegUp | LegDied | LogOut | LogOutLater, *, to: AgentState) -> Agent:
    match act:
        case LogIn(campaign_id, extension, leg):
            return replace(_left(agent), campaign_id=campaign_id, extension=extension, leg=leg, calls_taken=0)
        case LegUp(leg_id, switch):
            return replace(agent, leg_id=leg_id, switch=switch)
        case LegDied():
            return _left(agent)
        case LogOut() | LogOutLater():
            return _left(agent) if to is _GONE else replace(agent, wish=Wish.LOG_OUT)
        case never:
            assert_never(never)


def _settled(agent: Agent, act: Act, *, now: DateTime) -> Agent:
    """Return the agent with the times of the act, and after what follows from it at once."""
    match act:
        case LogIn():
            return replace(agent, logged_in_at=now, offered_at=None, last_call_ended_at=None)
        case Reserve():
            return replace(agent, offered_at=now)
        case EndCall(wrap=wrap) if agent.state is _AFTER_CALL:
            ended = replace(agent, last_call_ended_at=now, wrap_until=None if wrap is None else now + wrap)
            if ended.wish is None and wrap == Duration():
                return step(ended, WrapOver(), now=now) or ended
            return _wish_granted(ended, now=now)
        case EndCall() | Release() | NoAnswer():
            return _wish_granted(agent, now=now)
        case _:
            return agent


def _wish_granted(agent: Agent, *, now: DateTime) -> Agent:
    match agent.wish:
        case None:
            return agent
        case Wish.PAUSE:
            return step(agent, Pause(agent.pause_code), now=now) or agent
        case Wish.LOG_OUT:
            return step(agent, LogOut(), now=now) or agent
        case never:
            assert_never(never)


def _idle(agent: Agent) -> Agent:
    return replace(_on_hook_again(agent), call_id=None, wrap_until=None)


def _on_hook_again(agent: Agent) -> Agent:
    """Return the agent without the leg that an on-hook phone has only during a call."""
    return replace(agent, leg_id="", switch="") if agent.leg is Leg.ON_HOOK else agent


def _left(agent: Agent) -> Agent:
    return replace(_idle(agent), wish=None, pause_code="", leg_id="", switch="")
