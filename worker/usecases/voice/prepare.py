"""Prepare conversations with callees who answered: the script, and where the switch finds each sound."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.errors import InvalidFields, NotFound
from worker.domain.ids import CallId
from worker.domain.playlists import Playlist, playlists_of
from worker.domain.recording import recording_name
from worker.domain.script import Script, script_of
from worker.domain.speech import pcm
from worker.domain.speech.pattern import Malformed
from worker.domain.speech.sounds import Silence, Source, sources_of
from worker.domain.template import template_of
from worker.domain.voicemail import VoicemailDetector
from worker.ports.dispatch.conversations import CallUp
from worker.ports.dispatch.store import DispatchStore
from worker.ports.sounds import SoundNames, SoundPlaces, SoundStore

JOINED: Final = "j"
"""The first letter of the names of sounds that were joined for one call."""
MOST_FILES: Final = 100
"""More sounds of one playlist are joined to one; FreeSWITCH's ``file_string`` takes 128."""
_BITS_BEHIND_TIME: Final = 80
MOST_KNOWN: Final = 50_000
"""Lengths of sounds that are remembered."""


class Refusal(StrEnum):
    """Why nothing is said to a callee."""

    NOT_UP = "not_up"
    OTHER_SWITCH = "other_switch"
    NOT_SPOKEN = "not_spoken"
    """There is no template, or a value of it is missing or cannot be read aloud."""
    NO_SOUND = "no_sound"


@dataclass(frozen=True, slots=True)
class Playback:
    """What the switch plays, and how long that takes."""

    what: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A conversation that can begin."""

    call_id: CallId
    caller_id: str
    script: Script
    detector: VoicemailDetector = VoicemailDetector.NONE
    recording: str = ""
    """The file name under which the switch is to record; empty when the call is not recorded."""
    needs_agent: bool = False
    """True: the callee is to talk to an agent, and hears the script only when nobody is free in time."""
    playbacks: Mapping[Playlist, Playback]
    traceparent: str | None = None
    """The trace of the call; None when it is not traced."""
    joined: tuple[str, ...] = ()
    """Names of sounds that exist for this call only: they are deleted when it is over."""


@dataclass(slots=True)
class Sounds:
    """The sounds of the installation, as a conversation uses them."""

    store: SoundStore
    places: SoundPlaces
    names: SoundNames
    new_id: Callable[[], UUID]
    """Makes ids of version 7, which nobody can guess and which tell when they were made."""
    new_token: Callable[[], str] | None = None
    """Makes the chance in names of recordings; None: no switch records."""
    known: dict[str, int] = field(default_factory=dict)
    """Milliseconds of sounds by their names; a name's sound never changes."""

    def milliseconds(self, name: str) -> int:
        """Return a sound's length. Raises ``NotFound``."""
        if name not in self.known:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            self.known[name] = pcm.milliseconds(pcm.samples_of(self.store.read(name)))
        return self.known[name]

    def delete(self, prepared: Prepared) -> None:
        """Delete what exists for this call only."""
        if prepared.joined:
            self.store.delete(prepared.joined)


def prepare(store: DispatchStore, *, sounds: Sounds, asked: Mapping[CallId, str]) -> dict[CallId, Prepared | Refusal]:
    """Prepare conversations for calls, each with the core id of the switch that connected for it.

    Raises ``Unavailable`` while the database or the store of sounds is away.
    """
    with store.reading() as tx:
        up = tx.conversations.up(asked)
    return {
        call_id: prepare_call(up.get(call_id), core_id=core_id, sounds=sounds) for call_id, core_id in asked.items()
    }


def prepare_call(call: CallUp | None, *, core_id: str, sounds: Sounds) -> Prepared | Refusal:
    """Prepare one conversation, or return why nothing can be said."""
    if call is None:
        return Refusal.NOT_UP
    if call.core_id not in {"", core_id}:
        return Refusal.OTHER_SWITCH
    recorded = _recorded(call, sounds=sounds)
    if recorded is not None:
        return recorded
    script = _script(call)
    if script is None:
        return Refusal.NOT_SPOKEN
    try:
        return _with_sounds(call, script=script, sounds=sounds)
    except NotFound:
        return Refusal.NO_SOUND


def _recorded(call: CallUp, *, sounds: Sounds) -> Prepared | None:
    """Return a conversation that is recorded; None for others, and when what announces it is not there.

    A recording may be wanted since the call was dialled: it is not worth a callee who hears nothing.
    """
    if call.consent is None or sounds.new_token is None:
        return None
    script = _script(call, consent=call.consent)
    try:
        prepared = None if script is None else _with_sounds(call, script=script, sounds=sounds)
    except NotFound:
        return None
    name = recording_name(call.call_id, token=sounds.new_token())
    return None if prepared is None else replace(prepared, recording=name)


def _script(call: CallUp, *, consent: str | None = None) -> Script | None:
    """Return the script; None when there is nothing that can be said."""
    try:
        if call.template is None:
            return None
        script = script_of(template_of(call.template), values=call.values, consent=consent)
    except (InvalidFields, Malformed):
        return None
    return script if script.says_something else None


def _with_sounds(call: CallUp, *, script: Script, sounds: Sounds) -> Prepared:
    playbacks, names = {}, []
    for playlist in playlists_of(script):
        sources = sources_of(playlist, voice=script.voice)
        if call.has_code or len(sources) > MOST_FILES:
            name = _join(sources, sounds=sounds)
            names.append(name)
            playbacks[playlist] = Playback(sounds.places.place(name), sounds.milliseconds(name) / 1000)
        else:
            playbacks[playlist] = _playback(sources, sounds=sounds)
    return Prepared(
        call_id=call.call_id,
        caller_id=call.caller_id,
        script=script,
        detector=call.detector,
        needs_agent=call.needs_agent,
        traceparent=call.traceparent,
        playbacks=playbacks,
        joined=tuple(names),
    )


def _playback(sources: Iterable[Source], *, sounds: Sounds) -> Playback:
    places, length = [], 0
    for source in sources:
        name = sounds.names.name(source)
        length += source.milliseconds if isinstance(source, Silence) else sounds.milliseconds(name)
        places.append(sounds.places.place(name))
    what = places[0] if len(places) == 1 else "file_string://" + "!".join(places)
    return Playback(what, length / 1000)


def _join(sources: Iterable[Source], *, sounds: Sounds) -> str:
    """Write one sound under a name that says nothing of it, since the words of a code are its digits."""
    pieces = [
        pcm.silence(one.milliseconds)
        if isinstance(one, Silence)
        else pcm.samples_of(sounds.store.read(sounds.names.name(one)))
        for one in sources
    ]
    name = f"{JOINED}{sounds.new_id().hex}"
    sounds.store.write(name, pcm.wav_of(pcm.joined(pieces)))
    return name


def delete_left_over(sounds: Sounds, *, before: DateTime) -> int:
    """Delete joined sounds that were made before then, by processes that died; return how many there were."""
    left = [name for name in sounds.store.names(JOINED) if _made_at_ms(name) < before.float_timestamp * 1000]
    sounds.store.delete(left)
    return len(left)


def _made_at_ms(name: str) -> int:
    """Return when the sound was made, which an id of version 7 tells."""
    return int(name.removeprefix(JOINED), 16) >> _BITS_BEHIND_TIME
