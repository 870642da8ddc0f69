"""Why a campaign does not run, with its facts."""

import pytest
from pendulum import DateTime

from tests.builders import HANOI, NOON, a_campaign
from worker.domain.campaign import Status
from worker.domain.lead import Lane
from worker.domain.reason import Reason, Why, may_dial_from, why_not_run
from worker.domain.window import Span, Week, Windows

HOUR = 3_600_000_000_000
MORNING = Windows(HANOI, (Week.every_day(Span(8 * HOUR, 12 * HOUR)),))
TOMORROW_AT_EIGHT = NOON.add(hours=20)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (NOON.subtract(seconds=1), None),
        (NOON.subtract(microseconds=500_001), None),
        (NOON.subtract(microseconds=500_000), Why(Reason.WINDOW_SHUT, until=TOMORROW_AT_EIGHT)),
        (NOON, Why(Reason.WINDOW_SHUT, until=TOMORROW_AT_EIGHT)),
        (TOMORROW_AT_EIGHT, None),
    ],
)
def test_nothing_is_begun_in_the_last_half_second_of_a_window(now: DateTime, why: Why | None) -> None:
    assert why_not_run(a_campaign(windows=MORNING), now=now) == why


def test_a_pause_ends_at_the_very_moment_it_waited_for() -> None:
    paused = a_campaign(status=Status.PAUSE, resume_at=NOON)

    assert why_not_run(paused, now=NOON.subtract(microseconds=1)) == Why(Reason.PAUSED, until=NOON)
    assert why_not_run(paused, now=NOON) is None


def test_the_expiry_is_exact_and_comes_before_status_and_windows() -> None:
    campaign = a_campaign(status=Status.STOP, windows=MORNING, expires_at=NOON)

    assert why_not_run(campaign, now=NOON) == Why(Reason.EXPIRED, since=NOON)
    assert why_not_run(campaign, now=NOON.subtract(microseconds=1)) == Why(Reason.STOPPED)


@pytest.mark.parametrize(
    ("lane", "since", "moment"),
    [
        (Lane.LIST, NOON.subtract(hours=1), NOON.subtract(hours=1)),
        (Lane.LIST, NOON.subtract(microseconds=1), TOMORROW_AT_EIGHT),
        (Lane.SINGLE, NOON, TOMORROW_AT_EIGHT),
        (Lane.OTP, NOON, NOON),
    ],
)
def test_a_lead_may_be_dialled_from_its_due_time_or_the_next_opening(
    lane: Lane, since: DateTime, moment: DateTime
) -> None:
    assert may_dial_from(a_campaign(windows=MORNING), lane=lane, since=since) == moment
