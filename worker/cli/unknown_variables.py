"""Variables with our prefix that Callbeat does not read: a misspelt name would otherwise be ignored in silence."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from worker.settings import PREFIX, Settings

OWN: Final = frozenset({f"{PREFIX}{name.upper()}" for name in Settings.model_fields})


def unknown_variables(names: Iterable[str]) -> Iterator[str]:
    """Yield a line for each name that is not ours, with the one that was probably meant."""
    for name in sorted(names):
        if name.startswith(PREFIX) and name not in OWN:
            meant = get_close_matches(name.removeprefix(PREFIX), [own.removeprefix(PREFIX) for own in OWN], n=1)
            yield f"{name} is unknown and ignored" + (f": did you mean {PREFIX}{meant[0]}?" if meant else "")
