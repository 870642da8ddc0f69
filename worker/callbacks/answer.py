"""What one attempt brought, in the words of the retry decision; nothing that a receiver wrote is repeated."""

import re
import ssl
from collections.abc import Iterable, Sequence
from email.utils import parsedate_to_datetime
from typing import Final

import httpcore
import pendulum
from pendulum import DateTime, Duration

from worker.domain.retry import LONGEST_RETRY_AFTER, Answer, is_delivered

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


def read_answer(status: int, headers: Iterable[tuple[bytes, bytes]], *, now: DateTime) -> Answer:
    """Read status and ``Retry-After``."""
    if is_delivered(status):
        return Answer(status)
    asked = (value.decode("latin-1") for name, value in headers if name.lower() == b"retry-after")
    moved = ", and redirects are not followed" if 300 <= status < 400 else ""  # noqa: PLR2004 - HTTP's own class
    return Answer(status, f"the receiver answered {status}{moved}", parse_retry_after(next(asked, ""), now=now))


def parse_retry_after(text: str, *, now: DateTime) -> Duration | None:
    """Read seconds or an HTTP date, at most a day; None when it is neither."""
    text = text.strip()
    if _SECONDS.fullmatch(text):
        return min(Duration(seconds=int(text)), LONGEST_RETRY_AFTER)
    try:
        moment = pendulum.instance(parsedate_to_datetime(text), tz="UTC")
    except (ValueError, TypeError, OverflowError):
        return None
    seconds = (moment - now).total_seconds()
    return min(Duration(seconds=max(0.0, seconds)), LONGEST_RETRY_AFTER)


def explain(error: Exception) -> str:
    """Say in fixed words why no answer came."""
    cause = error.__context__  # the pool drops the cause, the context stays
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {cause.verify_message}"
    return next(words for kind, words in _CAUSES if isinstance(cause, kind) or isinstance(error, kind))
