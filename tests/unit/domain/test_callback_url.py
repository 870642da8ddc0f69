import pendulum
import pytest
from pendulum import DateTime, Duration

from worker.domain.callback_url import FORGOTTEN_AFTER, LONGEST_FAILURE, UrlStanding, after_attempt, host_of
from worker.domain.retry import JITTER, SCHEDULE, Answer

NOON = pendulum.datetime(2026, 11, 23, 12)
HAD, AWAY, GONE = Answer(200), Answer(None, "no connection"), Answer(410, "the receiver answered 410")


def failing(*, since: DateTime = NOON, last: DateTime = NOON) -> UrlStanding:
    return UrlStanding(failing_since=since, failed_at=last)


def test_a_failure_is_remembered_from_the_first_on() -> None:
    once = after_attempt(UrlStanding(), AWAY, now=NOON)
    twice = after_attempt(once, AWAY, now=NOON.add(hours=1))

    assert (once, twice) == (failing(), failing(last=NOON.add(hours=1)))


def test_failures_that_come_together_are_noted_once() -> None:
    assert after_attempt(failing(), AWAY, now=NOON.add(seconds=59)) == failing()
    assert after_attempt(failing(), GONE, now=NOON.add(seconds=59)).disabled_at is not None


def test_what_is_delivered_clears_it() -> None:
    assert after_attempt(failing(), HAD, now=NOON) == UrlStanding()


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

    assert after_attempt(failing(), AWAY, now=much_later) == failing(since=much_later, last=much_later)


def test_no_pause_between_two_attempts_is_long_enough_to_forget() -> None:
    assert max(SCHEDULE) * (1 + JITTER) < FORGOTTEN_AFTER


def test_what_was_under_way_does_not_change_why_a_url_was_disabled() -> None:
    disabled = after_attempt(UrlStanding(), GONE, now=NOON)

    assert after_attempt(disabled, AWAY, now=NOON.add(seconds=1)) == disabled
    assert after_attempt(disabled, HAD, now=NOON.add(seconds=1)) == UrlStanding()


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
    ],
)
def test_a_host_is_named_without_path_and_credentials(url: str, host: str) -> None:
    assert host_of(url) == host
