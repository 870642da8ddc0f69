"""No dial outside a window, in any zone and at any instant of a year, and none later than it might be.

Judged by an oracle that shares nothing with ``worker.domain.window``: the standard library's clock, and spans laid out
on a line of wall-clock nanoseconds without days and weeks.
"""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime
from typing_extensions import override

from tests import strategies
from tests.builders import CARRIER, HANOI, NOON, a_campaign, a_carrier, a_situation
from worker.domain.dial import CallsUp, QueuedCall, why_not_dial
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.planner import Demand, calls_to_start
from worker.domain.reason import Reason
from worker.domain.timing import STOPS_BEFORE_END
from worker.domain.window import DAY_NS, Span, Week, Windows

HOUR = DAY_NS // 24
QUARTER = timedelta(minutes=15)
HORIZON = timedelta(days=16)
A_CALL = QueuedCall(Network.VIETTEL, attempt=1, carrier_id=CARRIER, do_not_call=False)


def is_open(windows: Windows, moment: DateTime) -> bool:
    wall = moment.astimezone(ZoneInfo(windows.zone))
    since_midnight = timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
    on_the_line = wall.toordinal() * DAY_NS + since_midnight // timedelta(microseconds=1) * 1000
    days = (wall.toordinal() - 1, wall.toordinal())

    def covers(week: Week) -> bool:
        return any(
            day * DAY_NS + span.opens <= on_the_line < day * DAY_NS + span.closes + DAY_NS * (span.closes < span.opens)
            for day in days
            for span in [week.days[(day - 1) % 7]]  # the first day of the calendar was a Monday
        )

    return covers(Week((windows.local,) * 7)) and (not windows.rows or any(map(covers, windows.rows)))


def instants(windows: Windows) -> st.SearchStrategy[tuple[Windows, DateTime]]:
    return strategies.moments(windows.zone).map(lambda moment: (windows, moment))


@given(asked=strategies.windows().flatmap(instants))
def test_no_dial_outside_a_window(asked: tuple[Windows, DateTime]) -> None:
    windows, now = asked
    campaign = a_campaign(windows=windows)

    refused = why_not_dial(A_CALL, campaign=campaign, carrier=a_carrier(), up=CallsUp(), tenant_cap=None, now=now)
    plan = calls_to_start(a_situation(campaign), now=now)

    allowed = is_open(windows, now) and is_open(windows, now + STOPS_BEFORE_END)
    assert (refused is None) == allowed
    assert bool(plan.grants) == allowed
    assert refused is None or refused.reason in {Reason.WINDOW_SHUT, Reason.NEVER_OPEN}


@given(asked=strategies.windows().flatmap(instants))
def test_a_code_is_dialled_at_any_hour(asked: tuple[Windows, DateTime]) -> None:
    windows, now = asked
    campaign = a_campaign(windows=windows)

    plan = calls_to_start(
        a_situation(campaign, demand={campaign.id: Demand({Lane.OTP: {Network.VIETTEL: 1}})}), now=now
    )

    assert [grant.lane for grant in plan.grants] == [Lane.OTP]


@given(asked=strategies.windows().flatmap(instants))
def test_an_opening_opens_and_comes_later(asked: tuple[Windows, DateTime]) -> None:
    windows, now = asked

    opening = windows.next_opening(now)

    if opening is not None:
        assert opening > now
        assert is_open(windows, opening)
        assert not is_open(windows, opening.subtract(microseconds=1))


@given(asked=strategies.windows(strategies.quarters).flatmap(instants))
def test_no_opening_comes_before_the_next_one(asked: tuple[Windows, DateTime]) -> None:
    """Edges and changes of clocks are at quarters of an hour: to look at each finds every opening there is."""
    windows, now = asked

    opening = windows.next_opening(now)

    assert opening == next(openings(windows, after=now), None)


def openings(windows: Windows, *, after: DateTime) -> Iterator[DateTime]:
    moment = after.start_of("hour")
    was = is_open(windows, after)
    while moment < after + HORIZON:
        if moment > after:
            now = is_open(windows, moment)
            if now and not was:
                yield moment
            was = now
        moment += QUARTER


class CountedRows(tuple[Week, ...]):
    """Rows that know how many of them were looked at."""

    __slots__ = ()
    looks = 0

    @override
    def __iter__(self) -> Iterator[Week]:
        for row in super().__iter__():
            CountedRows.looks += 1
            yield row


def looks_for(rows: CountedRows) -> int:
    CountedRows.looks = 0
    Windows(HANOI, rows).next_opening(NOON)
    return CountedRows.looks


def rows_of(count: int, *, hours: int, open_part: int) -> CountedRows:
    """Cut the day's first hours into so many pieces, a row for each, open in one part of two or in both."""
    step = hours * HOUR // count
    return CountedRows(Week.every_day(Span(n * step, n * step + step * open_part // 2)) for n in range(count))


@pytest.mark.parametrize(("hours", "open_part"), [(4, 1), (24, 2), (24, 0)], ids=["gaps", "always open", "never open"])
def test_the_next_opening_costs_what_the_rows_are_and_not_their_square(hours: int, open_part: int) -> None:
    some = looks_for(rows_of(20, hours=hours, open_part=open_part))
    ten_times_as_many = looks_for(rows_of(200, hours=hours, open_part=open_part))

    assert 0 < ten_times_as_many <= 10 * some
