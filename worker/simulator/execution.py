"""An application that a voice process asks for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Execution:
    """Its name and argument, and the id with which its end is reported."""

    name: str
    argument: str
    uuid: str
