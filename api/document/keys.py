"""The meaning of every key of the wire, of parameters too: by its name, or by `MODEL.key` or `operation.parameter`.

A model's own description goes first; a test finds keys that nobody describes.
"""

from collections import ChainMap
from collections.abc import Mapping
from typing import Final

from api.document import keys_of_agents, keys_of_all, keys_of_calls, keys_of_people, keys_of_reports, keys_of_setup
from api.document.key import Key

PARTS: Final = (
    keys_of_agents.KEYS,
    keys_of_all.KEYS,
    keys_of_calls.KEYS,
    keys_of_people.KEYS,
    keys_of_reports.KEYS,
    keys_of_setup.KEYS,
)
KEYS: Final[Mapping[str, Key]] = ChainMap(*(dict(part) for part in PARTS))
