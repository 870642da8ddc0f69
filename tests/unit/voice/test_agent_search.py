"""A callee is connected to an agent in time, or hears the message."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from tests.unit.voice.test_talk import CALL, Scene, scene
from worker.domain.ids import AgentId, CallId
from worker.usecases.voice.agents import Offer

FIRST, SECOND = Offer(AgentId(UUID(int=1)), "leg-1"), Offer(AgentId(UUID(int=2)), "leg-2")
JOIN_FIRST = ["api uuid_setvar ID park_after_bridge true", "api uuid_bridge ID leg-1"]
JOIN_SECOND = ["api uuid_setvar ID park_after_bridge true", "api uuid_bridge ID leg-2"]
MESSAGE = "playback Xin chào"


@dataclass
class FakeDesk:
    free: list[Offer] = field(default_factory=list)
    is_away: bool = False
    asked: int = 0
    late: list[Callable[[Offer | None], None]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)

    def reserve(self, call_id: CallId, then: Callable[[Offer | None], None]) -> None:
        assert call_id == CALL
        self.asked += 1
        if self.is_away:
            self.late.append(then)
        else:
            then(self.free.pop(0) if self.free else None)

    def connected(self, _call_id: CallId, offer: Offer, *, seconds: float) -> None:
        assert seconds >= 0
        self.said.append(("connected", offer.leg))

    def failed(self, _call_id: CallId, offer: Offer) -> None:
        self.said.append(("failed", offer.leg))

    def release(self, _call_id: CallId, offer: Offer) -> None:
        self.said.append(("release", offer.leg))


def test_a_callee_is_joined_to_the_agent_and_both_are_heard_to_the_end() -> None:
    desk = FakeDesk([FIRST])
    it = _scene(desk)

    assert it.connect()[-2:] == JOIN_FIRST
    assert it.event("CHANNEL_BRIDGE", Bridge_B_Unique_ID="leg-1") == [
        "api uuid_setvar ID park_after_bridge false",
        "api sched_del ID",
        "api sched_hangup +901 ID ALLOTTED_TIMEOUT",
    ]
    it.wire.pass_time(600)
    assert (it.wire.take(), desk.said) == ([], [("connected", "leg-1")])
    assert it.event("CHANNEL_UNBRIDGE") == ["hangup NORMAL_CLEARING"]
    it.event("CHANNEL_HANGUP_COMPLETE")
    assert (it.backstage.finishes, it.backstage.first_sounds) == (["agent"], [])


def test_a_leg_that_is_gone_is_ended_and_the_next_agent_is_taken() -> None:
    desk = FakeDesk([FIRST, SECOND])
    it = _scene(desk)
    it.connect()

    assert _reply(it, "-ERR Invalid uuid") == ["api uuid_kill leg-1", *JOIN_SECOND]
    assert it.event("CHANNEL_BRIDGE", Bridge_B_Unique_ID="leg-1") == []  # late news of the leg that was given up
    it.event("CHANNEL_BRIDGE", Bridge_B_Unique_ID="leg-2")
    assert desk.said == [("failed", "leg-1"), ("connected", "leg-2")]


def test_a_leg_that_the_switch_does_not_connect_in_time_counts_as_gone() -> None:
    desk = FakeDesk([FIRST, SECOND])
    it = _scene(desk)
    it.connect()

    it.wire.pass_time(0.5)

    assert it.wire.take() == ["api uuid_kill leg-1", *JOIN_SECOND]


def test_an_agent_who_becomes_free_meanwhile_is_taken() -> None:
    desk = FakeDesk()
    it = _scene(desk)
    it.connect()
    it.wire.pass_time(1.0)
    desk.free.append(FIRST)

    it.wire.pass_time(0.2)

    assert it.wire.take() == JOIN_FIRST


def test_without_an_agent_the_message_begins_in_time_and_the_call_ends_behind_it() -> None:
    desk = FakeDesk()
    it = _scene(desk)
    it.connect()

    it.wire.pass_time(1.7)

    assert it.wire.take()[-1] == MESSAGE
    assert 10 <= desk.asked <= 13
    assert it.done(1) == ["hangup NORMAL_CLEARING"]


def test_the_message_begins_in_time_although_the_database_is_away_and_a_late_agent_is_given_back() -> None:
    desk = FakeDesk(is_away=True)
    it = _scene(desk)
    it.connect()
    it.wire.pass_time(1.7)
    assert it.wire.take()[-1] == MESSAGE

    desk.late[0](FIRST)

    assert (it.wire.take(), desk.said) == ([], [("release", "leg-1")])


def test_a_callee_who_has_gone_needs_nobody_any_more() -> None:
    desk = FakeDesk(is_away=True)
    it = _scene(desk)
    it.connect()
    it.event("CHANNEL_HANGUP_COMPLETE")

    desk.late[0](FIRST)
    it.wire.pass_time(5)

    assert (it.wire.take(), desk.said, it.backstage.finishes) == ([], [("release", "leg-1")], ["callee_gone"])


def test_a_process_without_agents_speaks() -> None:
    assert scene(needs_agent=True).connect()[-1] == MESSAGE


def _scene(desk: FakeDesk) -> Scene:
    return scene(desk=desk, needs_agent=True)


def _reply(it: Scene, text: str) -> list[str]:
    body = f"{text}\n".encode()
    it.talk.received(b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(body), body))
    return it.wire.take()
