"""Recordings as files in the folder where switches write them, if this machine shares it."""

import logging
from collections.abc import Collection
from pathlib import Path

from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.recording import call_of
from worker.ports.records.recordings import RecordingFiles

logger = logging.getLogger(__name__)


class RecordingFolder(RecordingFiles):
    """A folder of recordings."""

    def __init__(self, folder: Path | None) -> None:
        """Use this folder; None: nothing is recorded."""
        self._folder = folder

    @override
    def path(self, name: str) -> Path:
        found = None if self._folder is None or not call_of(name) else self._folder / name
        if found is None or not found.is_file():
            raise NotFound("recording not found")
        return found

    @override
    def delete(self, names: Collection[str]) -> list[str]:
        if self._folder is None or not self._folder.is_dir():
            return []
        return [name for name in names if call_of(name) and _is_deleted(self._folder / name)]


def _is_deleted(file: Path) -> bool:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        extra = {"action": "recording_not_deleted", "why": str(error.strerror)}
        logger.warning("a recording cannot be deleted", extra=extra)
        return False
    return True
