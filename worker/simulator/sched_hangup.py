"""``sched_hangup``: end a call after some seconds, from the variable ``execute_on_answer`` or as an ``api`` command."""

import re
from dataclasses import dataclass
from typing import Final, Self

_ON_ANSWER: Final = re.compile(r"sched_hangup(?:::|\s+)\+([0-9]+)(?:\s+([A-Za-z_]+))?\s*")
_COMMAND: Final = re.compile(r"\+([0-9]+)\s+(\S+)(?:\s+([A-Za-z_]+))?")
_WITHOUT_CAUSE: Final = "ALLOTTED_TIMEOUT"


@dataclass(frozen=True, slots=True)
class ScheduledHangup:
    """A call ends after so many seconds, with this cause."""

    seconds: int
    cause: str
    call: str = ""
    """The call that the ``api`` command names."""

    @classmethod
    def on_answer(cls, variables: dict[str, str]) -> list[Self]:
        """Return what the variables of an originate schedule for the answer, each whose name begins so."""
        found = (
            _ON_ANSWER.fullmatch(value) for name, value in variables.items() if name.startswith("execute_on_answer")
        )
        return [cls(int(one[1]), (one[2] or _WITHOUT_CAUSE).upper()) for one in found if one is not None]

    @classmethod
    def of_command(cls, arguments: str) -> Self | None:
        """Return what ``api sched_hangup`` asks for; None when it cannot be read."""
        found = _COMMAND.fullmatch(arguments)
        return None if found is None else cls(int(found[1]), (found[3] or _WITHOUT_CAUSE).upper(), found[2])
