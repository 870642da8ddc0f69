"""How a switch dials an extension, or the hotline of a campaign."""

import re
from typing import Final
from urllib.parse import quote

PLACE: Final = "{extension}"
DEFAULT: Final = "user/{extension}"
_AROUND: Final = re.compile(r"[A-Za-z0-9_./@:;=+-]+")


def check_extension_dial(target: str) -> str:
    """Refuse what names no place for the extension, and what a dial string would take apart."""
    if PLACE not in target or _AROUND.fullmatch(target.replace(PLACE, "")) is None:
        raise ValueError(target)
    return target


def extension_target(target: str, *, extension: str, hotline: str) -> str:
    """Return what the switch rings: the extension, or the hotline where none is given; empty when both are missing.

    What a client gave cannot name another place: everything but letters, digits and ``*-._~`` is percent-encoded.
    """
    wanted = extension or hotline
    return target.replace(PLACE, quote(wanted, safe="*")) if wanted else ""
