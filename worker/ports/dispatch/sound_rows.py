"""What is known of sounds in SQL, where planning and dialling ask for many at once."""

from typing import Protocol


class SoundRows(Protocol):
    """The rows of sounds, and the key on which their names depend."""

    def key(self) -> bytes | None:
        """Return the installation's key; None before the first one was kept."""

    def keep_key(self, key: bytes) -> bytes:
        """Keep the key, unless another process was first; return the one that is kept."""
