"""What a campaign's settings mean to planning, dialling and recalling."""

import pytest
from pendulum import Duration

from tests.builders import HANOI, NOON, stored_settings
from worker.domain.call import Outcome
from worker.domain.campaign import Mode, Status
from worker.domain.campaign_settings import (
    DEFAULT_CALL_TIMEOUT,
    DEFAULT_SCHEDULE,
    local_span,
    schedule_row_id,
    to_campaign,
)
from worker.domain.network import Network
from worker.domain.window import DAY_NS, WHOLE_DAY, Span

SECOND = 1_000_000_000
HOUR = 3600 * SECOND


def test_settings_mean_what_they_say() -> None:
    settings = stored_settings(
        mode_call=Mode.SERIAL,
        network={"viettel": 3},
        recall_times=2,
        recall_status=("busy", "failed"),
        limit_recall_duration=10,
        schedule_recall="minute",
        schedule_recall_duration=5,
        call_timeout=25,
        lead_expired_at=NOON,
    )

    campaign = to_campaign(settings, zone=HANOI)

    assert (campaign.status, campaign.mode, campaign.network) == (Status.START, Mode.SERIAL, {Network.VIETTEL: 3})
    assert campaign.recall.statuses == {Outcome.BUSY, Outcome.FAILED}
    assert (campaign.recall.attempts, campaign.recall.answered_below_seconds) == (3, 10)
    assert campaign.recall.pause == Duration(minutes=5)
    assert (campaign.call_timeout_seconds, campaign.expires_at) == (25, NOON)
    assert campaign.windows.zone == HANOI


def test_what_is_not_set_has_its_default() -> None:
    settings = stored_settings(schedule_recall_duration=5, recall_status=None, call_timeout=0)

    campaign = to_campaign(settings, zone=HANOI)

    assert campaign.recall.pause == Duration()
    assert campaign.recall.statuses == frozenset()
    assert campaign.call_timeout_seconds == DEFAULT_CALL_TIMEOUT
    assert campaign.windows.rows == ()


def test_a_schedule_row_is_a_span_for_each_day() -> None:
    row = {**DEFAULT_SCHEDULE, "sunday_start_time": 22 * HOUR, "sunday_end_time": 2 * HOUR, "friday_end_time": DAY_NS}

    (week,) = to_campaign(stored_settings(schedules=(row,)), zone=HANOI).windows.rows

    office = Span(8 * HOUR, 21 * HOUR)
    assert week.days == (office,) * 4 + (Span(8 * HOUR, DAY_NS), office, Span(22 * HOUR, 2 * HOUR))


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        ("", "", WHOLE_DAY),
        ("00:00:00", "23:59:59", WHOLE_DAY),
        ("08:30:00", "", Span(8 * HOUR + HOUR // 2, DAY_NS)),
        ("", "17:00:01", Span(0, 17 * HOUR + SECOND)),
        ("22:00:00", "02:00:00", Span(22 * HOUR, 2 * HOUR)),
    ],
)
def test_local_times_restrict_only_where_they_say_so(start: str, end: str, span: Span) -> None:
    assert local_span(start, end) == span


def test_a_schedule_row_has_one_name_for_ever() -> None:
    campaign = stored_settings().campaign_uuid

    assert schedule_row_id(campaign, 0) == schedule_row_id(campaign, 0)
    assert schedule_row_id(campaign, 0) != schedule_row_id(campaign, 1)
