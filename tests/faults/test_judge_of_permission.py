"""What the judge finds in the switch's log: people who were dialled although a rule forbade it at that moment."""

from dataclasses import replace

import pytest

from tests.faults.evidence import Listing, Stopped
from tests.faults.judge import Promise, Tolerance, judge
from tests.faults.planted import PHONES, START, a_call, broken, clean, edited, texts, with_rows, with_settings

NANOSECONDS = 1_000_000_000
HOUR = 3600 * NANOSECONDS


def until(hour: float) -> list[dict[str, int]]:
    """Make schedules that are open each day from eight until that hour."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    edges = {"start": 8 * HOUR, "end": round(hour * HOUR)}
    return [{f"{day}_{edge}_time": at for day in days for edge, at in edges.items()}]


def test_a_dial_after_a_window_has_shut_is_found() -> None:
    evidence = with_settings(clean(), "A", schedules=until(12 + 10 / 3600))

    found = judge(evidence)

    assert [(f.promise, f.facts["call"]) for f in found] == [(Promise.WINDOW, "a1-2")]


def test_local_times_narrow_the_hours() -> None:
    evidence = with_settings(clean(), "A", local_start_time="08:00:00", local_end_time="12:00:10")

    assert broken(evidence) == [Promise.WINDOW]


def test_a_code_goes_out_at_any_hour_and_whatever_the_status() -> None:
    shut = with_settings(clean(), "B", schedules=until(11), status="stop")

    evidence = with_rows(shut, calls={**shut.rows.calls, "b1-1": a_call("b1-1", otp=True)})

    assert broken(shut) == [Promise.WINDOW, Promise.RUNNING]
    assert broken(evidence) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "stop"},
        {"status": "pause"},
        {"active": False},
        {"deleted": True},
        {"carrier_uuid": "two"},
        {"lead_expired_at": "2026-11-23T12:00:12"},
    ],
)
def test_a_dial_after_an_edit_that_forbids_it_is_found(changes: dict[str, object]) -> None:
    evidence = edited(clean(), "A", asked=10, answered=11, **changes)

    found = judge(evidence)

    assert [(f.promise, f.facts["call"]) for f in found] == [(Promise.RUNNING, "a1-2")]


def test_what_was_on_its_way_when_a_stop_was_answered_is_let_pass_for_the_stated_time() -> None:
    evidence = edited(clean(), "A", asked=19, answered=19.5, status="stop")

    assert broken(evidence) == []
    assert [f.promise for f in judge(evidence, tolerance=Tolerance(on_its_way=0.4))] == [Promise.RUNNING]


def test_what_a_stopped_switch_was_sent_is_judged_by_the_settings_of_that_time() -> None:
    stopped_late = edited(clean(), "A", asked=14, answered=15, status="stop")

    evidence = replace(stopped_late, switch_stopped=(Stopped(since=START + 12, until=START + 19.9),))

    assert broken(stopped_late) == [Promise.RUNNING]
    assert broken(evidence) == []


def test_what_a_stopped_switch_was_sent_inside_a_window_is_let_pass() -> None:
    late = with_settings(clean(), "A", schedules=until(12 + 10 / 3600))

    evidence = replace(late, switch_stopped=(Stopped(since=START + 9, until=START + 19.9),))

    assert broken(late) == [Promise.WINDOW]
    assert broken(evidence) == []
    assert broken(replace(late, switch_stopped=(Stopped(since=START + 11, until=START + 19.9),))) == [Promise.WINDOW]
    assert broken(replace(late, switch_stopped=(Stopped(since=START + 9, until=START + 18),))) == [Promise.WINDOW]


def test_the_end_of_a_window_is_let_pass_for_the_stated_time_which_is_none() -> None:
    shut = with_settings(clean(), "A", schedules=until(12 + 20 / 3600))

    assert [f.promise for f in judge(shut)] == [Promise.WINDOW]
    assert judge(shut, tolerance=Tolerance(past_the_window=0.1)) == []


def test_a_stop_that_nobody_answered_may_hold_or_not() -> None:
    evidence = edited(clean(), "A", asked=10, answered=None, status="stop")

    assert broken(evidence) == []


def test_a_pause_ends_when_a_window_opens() -> None:
    paused = edited(clean(), "A", asked=10, answered=11, status="pause", schedules=until(20))
    reopened = [{**until(20)[0], "monday_start_time": 12 * HOUR + 15 * NANOSECONDS}]

    evidence = edited(clean(), "A", asked=10, answered=11, status="pause", schedules=reopened)

    assert broken(paused) == [Promise.RUNNING]
    assert broken(evidence) == []


def test_a_pause_outlasts_a_window_that_had_opened_before_it() -> None:
    opened = [{**until(20)[0], "monday_start_time": 12 * HOUR + 5 * NANOSECONDS}]

    evidence = edited(clean(), "A", asked=10, answered=11, status="pause", schedules=opened)

    assert broken(evidence) == [Promise.RUNNING]


def test_a_dial_of_an_inactive_list_is_found() -> None:
    evidence = edited(clean(), "list A", asked=10, answered=11, active=False)

    assert texts(evidence) == ["dialled although its list is inactive"]
    assert broken(edited(clean(), "list A", asked=19, answered=19.5, active=False)) == []


@pytest.mark.parametrize("prefix", ["", "9"])
def test_a_dial_of_a_number_that_had_been_listed_is_found_whatever_its_prefix(prefix: str) -> None:
    lines = [replace(line, number=prefix + line.number) if line.number else line for line in clean().lines]
    listing = Listing(tenant="T", phone=PHONES["a1"], answered_at=START + 10)

    found = judge(replace(clean(), lines=tuple(lines), listings=(listing,)))

    assert [(f.promise, f.facts["call"]) for f in found] == [(Promise.DO_NOT_CALL, "a1-2")]


@pytest.mark.parametrize(("lifted", "found"), [(19.5, []), (20.5, [Promise.DO_NOT_CALL])])
def test_a_number_may_be_dialled_again_once_it_was_taken_off_the_list(lifted: float, found: list[Promise]) -> None:
    listing = Listing(tenant="T", phone=PHONES["a1"], answered_at=START + 10, lifted_at=START + lifted)
    again = replace(listing, answered_at=START + 22, lifted_at=None)

    assert broken(replace(clean(), listings=(listing, again))) == found


def test_a_landline_that_had_been_listed_is_found() -> None:
    landline = "02873000001"
    lines = [replace(line, number=landline) if line.call == "b1-1" else line for line in clean().lines]
    listing = Listing(tenant="T", phone=landline, answered_at=START)

    assert broken(replace(clean(), lines=tuple(lines), listings=(listing,))) == [Promise.DO_NOT_CALL]


def test_another_tenants_list_bars_nobody() -> None:
    listing = Listing(tenant="somebody else", phone=PHONES["a1"], answered_at=START + 10)

    assert broken(replace(clean(), listings=(listing,))) == []
