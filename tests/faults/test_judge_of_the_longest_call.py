"""What the judge finds where a call goes on for longer than the longest; other parts of a switch are beside it."""

from dataclasses import replace

import pytest

from tests.faults.evidence import Evidence, Stopped
from tests.faults.judge import checks
from tests.faults.planted import START, broken, carried, clean, with_carrier, with_lead
from tests.faults.promises import Promise
from tests.faults.seen import Seen
from tests.faults.test_judge_of_switches import with_lines, with_row, without_lines
from worker.domain.lead import Stage


def talking(*, seconds: float, cause: str = "NORMAL_CLEARING") -> Evidence:
    """Let the callee of a2-1 talk for so long."""
    dialled, over = carried("a2-1", at=2)
    answered = replace(dialled, event="answered", at=START + 3)
    evidence = with_lines(
        without_lines(clean(), "a2-1"), dialled, answered, replace(over, at=START + 3 + seconds, cause=cause)
    )
    row = with_row(evidence, "a2-1", ended_at=START + 3 + seconds, cause=cause)
    return replace(row, longest_call=100, speed=10)


def test_a_talk_that_the_switch_did_not_end_is_found() -> None:
    assert broken(talking(seconds=10.5)) == []
    assert broken(talking(seconds=11.5)) == [Promise.LONGEST_CALL]
    assert broken(talking(seconds=11.5, cause="ALLOTTED_TIMEOUT")) == [Promise.LONGEST_CALL]


def test_a_carriers_own_longest_call_comes_first() -> None:
    assert broken(with_carrier(talking(seconds=4.5), "one", longest_call_seconds=30)) == [Promise.LONGEST_CALL]
    assert broken(with_carrier(talking(seconds=14.5), "one", longest_call_seconds=200)) == []


def test_the_time_in_which_the_switch_stood_still_is_not_counted() -> None:
    evidence = talking(seconds=14)

    assert broken(replace(evidence, switch_stopped=(Stopped(since=START + 5, until=START + 9),))) == []
    other = Stopped(since=START + 5, until=START + 9, switch="other")
    assert broken(replace(evidence, switch_stopped=(other,))) == [Promise.LONGEST_CALL]


@pytest.mark.parametrize(("around", "found"), [(5, []), (2, [Promise.LONGEST_CALL])])
def test_a_busy_switch_that_falls_silent_got_no_time(around: int, found: list[Promise]) -> None:
    evidence = talking(seconds=14)
    moments = [since + place / 10 for since in (9.5, 14, 15, 16) for place in range(around)]
    busy = [Seen(event="progress", at=START + moment) for moment in moments]

    assert broken(with_lines(evidence, *busy)) == found


def test_the_table_counts_the_talks() -> None:
    assert checks(talking(seconds=5))[Promise.LONGEST_CALL] == 1
    assert checks(with_lead(clean(), "a1", stage=Stage.NEW))[Promise.LONGEST_CALL] == 0
