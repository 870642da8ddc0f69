"""A log that grows is read as if it were read whole each time."""

from pathlib import Path

from tests.stack.following import FollowedLog
from worker.simulator.log import Line, SwitchLog, read_log

LINES = [Line(event="originated", at=float(number), call=f"call {number}") for number in range(4)]


def test_a_log_that_grows_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "switch.jsonl"
    followed, log = FollowedLog(path), SwitchLog(path)
    before = followed.lines()
    log.write(LINES[0])
    log.write(LINES[1])
    first = followed.lines()
    log.write(LINES[2])

    assert (before, first, followed.lines()) == ([], LINES[:2], LINES[:3])
    assert followed.lines() == read_log(path)
    log.close()


def test_a_line_is_read_once_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "switch.jsonl"
    path.write_bytes(b'{"at": 0.0, "event": "star')
    followed = FollowedLog(path)
    before = followed.lines()
    with path.open("ab") as file:
        file.write(b'ted"}\n{"at": 1.0, ')

    assert (before, followed.lines()) == ([], [Line(event="started", at=0.0)])


def test_what_a_killed_switch_left_unfinished_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "switch.jsonl"
    path.write_bytes(b'{"at": 0.0, "ev')
    followed = FollowedLog(path)
    followed.lines()
    with path.open("ab") as file:
        file.write(b'{"at": 1.0, "event": "started"}\n{"at": 2.0, "event": "started"}\n')

    assert followed.lines() == read_log(path) == [Line(event="started", at=2.0)]
