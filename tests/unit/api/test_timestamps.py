"""Moments by a clock that is put forward and back."""

import pendulum
import pytest

from api.timestamps import rfc3339, to_moment

BERLIN = "Europe/Berlin"
SHOWN_ONCE = "2026-07-01 12:00:00"
SHOWN_TWICE = "2026-10-25 02:30:00"
NEVER_SHOWN = "2026-03-29 02:30:00"


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [(SHOWN_ONCE, 10, 0), (SHOWN_TWICE, 0, 30), (NEVER_SHOWN, 0, 30)],
)
def test_of_two_readings_the_earlier_one_is_taken(text: str, hour: int, minute: int) -> None:
    moment = to_moment(text, zone=BERLIN)

    assert moment is not None
    assert (moment.date(), moment.hour, moment.minute) == (pendulum.parse(text[:10], exact=True), hour, minute)


@pytest.mark.parametrize("text", [SHOWN_ONCE, SHOWN_TWICE, NEVER_SHOWN, "2026-10-25T02:30:00.000001+01:00"])
def test_what_is_read_back_is_the_same_moment(text: str) -> None:
    moment = to_moment(text, zone=BERLIN)
    assert moment is not None

    assert to_moment(rfc3339(moment, zone=BERLIN), zone=BERLIN) == moment
