"""Which settings the judge lets stand for a moment."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tests.faults.evidence import Edit
from tests.faults.history import History, histories
from tests.faults.planted import START, clean, with_settings

EVER = float("inf")


def limits(history: History[int], since: float, until: float | None = None) -> set[int]:
    """Give the limits that may have been in force in a time, or at a moment."""
    return set(history.during(since, since if until is None else until))


def a_history(*edits: tuple[float, float | None, Any]) -> History[int]:
    """Edit a limit of 1 at the moments at which that was asked and answered."""
    made = [Edit(subject="A", asked_at=at, answered_at=then, changes={"limit": to}) for at, then, to in edits]
    return History({"limit": 1}, made, read=lambda settings: int(settings["limit"]))


def test_without_an_edit_the_database_tells_what_held_all_the_time() -> None:
    assert limits(a_history(), -EVER, EVER) == {1}


def test_from_the_question_on_an_edit_may_hold_and_from_the_answer_on_it_must() -> None:
    history = a_history((10, 12, 2))

    assert limits(history, 9.9) == {1}
    assert limits(history, 10) == {1, 2}
    assert limits(history, 11.9) == {1, 2}
    assert limits(history, 12) == {2}


def test_a_time_allows_what_any_of_its_moments_does() -> None:
    history = a_history((10, 12, 2), (20, 21, 3))

    assert limits(history, 5, 10) == {1, 2}
    assert limits(history, 13, 20.5) == {2, 3}
    assert limits(history, 12, 19) == {2}


def test_an_edit_that_was_never_answered_may_hold_from_then_on_even_over_a_later_one() -> None:
    history = a_history((10, None, 2), (20, 21, 3))

    assert limits(history, 15) == {1, 2}
    assert limits(history, 30) == {2, 3}


def test_a_list_of_schedules_that_is_null_keeps_what_was() -> None:
    edits = [Edit(subject="A", asked_at=1, answered_at=2, changes={"schedules": None})]

    history = History({"schedules": [1]}, edits, read=lambda settings: tuple(settings["schedules"]))

    assert history.during(5, 5) == [(1,)]


def test_what_edits_tell_of_a_status_is_not_taken_from_the_end_of_the_run() -> None:
    edits = [Edit(subject="A", asked_at=10, answered_at=11, changes={"status": "start"})]

    history = History({"status": "start"}, edits, read=lambda settings: str(settings["status"]))

    assert history.during(5, 5) == ["stop"]
    assert history.during(12, 12) == ["start"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (None, EVER),
        ("", EVER),
        ("0001-01-01T00:00:00Z", EVER),
        ("1970-01-01T00:00:00Z", EVER),
        ("9999-12-31T23:59:59Z", EVER),
        ("2026-11-23T05:00:09Z", START + 9),
        ("2026-11-23 12:00:09", START + 9),
        (NOON.add(seconds=9), START + 9),
    ],
)
def test_an_expiry_is_read_as_the_wire_and_the_database_have_it(told: object, expected: float) -> None:
    evidence = with_settings(clean(), "A", lead_expired_at=told)

    [rules] = histories(evidence).campaigns["A"].during(0, 0)

    assert rules.expires_at == expected


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(2, 9)), max_size=6), st.integers(0, 120))
def test_answered_edits_leave_exactly_one_setting_outside_their_own_time(
    steps: list[tuple[int, int, int]], moment: int
) -> None:
    edits, now = [], 0
    for pause, lasts, to in steps:
        edits.append((float(now + pause), float(now + pause + lasts), to))
        now += pause + lasts

    possible = limits(a_history(*edits), moment)

    expected = [1, *(to for _, answered, to in edits if answered <= moment)][-1]
    asked = {to for at, answered, to in edits if at <= moment < answered}
    assert possible == {expected} | asked
