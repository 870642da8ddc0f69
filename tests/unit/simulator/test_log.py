from pathlib import Path

from worker.simulator.log import (
    Line,
    SwitchLog,
    dials_by_call,
    dials_by_number,
    peak,
    peak_by_campaign,
    read_log,
)


def test_a_log_comes_back_as_written_without_a_line_that_was_never_finished(tmp_path: Path) -> None:
    path = tmp_path / "switch.jsonl"
    lines = [Line(event="originated", at=1.5, call="a", number="0981", campaign="c")]
    log = SwitchLog(path)
    log.write(lines[0])
    log.close()
    with path.open("ab") as file:
        file.write(b'{"event": "hang')

    assert read_log(path) == lines


def test_peaks_and_dials_are_counted() -> None:
    lines = [
        _line("started"),
        _line("originated", "a", campaign="x"),
        _line("originated", "b", campaign="y"),
        _line("refused", "d", campaign="y"),
        _line("hangup", "a", campaign="x"),
        _line("originated", "c", campaign="x"),
        _line("hangup", "b", campaign="y"),
    ]

    assert peak(lines) == 2
    assert peak_by_campaign(lines) == {"x": 1, "y": 1}
    assert dials_by_number(lines) == {"0": 3}
    assert dials_by_call(lines) == {"a": 1, "b": 1, "c": 1}


def test_calls_of_a_switch_that_died_are_up_no_more() -> None:
    lines = [_line("started"), _line("originated", "a"), _line("started"), _line("originated", "b")]

    assert peak(lines) == 1
    assert peak_by_campaign(lines) == {"": 1}


def _line(event: str, call: str = "", campaign: str = "") -> Line:
    return Line(event=event, at=0.0, call=call, number="0", campaign=campaign)
