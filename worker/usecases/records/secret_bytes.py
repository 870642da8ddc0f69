"""Random bytes for tokens and secrets."""

from collections.abc import Callable
from typing import Final

SECRET_BYTES: Final = 32


def secret_bytes(chance: Callable[[], float]) -> bytes:
    """Return 32 random bytes; the process passes a source that is fit for secrets."""
    return bytes(int(chance() * 256) for _ in range(SECRET_BYTES))
