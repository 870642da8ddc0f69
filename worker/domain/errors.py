"""Errors, classified by what the caller can do next."""

from dataclasses import dataclass


class CallbeatError(Exception):
    """The base class of every error that Callbeat raises on purpose."""


class Rejected(CallbeatError):
    """A repeated request cannot succeed: the API answers 4xx, a task stops."""


class Unavailable(CallbeatError):
    """A later request may succeed: the API answers 503, a task tries again."""


class TooSlow(Unavailable):
    """A read took too long for what it asks; the same read is likely to do so again."""


class NotFound(Rejected):
    """The object does not exist, or belongs to another tenant."""


class Conflict(Rejected):
    """The request contradicts what is stored; the message is the text of the wire."""


class IdTaken(Conflict):
    """A row with this id exists, of whatever tenant."""


class Overtaken(Rejected):
    """The object is no longer the one that the request names in ``If-Match``."""


class Reused(Rejected):
    """The client's key of an earlier request came with another request."""


class Invalid(Rejected):
    """The request is invalid whatever is stored; the message is the text of the wire."""


class Forbidden(Rejected):
    """The role of the caller's key does not allow the request; the message is the text of the wire."""


class TooManyFailures(Rejected):
    """Log-ins of this address or key have failed too often; later ones may succeed."""

    def __init__(self, retry_after_seconds: int) -> None:
        """Take the seconds after which the next log-in is looked at."""
        super().__init__(f"too many failed log-ins: try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class Superseded(Rejected):
    """Another process is the leader now; the process that gets this error becomes standby."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule that one field breaks; the field ``(root)`` is the body itself."""

    field: str
    message: str


class InvalidFields(Rejected):
    """Fields of the request break rules; one problem for each broken rule."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Store the problems in the order in which the fields were checked."""
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = problems
