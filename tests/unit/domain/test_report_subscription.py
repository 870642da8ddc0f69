"""When daily reports are due, what they are about, and which addresses they may go to."""

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import Duration

from tests.builders import HANOI, NOON
from worker.domain.mail_server import MailServerUrl, Tls
from worker.domain.report_subscription import (
    MINUTES_OF_A_DAY,
    SCHEDULE,
    GivenUp,
    TryAgainAt,
    day_before,
    decide_mail,
    is_mail_address,
    next_report_at,
)


def test_a_report_is_due_at_its_time_in_the_tenants_zone_and_then_a_day_later() -> None:
    first = next_report_at(NOON, minute=7 * 60, zone=HANOI)
    second = next_report_at(first, minute=7 * 60, zone=HANOI)

    assert first.in_timezone(HANOI).format("YYYY-MM-DD HH:mm") == "2026-11-24 07:00"
    assert second == first.add(days=1)
    assert next_report_at(first.subtract(seconds=1), minute=7 * 60, zone=HANOI) == first


@given(
    minute=st.integers(0, MINUTES_OF_A_DAY - 1),
    hours=st.integers(0, 8_760),
    zone=st.sampled_from([HANOI, "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_the_next_report_is_due_within_a_day_of_25_hours(minute: int, hours: int, zone: str) -> None:
    now = NOON.add(hours=hours)
    due = next_report_at(now, minute=minute, zone=zone)

    assert now < due <= now.add(hours=25)


def test_a_time_that_the_clock_skips_is_the_first_one_after_the_gap() -> None:
    evening = pendulum.datetime(2026, 3, 28, 20, tz="Europe/Berlin")

    assert next_report_at(evening, minute=150, zone="Europe/Berlin") == pendulum.datetime(2026, 3, 29, 1, 30)


def test_a_report_is_about_the_last_whole_day() -> None:
    day = day_before(NOON, zone=HANOI)

    assert (day.name, day.end - day.start) == ("2026-11-22", Duration(days=1))
    assert day_before(day.end, zone=HANOI) == day


def test_a_mail_is_tried_again_less_and_less_often_and_given_up_before_the_next_day() -> None:
    results = [decide_mail(attempt=number, is_hopeless=False, now=NOON) for number in range(1, len(SCHEDULE) + 2)]

    assert results == [*(TryAgainAt(NOON + pause) for pause in SCHEDULE), GivenUp()]
    assert sum(SCHEDULE, Duration()) < Duration(days=1)
    assert decide_mail(attempt=1, is_hopeless=True, now=NOON) == GivenUp()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("an@example.com", True),
        ("a.n+reports@mail.example.vn", True),
        ("an@example", False),
        ("an@example.com, b@example.com", False),
        ("An <an@example.com>", False),
        ("an@example.com\r\nBcc: b@example.com", False),
        ("an@example.com\n", False),
        ("", False),
        (f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.com", False),
    ],
)
def test_a_mail_goes_to_one_plain_address(text: str, is_one: bool) -> None:  # noqa: FBT001 - a case of the table
    assert is_mail_address(text) is is_one


def test_a_mail_server_is_told_by_one_url() -> None:
    assert MailServerUrl.parse("smtp+starttls://me%40example.com:p%2Fw@mail.example.com") == MailServerUrl(
        "mail.example.com", 587, Tls.STARTTLS, "me@example.com", "p/w"
    )
    assert MailServerUrl.parse("smtps://h:9465") == MailServerUrl("h", 9465, Tls.TLS)
    assert "p/w" not in repr(MailServerUrl.parse("smtps://me:p%2Fw@h"))


@pytest.mark.parametrize(
    "url",
    [
        "smtp://me:pw@h",
        "smtps://me@h",
        "http://h",
        "smtps://",
        "smtps://h/x",
        "smtps://h:0",
        "smtps://h h",
        "mail.example.com",
    ],
)
def test_a_url_that_is_none_or_shows_the_password_on_its_way_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"://| |mail"):
        MailServerUrl.parse(url)
