"""When an open window closes."""

from datetime import timedelta

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import HANOI, NOON
from worker.domain.window import DAY_NS, Span, Week, Windows

HOUR_NS = DAY_NS // 24


def windows(*spans: tuple[int, int], local: tuple[int, int] = (0, 24)) -> Windows:
    rows = tuple(Week.every_day(Span(start * HOUR_NS, end * HOUR_NS)) for start, end in spans)
    return Windows(zone=HANOI, rows=rows, local=Span(local[0] * HOUR_NS, local[1] * HOUR_NS))


@pytest.mark.parametrize(
    ("open_", "hours"),
    [
        (windows((8, 21)), 9),
        (windows((8, 14), (14, 16)), 4),
        (windows((8, 21), local=(9, 13)), 1),
        (windows((10, 3)), 15),  # over midnight
        (windows((0, 24)), None),
        (windows(), None),
    ],
)
def test_a_window_closes_at_the_end_of_what_touches_or_overlaps(open_: Windows, hours: int | None) -> None:
    assert open_.next_closing(NOON) == (None if hours is None else NOON.add(hours=hours))


@given(
    st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), min_size=1, max_size=3),
    st.sampled_from([HANOI, "Europe/Berlin"]),
    st.datetimes(pendulum.datetime(2026, 10, 20).naive(), pendulum.datetime(2026, 11, 1).naive()),
)
def test_it_is_open_until_then_and_not_after(spans: list[tuple[int, int]], zone: str, wall: object) -> None:
    rows = tuple(Week.every_day(Span(start * HOUR_NS, end * HOUR_NS)) for start, end in spans)
    always = Windows(zone=zone, rows=rows)
    now = pendulum.instance(wall, tz="UTC")  # type: ignore[call-overload]  # Hypothesis gives datetimes

    closes_at = always.next_closing(now)

    if always.contains(now) and closes_at is not None:
        assert not always.contains(closes_at)
        assert always.contains(closes_at - timedelta(microseconds=1))
        steps = range(0, int((closes_at - now).total_seconds()), 3600)
        assert all(always.contains(now.add(seconds=step)) for step in steps)
