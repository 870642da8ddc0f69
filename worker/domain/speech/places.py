"""Where a switch may be told to find sounds."""

import re
from typing import Final

_BEGINNING: Final = r"(/|https?://[^/]|http_cache://https?://[^/])"
_PLACE: Final = re.compile(_BEGINNING + r"[^\s!,;|^'\"{}\[\]\\\x00-\x1f\x7f]*")


def check_places(base: str) -> str:
    """Return the folder or address; raises ``ValueError`` for another one.

    Blanks, quotes and the marks of ``file_string://`` are refused, because ``playback`` would take them apart.
    """
    if not _PLACE.fullmatch(base):
        raise ValueError(base)
    return base
