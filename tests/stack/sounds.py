"""Sounds of an installation in words: by their names, or by what is in a file."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from worker.domain.speech.pcm import samples_of
from worker.domain.speech.sounds import Rendered, library_of
from worker.domain.speech.voice import Voice
from worker.sounds.configuration import read_engines
from worker.sounds.folder import FolderStore
from worker.sounds.names import KeyedNames
from worker.sounds.reader import MiniaudioReader
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore

BEGINNING: Final = 256
"""Bytes: sounds that begin alike are few."""


class Dictionary:
    """The words of one voice's library, and some texts, under the names of their sounds."""

    def __init__(self, database_url: str, *, texts: Sequence[str], sounds: Path, speech: str = "espeak-ng") -> None:
        voice = Voice("north-f-01")
        engine = make_engine(database_url)
        with SqlStore(engine).reading() as tx:
            key = tx.sounds.key()
        engine.dispose()
        assert key is not None
        engines = read_engines(speech, reader=MiniaudioReader(), wait=lambda _: None)
        names = KeyedNames(lambda: key, rendered_by=engines.rendered_by)
        sources = [*library_of(voice), *(Rendered(text, voice) for text in texts)]
        self._texts = {names.name(source): source.text for source in sources}
        self._store = FolderStore(sounds)

    def text_of(self, name: str) -> str:
        """Return what a sound says; empty for silence, and its name in brackets for one that is not known."""
        return "" if name.startswith("silence_stream") else self._texts.get(name, f"<{name}>")

    @cached_property
    def _sounds(self) -> Mapping[bytes, Sequence[tuple[bytes, str]]]:
        """The longest first, by how they begin."""
        found: dict[bytes, list[tuple[bytes, str]]] = {}
        kept = self._store.kept(self._texts)
        for one in sorted(((_samples(self._store.read(name)), self._texts[name]) for name in kept), key=_longest_first):
            found.setdefault(one[0][:BEGINNING], []).append(one)
        return found

    def read(self, file: Path) -> list[str]:
        """Listen to a file: compare it, place by place, with every sound that is known."""
        whole = _samples(file.read_bytes())
        said: list[str] = []
        at = 0
        while at < len(whole):
            known = self._sounds.get(whole[at : at + BEGINNING], ())
            found = next(((sound, text) for sound, text in known if whole.startswith(sound, at)), None)
            if found is None:
                assert whole[at : at + 2] == b"\0\0", f"something unknown is heard after {said}"
                at += 2
            else:
                said.append(found[1])
                at += len(found[0])
        return said


def _samples(file: bytes) -> bytes:
    return samples_of(file).tobytes()


def _longest_first(sound: tuple[bytes, str]) -> int:
    return -len(sound[0])
