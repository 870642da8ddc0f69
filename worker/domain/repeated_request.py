"""Requests that a client may send twice: with the client's own key, the second one gets the answer of the first."""

import re
from typing import Final

from pendulum import Duration

from worker.domain.errors import Invalid

ANSWERS_KEPT: Final = Duration(days=1)
"""The answer to a request with a key is given again for so long; then the key is new."""
LONGEST_KEY: Final = 255
HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(rf"[\x21-\x7e](?:[\x20-\x7e]{{0,{LONGEST_KEY - 2}}}[\x21-\x7e])?", re.ASCII)


def parse_key(text: str) -> str:
    """Return the key; the quotes of the IETF draft do not belong to it, and an empty text is no key.

    Raises ``Invalid`` for a key that is too long or has other characters than visible ASCII.
    """
    key = text.strip()
    if len(key) > 1 and key.startswith('"') and key.endswith('"'):
        key = key[1:-1]
    if key and _KEY.fullmatch(key) is None:
        raise Invalid(f"{HEADER} must have 1 to {LONGEST_KEY} visible ASCII characters")
    return key
