"""What can go wrong, said by what happens next."""

from dataclasses import dataclass


class CallbeatError(Exception):
    """The root of every error that Callbeat raises on purpose."""


class Rejected(CallbeatError):
    """Asking again cannot help: the API answers 4xx, a task stops."""


class Unavailable(CallbeatError):
    """Asking later may help: a task retries, the API answers 503."""


class NotFound(Rejected):
    """The object does not exist, or belongs to another tenant."""


class Conflict(Rejected):
    """The request contradicts what is stored; the message is the wire's own."""


class Invalid(Rejected):
    """The request cannot be right whatever is stored; the message is the wire's own."""


class Superseded(Rejected):
    """Somebody else does this now: whoever did it before stands by."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule of one field; ``(root)`` stands for the body itself."""

    field: str
    message: str


class InvalidFields(Rejected):
    """The request breaks rules of single fields; one problem for each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep the problems in the order in which the fields were checked."""
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = problems
