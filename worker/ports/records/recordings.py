"""The port of the recordings' files."""

from collections.abc import Collection
from pathlib import Path
from typing import Protocol


class RecordingFiles(Protocol):
    """Files of recordings, where the switches write them and this machine may see them."""

    def path(self, name: str) -> Path:
        """Return where a recording lies. Raises ``NotFound`` when this machine does not see it."""

    def delete(self, names: Collection[str]) -> list[str]:
        """Delete files; return those that are gone: none when this machine does not see the folder."""
