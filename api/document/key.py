"""What a key of the wire means."""

from typing import NamedTuple

from worker.domain.json_value import Json


class Key(NamedTuple):
    """A meaning, with the unit of a number and an example where they help."""

    text: str
    unit: str = ""
    example: Json = None
