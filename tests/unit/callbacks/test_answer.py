import ssl

import httpcore
import pendulum
import pytest
from pendulum import Duration

from worker.callbacks.answer import no_answer, parse_retry_after, read_answer
from worker.domain.retry import Answer

NOON = pendulum.datetime(2026, 11, 23, 12)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_2xx_answer_has_nothing_to_explain(status: int) -> None:
    assert read_answer(status, [], now=NOON) == Answer(status)


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_any_other_answer_is_named(status: int) -> None:
    assert read_answer(status, [], now=NOON) == Answer(status, f"the receiver answered {status}")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer_like_others(status: int) -> None:
    answer = read_answer(status, [(b"Location", b"http://127.0.0.1/")], now=NOON)

    assert answer == Answer(status, f"the receiver answered {status}, and redirects are not followed")


def test_retry_after_is_read_from_the_headers_whatever_their_case() -> None:
    answer = read_answer(429, [(b"Server", b"x"), (b"RETRY-AFTER", b"120")], now=NOON)

    assert answer.retry_after == Duration(minutes=2)


@pytest.mark.parametrize(
    ("text", "pause"),
    [
        ("0", Duration()),
        ("120", Duration(seconds=120)),
        (" 7 ", Duration(seconds=7)),
        ("86401", Duration(days=1)),
        ("999999999999", Duration(days=1)),
        ("Mon, 23 Nov 2026 12:01:30 GMT", Duration(seconds=90)),
        ("Mon, 23 Nov 2026 12:01:30 -0000", Duration(seconds=90)),
        ("Mon, 23 Nov 2026 19:01:30 +0700", Duration(seconds=90)),
        ("Mon, 23 Nov 2026 11:00:00 GMT", Duration()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", Duration(days=1)),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_a_day(text: str, pause: Duration) -> None:
    assert parse_retry_after(text, now=NOON) == pause


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "1e9", "٣", "9" * 5000, "Mon, 99 Nov 2026 12:00:00 GMT"])
def test_an_unreadable_retry_after_is_none(text: str) -> None:
    assert parse_retry_after(text, now=NOON) is None


def caused(error: Exception, cause: Exception) -> Exception:
    error.__context__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (caused(httpcore.ConnectError(), ConnectionRefusedError()), "connection refused"),
        (caused(httpcore.ConnectError(), ssl.SSLError()), "no TLS connection"),
        (httpcore.ConnectError(), "no connection"),
        (httpcore.ConnectTimeout(), "no connection in time"),
        (httpcore.PoolTimeout(), "all of our own connections are taken"),
        (httpcore.ReadTimeout(), "no answer in time"),
        (httpcore.WriteTimeout(), "no answer in time"),
        (httpcore.ReadError(), "the connection broke before an answer came"),
        (
            httpcore.RemoteProtocolError("illegal status line: 0981000000"),
            "the receiver hung up, or its answer is not HTTP",
        ),
    ],
)
def test_a_failure_is_told_in_fixed_words(error: Exception, words: str) -> None:
    assert no_answer(error).error == words


@pytest.mark.parametrize(
    ("error", "is_there"),
    [
        (caused(httpcore.ConnectError(), ConnectionRefusedError()), False),
        (httpcore.ReadTimeout(), False),
        (httpcore.ReadError(), False),
        (caused(httpcore.ConnectError(), ssl.SSLError()), True),
        (httpcore.RemoteProtocolError("illegal status line"), True),
    ],
)
def test_only_silence_is_held_against_the_host(error: Exception, is_there: bool) -> None:  # noqa: FBT001 - a case
    assert no_answer(error).host_is_there == is_there
    assert no_answer(error).is_silence != is_there
