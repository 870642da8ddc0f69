"""The judge's reading of windows, which shares nothing with the product's, says the same at every moment."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from tests.builders import HANOI, NOON
from tests.faults.hours import DAYS, NANOSECONDS, Hours
from worker.domain.window import DAY_NS, WHOLE_DAY, Span, Week, Windows

HOUR = 3600 * NANOSECONDS
A_DAY = 86_400.0


def on_the_wire(windows: Windows) -> Hours:
    """Write windows as a client would."""
    return Hours(
        zone=ZoneInfo(windows.zone),
        schedules=[
            {
                f"{day}_{edge}_time": at
                for day, span in zip(DAYS, week.days, strict=True)
                for edge, at in (("start", span.opens), ("end", span.closes))
            }
            for week in windows.rows
        ],
        local_start_time=_clock(windows.local.opens),
        local_end_time="" if windows.local.closes == DAY_NS else _clock(windows.local.closes),
    )


def _clock(at: int) -> str:
    seconds = at // NANOSECONDS
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _is_told_in_seconds(windows: Windows) -> bool:
    """Local times are written in seconds, and the day's last second means its end."""
    edges = (windows.local.opens, windows.local.closes)
    return all(at % NANOSECONDS == 0 for at in edges) and windows.local.opens < DAY_NS


@given(strategies.windows(strategies.quarters).filter(_is_told_in_seconds), st.data())
def test_both_readings_of_windows_agree_at_every_moment_of_a_year(windows: Windows, data: st.DataObject) -> None:
    moment = data.draw(strategies.moments(windows.zone))

    assert on_the_wire(windows).contain(moment.timestamp()) == windows.contains(moment)


@given(strategies.windows(strategies.quarters).filter(_is_told_in_seconds), st.data())
def test_both_agree_on_whether_a_window_opens_within_a_day(windows: Windows, data: st.DataObject) -> None:
    moment = data.draw(strategies.moments(HANOI))
    hanoi = Windows(HANOI, windows.rows, windows.local)

    opening = hanoi.next_opening(moment)

    soon = opening is not None and opening.timestamp() <= moment.timestamp() + A_DAY
    after = moment.timestamp()
    assert on_the_wire(hanoi).opened(after=after, until=after + A_DAY) == soon


def test_a_window_opens_at_its_edge_and_not_before() -> None:
    opens = Windows(HANOI, (Week.every_day(Span(13 * HOUR, 20 * HOUR)),), WHOLE_DAY)
    hours, noon = on_the_wire(opens), NOON.timestamp()

    assert not hours.opened(after=noon, until=noon + 3599)
    assert hours.opened(after=noon, until=noon + 3600)
    assert not hours.opened(after=noon + 3600, until=noon + 7200)


def test_equal_ends_close_a_day_and_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    closed, night = Span(13 * HOUR, 13 * HOUR), Span(22 * HOUR, 2 * HOUR)
    monday = on_the_wire(Windows(HANOI, (Week((night, *(closed,) * 6)),)))
    hours_after_noon = {after: monday.contain(NOON.timestamp() + after * 3600) for after in (-11, 0, 9, 10, 13, 14, 24)}

    assert hours_after_noon == {-11: False, 0: False, 9: False, 10: True, 13: True, 14: False, 24: False}


def test_what_is_never_shut_never_opens() -> None:
    hours = on_the_wire(Windows(HANOI))

    assert hours.contain(NOON.timestamp())
    assert not hours.opened(after=NOON.timestamp(), until=NOON.timestamp() + 10 * A_DAY)
