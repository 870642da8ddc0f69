"""Parts of reports: hours, days, weeks and months of the tenant's zone, also where clocks are set."""

import pendulum
import pytest

from worker.domain.report import Interval, Part, parts_of, runs_of

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("interval", "lengths"),
    [
        (Interval.HOUR, [4] * (30 * 24 + 1)),
        (Interval.DAY, [96] * 24 + [100] + [96] * 5),
        (Interval.WEEK, [4 * 96, 672, 672, 676, 5 * 96]),
        (Interval.MONTH, [30 * 96 + 4]),
    ],
)
def test_parts_cover_the_period_without_gaps_when_a_clock_is_set_back(interval: Interval, lengths: list[int]) -> None:
    start, end = pendulum.datetime(2026, 10, 1, tz=BERLIN), pendulum.datetime(2026, 10, 31, tz=BERLIN)

    parts = parts_of(start, end, interval=interval, zone=BERLIN)

    assert [part.before - part.first for part in parts] == lengths
    assert [part.first for part in parts[1:]] == [part.before for part in parts[:-1]]


@pytest.mark.parametrize("interval", Interval)
def test_runs_find_each_quarters_part(interval: Interval) -> None:
    start, end = pendulum.datetime(2026, 10, 10, 7, 45, tz=BERLIN), pendulum.datetime(2026, 11, 3, 9, 15, tz=BERLIN)
    parts = parts_of(start, end, interval=interval, zone=BERLIN)
    runs = runs_of(parts)

    for quarter in range(parts[0].first, parts[-1].before):
        run = next(run for run in reversed(runs) if quarter >= run.first)
        part: Part = parts[run.place + (quarter - run.first) // run.length]
        assert part.first <= quarter < part.before
