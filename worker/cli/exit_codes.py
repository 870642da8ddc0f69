"""What a command's exit code says (deploy/command-line.md#exit-codes). Scripts rely on it."""

from enum import IntEnum

from worker.domain.errors import CallbeatError, Conflict, Invalid, InvalidFields, NotFound, Overtaken, Unavailable


class ExitCode(IntEnum):
    """The exit codes of all commands."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    """The command line, or a value in it, is wrong whatever is stored."""
    NOT_FOUND = 3
    CONFLICT = 4
    """It contradicts what is stored now."""
    UNAVAILABLE = 5
    """The database, the broker or a switch is away: the same command may succeed later."""
    INTERRUPTED = 130
    """Ctrl-C, as shells count it."""


def code_of(error: CallbeatError) -> ExitCode:
    """Return the exit code of a command that ended in this error."""
    match error:
        case NotFound():
            return ExitCode.NOT_FOUND
        case Conflict() | Overtaken():
            return ExitCode.CONFLICT
        case Invalid() | InvalidFields():
            return ExitCode.USAGE
        case Unavailable():
            return ExitCode.UNAVAILABLE
        case _:
            return ExitCode.FAILED
