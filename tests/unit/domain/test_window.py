"""Windows: spans, nights, closed days, zones and their clock changes."""

import pendulum
import pytest
from pendulum import DateTime, Duration

from worker.domain.window import CLOSED, DAY_NS, Span, Week, Windows

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


def test_what_stays_open_is_open_at_both_ends() -> None:
    windows = Windows(HANOI, (Week.every_day(OFFICE),))
    half_a_second = Duration(milliseconds=500)

    stays = [
        windows.stays_open(at(f"2026-11-23T{time}"), through=half_a_second)
        for time in ("07:59:59.9", "08:00", "20:59:59.499999", "20:59:59.5", "20:59:59.9")
    ]

    assert stays == [False, True, True, False, False]


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


def test_an_opening_that_the_clock_skips_is_next_week() -> None:
    windows = Windows("America/New_York", (a_week(sunday=Span(2 * HOUR, 2 * HOUR + HOUR // 2)),))

    opening = windows.next_opening(at("2026-03-01T02:15", "America/New_York"))

    assert opening == at("2026-03-15T02:00", "America/New_York")


def test_a_day_without_a_midnight_is_a_day_like_others() -> None:
    """Chile's clocks go from Saturday's last second to Sunday 01:00."""
    zone = "America/Santiago"
    windows = Windows(zone, (a_week(sunday=Span(0, HOUR // 4)),))

    opening = windows.next_opening(at("2026-09-06T01:00", zone))

    assert opening == at("2026-09-13T00:00", zone)


def test_a_clock_set_back_over_midnight_mixes_the_edges_of_two_days() -> None:
    """Newfoundland's clocks went back from Sunday 00:01 to Saturday 23:01: Sunday began, and Saturday came again."""
    half_past_eleven, minute = 23 * HOUR + HOUR // 2, HOUR // 60
    days = a_week(saturday=Span(half_past_eleven, half_past_eleven + minute), sunday=Span(0, minute))
    windows = Windows("America/St_Johns", (days,))

    openings = [at("2010-11-07T02:10", "UTC")]
    for _ in range(3):
        openings += [windows.next_opening(openings[-1]) or openings[-1]]

    assert [opening.format("HH:mm") for opening in openings[1:]] == ["02:30", "03:00", "03:30"]


@pytest.mark.parametrize("zone", [HANOI, "Europe/London"])
def test_a_span_in_nanoseconds_is_not_cut_to_less(zone: str) -> None:
    windows = Windows(zone, (Week.every_day(Span(8 * HOUR + 1, 9 * HOUR)),))

    assert not windows.contains(at("2026-11-23T08:00", zone))
    assert windows.next_opening(at("2026-11-23T07:00", zone)) == at("2026-11-23T08:00:00.000001", zone)
