import pendulum
import pytest
from pendulum import DateTime, Duration

from worker.domain import callback_url
from worker.domain.breaker import LONGEST_PAUSE, SHORTEST_PAUSE, SHUT_AT
from worker.domain.callback_url import (
    FORGOTTEN_AFTER,
    LONGEST_FAILURE,
    LONGEST_HOST,
    NOTED_EVERY,
    PROVEN_FOR,
    UrlStanding,
    as_requested,
    host_of,
)
from worker.domain.retry import JITTER, SCHEDULE, Answer

NOON = pendulum.datetime(2026, 11, 23, 12)
HAD, AWAY, GONE = Answer(200), Answer(None, "no connection"), Answer(410, "the receiver answered 410")


REFUSED, BUSY = Answer(404, "the receiver answered 404"), Answer(503, "the receiver answered 503")
MIDDLE = 0.5
"""The chance that leaves a pause as it is."""


def failing(*, since: DateTime = NOON, last: DateTime = NOON) -> UrlStanding:
    return UrlStanding(failing_since=since, failed_at=last, refusals=1, weight=1)


def after_attempt(standing: UrlStanding, answer: Answer, *, now: DateTime) -> UrlStanding:
    return callback_url.after_attempt(standing, answer, now=now, chance=MIDDLE)


def after(*answers: Answer, standing: UrlStanding | None = None, now: DateTime = NOON) -> UrlStanding:
    found = standing or UrlStanding()
    for answer in answers:
        found = after_attempt(found, answer, now=now)
    return found


def test_a_failure_is_remembered_from_the_first_on() -> None:
    once = after_attempt(UrlStanding(), REFUSED, now=NOON)
    twice = after_attempt(once, REFUSED, now=NOON.add(hours=1))

    assert once == failing()
    assert twice == UrlStanding(NOON, NOON.add(hours=1), refusals=2, weight=2)


def test_what_is_delivered_clears_it() -> None:
    assert after_attempt(failing(), HAD, now=NOON) == UrlStanding(delivered_at=NOON)


def test_deliveries_are_noted_once_a_minute() -> None:
    soon, later = NOON + NOTED_EVERY - Duration(seconds=1), NOON + NOTED_EVERY

    assert after(HAD, standing=after(HAD), now=soon) == after(HAD)
    assert after(HAD, standing=after(HAD), now=later).delivered_at == later


def test_a_clock_that_was_set_back_does_not_keep_a_url_proven() -> None:
    assert after(HAD, standing=after(HAD), now=NOON.subtract(days=1)).delivered_at == NOON.subtract(days=1)


def test_a_url_is_proven_by_a_delivery_until_it_fails_or_for_an_hour() -> None:
    assert after(HAD).is_proven(NOON)
    assert not UrlStanding().is_proven(NOON)
    assert not after(HAD, REFUSED).is_proven(NOON)
    assert not after(HAD).is_proven(NOON + PROVEN_FOR)


@pytest.mark.parametrize(("answer", "count"), [(REFUSED, SHUT_AT), (Answer(500), SHUT_AT), (BUSY, 3), (AWAY, 3)])
def test_failures_in_a_row_shut_a_url(answer: Answer, count: int) -> None:
    before, shut = after(*[answer] * (count - 1)), after(*[answer] * count)

    assert (before.is_tried, before.shut_until) == (False, None)
    assert (shut.is_tried, shut.shut_until, shut.refusals) == (True, NOON + SHORTEST_PAUSE, count)
    assert not after(*[answer] * (count - 1), HAD, answer).is_tried


def test_a_url_is_shut_until_the_pause_is_over() -> None:
    shut = after(AWAY, AWAY, AWAY)

    assert shut.is_shut(NOON + SHORTEST_PAUSE - Duration(microseconds=1))
    assert not shut.is_shut(NOON + SHORTEST_PAUSE)


@pytest.mark.parametrize("answer", [REFUSED, BUSY, AWAY])
def test_each_failed_trial_makes_the_next_pause_longer(answer: Answer) -> None:
    standing, now, pauses = after(*[REFUSED] * (SHUT_AT - 1)), NOON, []
    for _ in range(7):
        standing = after(answer, standing=standing, now=now)
        if standing.shut_until is not None:
            pauses.append((standing.shut_until - now).total_seconds())
            now = standing.shut_until

    assert pauses in ([5, 10, 20, 40, 60, 60, 60], [5, 10, 20, 40, 60, 60])


def test_failures_that_were_under_way_together_count_as_one() -> None:
    shut = after(AWAY, AWAY, AWAY)

    assert after(AWAY, REFUSED, BUSY, standing=shut) == shut
    assert after(GONE, standing=shut).disabled_at == NOON


def test_a_delivery_opens_a_url_again() -> None:
    assert after(AWAY, AWAY, AWAY, HAD) == after(HAD)


def test_a_url_that_asks_for_patience_is_left_alone_for_as_long_and_no_longer_than_others() -> None:
    some, many = Answer(429, retry_after=Duration(seconds=30)), Answer(503, retry_after=Duration(hours=1))

    assert after(some, some, some).shut_until == NOON.add(seconds=30)
    assert after(many, many, many).shut_until == NOON + LONGEST_PAUSE


def test_a_disabled_url_is_not_shut_so_that_what_waits_ends() -> None:
    end = NOON + LONGEST_FAILURE
    disabled = after(AWAY, standing=UrlStanding(NOON, end.subtract(hours=1), refusals=9, weight=99), now=end)

    assert (disabled.disabled_at, disabled.shut_until) == (end, None)


@pytest.mark.parametrize("answer", [AWAY, Answer(500, "the receiver answered 500"), Answer(None, "refused: loopback")])
def test_a_url_that_fails_for_days_is_disabled_and_says_why(answer: Answer) -> None:
    end = NOON + LONGEST_FAILURE
    before = after_attempt(failing(last=end.subtract(hours=1)), answer, now=end.subtract(seconds=1))
    then = after_attempt(failing(last=end.subtract(hours=1)), answer, now=end)

    assert before.disabled_at is None
    assert (then.disabled_at, then.reason) == (end, f"nothing was delivered for 5 days; last: {answer.error}")


def test_410_disables_at_once() -> None:
    standing = after_attempt(UrlStanding(), GONE, now=NOON)

    assert (standing.disabled_at, standing.reason) == (NOON, "the receiver answered 410 Gone")


def test_a_failure_of_long_ago_is_an_old_story() -> None:
    much_later = NOON.add(days=9)

    assert after_attempt(failing(), REFUSED, now=much_later) == failing(since=much_later, last=much_later)


def test_no_pause_between_two_attempts_is_long_enough_to_forget() -> None:
    assert max(SCHEDULE) * (1 + JITTER) < FORGOTTEN_AFTER


def test_what_was_under_way_does_not_change_why_a_url_was_disabled() -> None:
    disabled = after_attempt(UrlStanding(), GONE, now=NOON)

    assert after_attempt(disabled, AWAY, now=NOON.add(seconds=1)) == disabled
    assert after_attempt(disabled, HAD, now=NOON.add(seconds=1)) == UrlStanding(delivered_at=NOON.add(seconds=1))


def test_a_url_outlives_one_callback_s_attempts() -> None:
    assert sum(SCHEDULE, Duration()) * (1 + JITTER) < LONGEST_FAILURE


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://CDR.example/hook?token=1", "cdr.example"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("https://user:key@cdr.example:8443/", "cdr.example:8443"),
        ("http://[::1]:80/", "[::1]:80"),
        ("cdr.example/hook", ""),
        ("http://[::1/", ""),
        (f"http://{'a' * LONGEST_HOST}/", "a" * LONGEST_HOST),
        (f"http://{'a' * (LONGEST_HOST + 1)}/", ""),
    ],
)
def test_a_host_is_named_without_path_and_credentials(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://CRM.example/Hook?a=1",
        "https://crm.example:443/Hook?a=1",
        "https://crm.EXAMPLE/Hook?a=1#part",
    ],
)
def test_urls_that_differ_in_writing_alone_are_one(url: str) -> None:
    assert as_requested(url) == "https://crm.example/Hook?a=1"


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("https://crm.example", "https://crm.example/"),
        ("http://crm.example:443/a", "http://crm.example:443/a"),
        ("https://User:Pass@CRM.example/a", "https://User:Pass@crm.example/a"),
        ("http://[2001:DB8::1]:80/a", "http://[2001:db8::1]/a"),
        ("http://crm.example:nine/a", "http://crm.example:nine/a"),
    ],
)
def test_what_a_receiver_can_tell_apart_stays_apart(url: str, form: str) -> None:
    assert as_requested(url) == form
