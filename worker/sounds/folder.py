"""Sounds as files in a folder, which all processes and, without an address of its own, the switch share."""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from typing_extensions import override

from worker.domain.errors import NotFound, Unavailable
from worker.ports.sounds import SoundStore

SUFFIX: Final = ".wav"
_NAME: Final = re.compile(r"[a-z][0-9a-f-]{1,63}")
_SHARD_LENGTH: Final = 3
"""Sounds lie in subfolders named by so many first characters of them: rendered ones are spread over 256."""
_READABLE: Final = 0o444
_OWN: Final = 0o600
_PERMISSIONS: Final = 0o7777


def path_in(folder: str, name: str) -> str:
    """Return where the sound lies in the folder. Raises ``ValueError`` for what is no name of a sound."""
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return f"{folder}/{name[:_SHARD_LENGTH]}/{name}{SUFFIX}"


class FolderStore(SoundStore):
    """A folder of WAV files; who may read the folder may read its files."""

    def __init__(self, folder: Path) -> None:
        """Keep sounds in this folder; it is created with the first one."""
        self._folder = folder

    @override
    def kept(self, names: Collection[str]) -> set[str]:
        return {name for name in names if self._path(name).is_file()}

    @override
    def read(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("sound not found") from error
        except OSError as error:
            raise _unavailable(self._folder, error) from error

    @override
    def write(self, name: str, sound: bytes) -> None:
        path = self._path(name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            mode = self._folder.stat().st_mode & _PERMISSIONS
            if not path.parent.is_dir():
                path.parent.mkdir(exist_ok=True)
                path.parent.chmod(mode)
            _write_whole(path, sound, mode=mode & _READABLE | _OWN)
        except OSError as error:
            raise _unavailable(self._folder, error) from error

    @override
    def delete(self, names: Collection[str]) -> None:
        for name in names:
            try:
                self._path(name).unlink(missing_ok=True)
            except OSError as error:
                raise _unavailable(self._folder, error) from error

    @override
    def names(self, kind: str) -> Iterator[str]:
        for path in self._folder.glob(f"{kind}*/{kind}*{SUFFIX}"):
            yield path.stem

    def _path(self, name: str) -> Path:
        return Path(path_in(str(self._folder), name))


def _write_whole(path: Path, sound: bytes, *, mode: int) -> None:
    """Write beside the file and rename, so that nobody reads half a sound, and a full disk leaves none."""
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        written = Path(file.name)
        try:
            file.write(sound)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
            written.replace(path)
            _sync_folder(path.parent)
        except OSError:
            with suppress(OSError):
                written.unlink()
            raise


def _sync_folder(folder: Path) -> None:
    """Make the new name last; a file alone would be lost with its folder's entry."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unavailable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(f"the folder of sounds {folder} cannot be used: {error.strerror}")
