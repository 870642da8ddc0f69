from worker.simulator.agent_log import (
    Meeting,
    agents_with_two_callees,
    callees_with_two_agents,
    left_in_silence,
    meetings,
    waits,
)
from worker.simulator.log import Line


def test_conversations_are_read_from_the_log_and_end_with_the_switch() -> None:
    lines = [
        _line(1, "bridged", "a", other="x"),
        _line(2, "bridged", "b", other="y"),
        _line(3, "unbridged", "a", other="x"),
        _line(4, "started"),
        _line(5, "bridged", "c", other="z"),
    ]

    assert meetings(lines) == [
        Meeting("a", "x", 1, 3),
        Meeting("b", "y", 2, 4),
        Meeting("c", "z", 5, float("inf")),
    ]


def test_nobody_is_blamed_for_one_after_the_other() -> None:
    lines = [
        _line(1, "bridged", "a", other="x"),
        _line(2, "unbridged", "a", other="x"),
        _line(2, "bridged", "b", other="x"),
        _line(3, "unbridged", "b", other="x"),
        _line(3, "bridged", "b", other="y"),
    ]

    assert (callees_with_two_agents(lines), agents_with_two_callees(lines)) == (set(), set())


def test_two_at_once_are_found_on_either_side() -> None:
    lines = [
        _line(1, "bridged", "a", other="x"),
        _line(2, "bridged", "a", other="y"),
        _line(3, "bridged", "b", other="y"),
    ]

    assert callees_with_two_agents(lines) == {"a"}
    assert agents_with_two_callees(lines) == {"y"}


def test_a_callee_who_is_left_in_silence_is_found_unless_he_hung_up_himself_before() -> None:
    lines = [
        *(_line(10, "answered", call) for call in ("served", "told", "left", "late", "gone", "dropped", "waits")),
        _line(11, "bridged", "served", other="x"),
        _line(11, "hangup", "left", by="callee"),
        _line(11.5, "hangup", "dropped"),
        _line(12, "played", "told"),
        _line(13, "bridged", "late", other="y"),
        _line(14, "hangup", "gone", by="callee"),
        _line(14, "answered", "recent"),
    ]

    assert left_in_silence(lines, seconds=2.2) == {"dropped": 1.5, "late": 3, "gone": 4, "waits": 4}
    assert waits(lines) == [1, 3]


def test_what_a_restarted_switch_had_up_is_nobodys_fault() -> None:
    assert left_in_silence([_line(1, "answered", "a"), _line(9, "started"), _line(20, "x")], seconds=2.2) == {}


def _line(at: float, event: str, call: str = "", *, other: str = "", by: str = "") -> Line:
    return Line(event=event, at=at, call=call, other=other, by=by)
