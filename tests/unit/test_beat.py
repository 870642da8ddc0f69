"""Beat's timetable: each second by a clock that nobody sets, and nothing twice for what was missed."""

from worker.beat import Timetable


def test_each_task_is_due_at_once_and_then_every_so_many_seconds() -> None:
    timetable = Timetable({"tick": 1.0, "sweep": 2.0})

    due = {at: list(timetable.due(at=at)) for at in (100.0, 100.5, 101.0, 102.0)}

    assert due == {100.0: ["tick", "sweep"], 100.5: [], 101.0: ["tick"], 102.0: ["tick", "sweep"]}


def test_what_was_missed_is_due_once() -> None:
    timetable = Timetable({"tick": 1.0})
    list(timetable.due(at=100.0))

    after_a_stop = [list(timetable.due(at=at)) for at in (130.0, 130.1)]

    assert after_a_stop == [["tick"], []]


def test_it_says_how_long_nothing_is_due() -> None:
    timetable = Timetable({"tick": 1.0, "sweep": 2.0})
    list(timetable.due(at=100.0))

    assert timetable.wait_seconds(at=100.25) == 0.75
    assert timetable.wait_seconds(at=105.0) == 0
