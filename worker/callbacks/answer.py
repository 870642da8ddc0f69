"""Turns the result of one attempt into an ``Answer`` for the retry decision, without any text from the receiver."""

import re
import ssl
from collections.abc import Iterable, Sequence
from email.utils import parsedate_to_datetime
from typing import Final

import httpcore
import pendulum
from pendulum import DateTime, Duration

from worker.domain.retry import LONGEST_RETRY_AFTER, Answer, is_delivered

_STATUS_LINE: Final = re.compile(rb"[\r\n]*HTTP/1\.[01] ([1-5][0-9][0-9])(?=[ \r\n])")
_FIRST_FINAL: Final = 200
"""Lower statuses announce the response to come."""
_SECONDS: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_CAUSES: Final[Sequence[tuple[type[Exception], str]]] = (
    (ssl.SSLError, "no TLS connection"),
    (ConnectionRefusedError, "connection refused"),
    (httpcore.ConnectTimeout, "no connection in time"),
    (httpcore.ConnectError, "no connection"),
    (httpcore.PoolTimeout, "all of our own connections are taken"),
    (httpcore.TimeoutException, "no answer in time"),
    (httpcore.NetworkError, "the connection broke before an answer came"),
    (Exception, "the receiver hung up, or its answer is not HTTP"),
)
_NOT_THE_HOST: Final = (ssl.SSLError, httpcore.ProtocolError, httpcore.PoolTimeout)
"""Failures that prove nothing against the host: its other URLs, perhaps without TLS, may work."""


def read_answer(status: int, headers: Iterable[tuple[bytes, bytes]], *, now: DateTime) -> Answer:
    """Return the answer for a status and its ``Retry-After`` header."""
    if is_delivered(status):
        return Answer(status)
    retry_after = (value.decode("latin-1") for name, value in headers if name.lower() == b"retry-after")
    moved = ", and redirects are not followed" if 300 <= status < 400 else ""  # noqa: PLR2004 - redirects
    return Answer(status, f"the receiver answered {status}{moved}", parse_retry_after(next(retry_after, ""), now=now))


def read_status(received: bytes) -> int | None:
    """Return the final status in the first bytes of a response; None when they hold no complete status line.

    The status alone says what the receiver decided, so it counts even if the headers after it are not valid HTTP.
    """
    found = _STATUS_LINE.match(received)
    while found is not None and int(found[1]) < _FIRST_FINAL:
        end = received.find(b"\r\n\r\n", found.end())
        found = None if end < 0 else _STATUS_LINE.match(received, end)
    return None if found is None else int(found[1])


def parse_retry_after(text: str, *, now: DateTime) -> Duration | None:
    """Parse seconds or an HTTP date into a duration of at most one day; None when the text is neither."""
    text = text.strip()
    if _SECONDS.fullmatch(text):
        return min(Duration(seconds=int(text)), LONGEST_RETRY_AFTER)
    try:
        moment = pendulum.instance(parsedate_to_datetime(text), tz="UTC")
    except (ValueError, TypeError, OverflowError):
        return None
    seconds = (moment - now).total_seconds()
    return min(Duration(seconds=max(0.0, seconds)), LONGEST_RETRY_AFTER)


def no_answer(error: Exception) -> Answer:
    """Return the answer for a failure without a status."""
    cause = error.__context__  # the pool raises a new error and keeps the cause only as its context
    is_silence = not any(isinstance(one, kind) for one in (cause, error) for kind in _NOT_THE_HOST)
    return Answer(None, _explain(error, cause=cause), host_is_there=not is_silence)


def _explain(error: Exception, *, cause: BaseException | None) -> str:
    """Return why no answer came, as one of a fixed set of texts."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {cause.verify_message}"
    return next(words for kind, words in _CAUSES if isinstance(cause, kind) or isinstance(error, kind))
