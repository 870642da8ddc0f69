"""Windows: spans, nights, closed days, zones and their clock changes."""

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime

from worker.domain.window import CLOSED, DAY_NS, WHOLE_DAY, Span, Week, Windows

HOUR = 3_600_000_000_000
HANOI = "Asia/Ho_Chi_Minh"
OFFICE = Span(8 * HOUR, 21 * HOUR)
NIGHT = Span(22 * HOUR, 2 * HOUR)


def at(text: str, zone: str = HANOI) -> DateTime:
    moment = pendulum.parse(text, tz=zone)
    assert isinstance(moment, DateTime)
    return moment.in_timezone("UTC")


def a_week(**days: Span) -> Week:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    spans = [days.get(name, CLOSED) for name in names]
    return Week((spans[0], spans[1], spans[2], spans[3], spans[4], spans[5], spans[6]))


def test_a_window_includes_its_start_and_excludes_its_end() -> None:
    windows = Windows(HANOI, (Week.every_day(OFFICE),))

    inside = [
        windows.contains(at(f"2026-11-23T{time}")) for time in ("07:59:59.999999", "08:00", "20:59:59.999999", "21:00")
    ]

    assert inside == [False, True, True, False]


def test_no_row_is_no_restriction() -> None:
    assert Windows(HANOI).contains(at("2026-11-23T03:00"))


def test_rows_unite() -> None:
    windows = Windows(HANOI, (a_week(monday=Span(8 * HOUR, 11 * HOUR)), a_week(monday=Span(13 * HOUR, 17 * HOUR))))

    inside = [windows.contains(at(f"2026-11-23T{time}")) for time in ("10:00", "12:00", "14:00")]

    assert inside == [True, False, True]


def test_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    windows = Windows(HANOI, (a_week(sunday=NIGHT),))

    inside = [
        windows.contains(at(t))
        for t in ("2026-11-22T21:59", "2026-11-22T22:00", "2026-11-23T01:59", "2026-11-23T22:00")
    ]

    assert inside == [False, True, True, False]


def test_equal_ends_close_the_day_and_a_whole_day_has_no_gap() -> None:
    assert not Windows(HANOI, (Week.every_day(Span(5, 5)),)).contains(at("2026-11-23T12:00"))
    assert Windows(HANOI, (Week.every_day(Span(0, DAY_NS)),)).next_opening(at("2026-11-23T12:00")) is None


def test_local_times_must_allow_too() -> None:
    windows = Windows(HANOI, (Week.every_day(OFFICE),), local=Span(9 * HOUR, 18 * HOUR))

    assert windows.next_opening(at("2026-11-23T07:00")) == at("2026-11-23T09:00")
    assert not windows.contains(at("2026-11-23T18:00"))


def test_the_next_opening_skips_closed_days() -> None:
    windows = Windows(HANOI, (a_week(monday=OFFICE, thursday=OFFICE),))

    assert windows.next_opening(at("2026-11-23T21:00")) == at("2026-11-26T08:00")
    assert windows.next_opening(at("2026-11-26T08:00")) == at("2026-11-30T08:00")


def test_rows_that_touch_are_one_window() -> None:
    windows = Windows(HANOI, (Week.every_day(Span(8 * HOUR, 12 * HOUR)), Week.every_day(Span(12 * HOUR, 17 * HOUR))))

    assert windows.next_opening(at("2026-11-23T09:00")) == at("2026-11-24T08:00")


def test_a_week_that_is_closed_never_opens() -> None:
    assert Windows(HANOI, (a_week(),)).next_opening(at("2026-11-23T09:00")) is None
    assert Windows(HANOI, (a_week(),)).next_moment(at("2026-11-23T09:00")) is None


def test_the_next_moment_is_now_inside_a_window() -> None:
    windows = Windows(HANOI, (Week.every_day(OFFICE),))

    assert windows.next_moment(at("2026-11-23T09:00")) == at("2026-11-23T09:00")
    assert windows.next_moment(at("2026-11-23T22:00")) == at("2026-11-24T08:00")


def test_a_time_that_the_clock_skips_is_no_opening() -> None:
    skipped = Windows("America/New_York", (Week.every_day(Span(int(2.25 * HOUR), int(2.5 * HOUR))),))

    opening = skipped.next_opening(at("2026-03-07T12:00", "America/New_York"))

    assert opening == at("2026-03-09T02:15", "America/New_York")


def test_a_window_half_skipped_opens_when_the_clock_has_jumped() -> None:
    windows = Windows("America/New_York", (Week.every_day(Span(int(2.5 * HOUR), 4 * HOUR)),))

    opening = windows.next_opening(at("2026-03-08T01:00", "America/New_York"))

    assert opening == at("2026-03-08T03:00", "America/New_York")


def test_a_time_that_the_clock_shows_twice_is_open_twice() -> None:
    windows = Windows("America/New_York", (Week.every_day(Span(int(1.25 * HOUR), int(1.5 * HOUR))),))
    first = windows.next_opening(at("2026-11-01T00:00", "America/New_York"))

    assert first is not None
    assert windows.next_opening(first) == first.add(hours=1)


ZONES = st.sampled_from(
    [HANOI, "America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu"]
)
MINUTES = st.integers(0, 96).map(lambda quarter: quarter * HOUR // 4)
SPANS = st.builds(Span, MINUTES, MINUTES)
WEEKS = st.tuples(*[SPANS] * 7).map(Week)
WINDOWS = st.builds(Windows, zone=ZONES, rows=st.lists(WEEKS, max_size=2).map(tuple), local=st.just(WHOLE_DAY) | SPANS)
MOMENTS = st.integers(0, 366 * 96).map(lambda quarter: pendulum.datetime(2026, 1, 1).add(minutes=15 * quarter))


@given(windows=WINDOWS, moment=MOMENTS)
def test_nothing_opens_between_a_moment_and_the_next_opening(windows: Windows, moment: DateTime) -> None:
    opening = windows.next_opening(moment)
    horizon = moment.add(days=7) if opening is None else opening

    was = windows.contains(moment)
    step = moment.add(minutes=15)
    while step < horizon:
        now = windows.contains(step)
        assert was or not now, f"opened at {step}, before {opening}"
        was, step = now, step.add(minutes=15)
    assert opening is None or windows.contains(opening)


@pytest.mark.parametrize("zone", [HANOI, "Europe/London"])
def test_a_span_in_nanoseconds_is_not_cut_to_less(zone: str) -> None:
    windows = Windows(zone, (Week.every_day(Span(8 * HOUR + 1, 9 * HOUR)),))

    assert not windows.contains(at("2026-11-23T08:00", zone))
    assert windows.next_opening(at("2026-11-23T07:00", zone)) == at("2026-11-23T08:00:00.000001", zone)
