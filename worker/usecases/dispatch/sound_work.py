"""Find what has to be rendered: for leads that wait for it, and for those that fall due next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.ids import LeadId
from worker.domain.speech.back_off import NONE, Rest
from worker.domain.speech.sounds import Rendered, library_of
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.sound_rows import SoundState
from worker.ports.dispatch.store import DispatchStore
from worker.ports.sounds import SoundNames, SoundStore, SpeechEngines
from worker.usecases.dispatch.soundless_leads import Needed, needs_of

AHEAD: Final = Duration(minutes=10)
"""Leads that fall due within this time are rendered for."""
AHEAD_OF_CAMPAIGN: Final = 200
"""Leads of one campaign that are rendered for at once: what it calls while the next ones are rendered."""
WAITING_AT_ONCE: Final = 500
USED_NOTED_AFTER: Final = Duration(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What renders and keeps sounds."""

    engines: SpeechEngines
    sounds: SoundStore
    names: SoundNames
    clock: Clock


@dataclass(slots=True, kw_only=True)
class Work:
    """Texts to render, the most urgent first, with what is known of all sounds that are needed."""

    todo: dict[str, Rendered]
    libraries: Mapping[str, frozenset[str]]
    """The words of each library that is needed, by its name."""
    waiting: dict[LeadId, Needed]
    known: dict[str, SoundState]

    def is_ready(self, name: str) -> bool:
        """Return True when the sound is kept."""
        return name in self.known and self.known[name].is_ready

    def rest(self, name: str) -> Rest:
        """Return what went wrong with the sound."""
        return self.known[name].rest if name in self.known else NONE

    def note_ready(self, names: Iterable[str], *, now: DateTime) -> None:
        """Note that these are kept now."""
        self.known |= {name: SoundState(is_ready=True, used_at=now) for name in names}

    def note_failed(self, failed: Mapping[str, Rest], *, now: DateTime) -> None:
        """Note what went wrong with these."""
        self.known |= {name: SoundState(is_ready=False, used_at=now, rest=rest) for name, rest in failed.items()}

    def complete(self) -> list[str]:
        """Return libraries of which every word is kept now, and that are not noted so."""
        return [
            name
            for name, words in self.libraries.items()
            if not self.is_ready(name) and all(self.is_ready(word) for word in words)
        ]

    def served(self) -> list[LeadId]:
        """Return waiting leads whose sounds are all kept."""
        return [lead for lead, needed in self.waiting.items() if all(map(self.is_ready, needed.names))]


def find_work(store: DispatchStore, *, studio: Studio, now: DateTime) -> Work:
    """Return what waiting and next leads lack.

    A sound whose file is lost, though its row says that it is kept, is rendered again.
    """
    with store.reading() as tx:
        waits = tx.sound_waits.of_running(limit=WAITING_AT_ONCE, now=now)
        ahead = tx.sound_waits.next_of_running(per_campaign=AHEAD_OF_CAMPAIGN, until=now + AHEAD)
        asked = {**waits, **ahead}
        needs = needs_of(tx, asked, consents=tx.sound_waits.consents(asked), names=studio.names)
        words = _words(needs.values(), names=studio.names)
        texts = {name: word for library in words.values() for name, word in library.items()}
        texts |= {studio.names.name(text): text for one in needs.values() for text in one.need.texts}
        known = tx.sounds.known({*texts, *(name for one in needs.values() for name in one.names)})
    libraries = {name: frozenset(library) for name, library in words.items()}
    _settle_rows(store, known, texts=texts, libraries=libraries, studio=studio, now=now)
    todo = {name: text for name, text in texts.items() if not _is_settled(known.get(name), now=now)}
    waiting = {lead: needs[lead] for lead in waits if lead in needs}
    return Work(todo=todo, libraries=libraries, waiting=waiting, known=known)


def _words(needs: Iterable[Needed], *, names: SoundNames) -> dict[str, dict[str, Rendered]]:
    voices = {one.need.library for one in needs if one.need.library is not None}
    return {
        names.library(voice): {
            names.name(word): word for word in sorted(library_of(voice), key=lambda word: word.text)
        }
        for voice in voices
    }  # fmt: skip


def _is_settled(state: SoundState | None, *, now: DateTime) -> bool:
    return state is not None and (state.is_ready or state.rest.lasts(now))


def _settle_rows(
    store: DispatchStore,
    known: dict[str, SoundState],
    *,
    texts: Mapping[str, Rendered],
    libraries: Mapping[str, frozenset[str]],
    studio: Studio,
    now: DateTime,
) -> None:
    """Note which sounds are still used, and which are lost; a library that lost a word is not complete any more."""
    ready = {name for name in texts if name in known and known[name].is_ready}
    lost = ready - studio.sounds.kept(ready)
    lost |= {name for name, words in libraries.items() if words & lost and name in known}
    old = {name for name, state in known.items() if state.is_ready and state.used_at < now - USED_NOTED_AFTER} - lost
    with store.transaction() as tx:
        tx.sound_waits.drop_lapsed(now=now)
        tx.sounds.note_used(old, now=now)
        tx.sounds.note_failed(dict.fromkeys(lost, NONE), now=now)
    known |= {name: replace(known[name], is_ready=False) for name in lost}
