"""A forecast follows pace, answer rate and windows."""

import pytest

from tests.builders import HANOI, NOON
from worker.domain.forecast import Forecast, calls_for_one, expected_pace, forecast_finish, open_after
from worker.domain.window import DAY_NS, Span, Week, Windows

ALWAYS = Windows(zone=HANOI)
HOUR_NS = DAY_NS // 24
DAYTIME = Windows(zone=HANOI, rows=(Week.every_day(Span(8 * HOUR_NS, 13 * HOUR_NS)),))


def finish(windows: Windows = ALWAYS, **changed: float) -> Forecast | None:
    given = {"leads": 600, "most_calls": 3, "per_minute": 10.0, "answer_rate": 1.0} | changed
    return forecast_finish(
        leads=int(given["leads"]),
        most_calls=int(given["most_calls"]),
        per_minute=given["per_minute"],
        answer_rate=given["answer_rate"],
        windows=windows,
        now=NOON.add(seconds=17),
    )


def test_the_pace_says_when_all_leads_have_been_called_once_and_as_often_as_they_may() -> None:
    hour = NOON.add(hours=1)

    assert finish() == Forecast(hour, hour, NOON.add(hours=3))
    assert finish(answer_rate=0) == Forecast(hour, NOON.add(hours=3), NOON.add(hours=3))


def test_what_does_not_fit_into_today_goes_on_when_the_window_opens() -> None:
    found = finish(DAYTIME, leads=1200)

    assert found is not None
    assert found.earliest == NOON.add(hours=21)  # an hour until 13:00, and one from 08:00


def test_without_leads_or_calls_there_is_no_forecast() -> None:
    assert finish(leads=0) is None
    assert finish(per_minute=0) is None


def test_what_takes_too_long_or_never_opens_has_no_end() -> None:
    found = finish(leads=10_000_000)
    never = Windows(zone=HANOI, rows=(Week.every_day(Span(5, 5)),))

    assert found is not None
    assert found.likely is None
    assert open_after(never, steps=1, since=NOON) is None


@pytest.mark.parametrize(("rate", "calls"), [(1.0, 1.0), (0.0, 3), (0.5, 1.75)])
def test_a_lead_needs_fewer_calls_the_more_end_it(rate: float, calls: float) -> None:
    assert calls_for_one(3, answer_rate=rate) == calls


def test_the_expected_pace_is_that_of_busy_channels_and_no_faster_than_the_carrier() -> None:
    assert expected_pace(channels=3, seconds=30.0, calls_per_second=0) == 6
    assert expected_pace(channels=300, seconds=30.0, calls_per_second=2) == 120
