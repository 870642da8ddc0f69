"""What one callee hears and may do: a template with a lead's values, as steps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import Final, assert_never

from worker.domain.errors import InvalidFields, Problem
from worker.domain.json_value import Json
from worker.domain.speech.filled import Filler
from worker.domain.speech.parts import Part, Sound, Text, Word
from worker.domain.speech.pattern import Malformed, Slot, pattern_of
from worker.domain.speech.spoken import speaker_of
from worker.domain.speech.voice import Language, Voice
from worker.domain.template import KeyAction, KeyOption, Prompt, Template
from worker.domain.voicemail import VoicemailPolicy

MOST_WRONG_KEYS: Final = 3
"""After so many wrong keys the call says good-bye; FreeSWITCH's own menus allow as many."""

MOST_REPEATS: Final = 5
"""So often a key may ask for the prompt again; a bound, so that a held key cannot keep a channel."""

_OFFER: Final = {
    Language.VIETNAMESE: "Để không nhận cuộc gọi quảng cáo nữa, xin bấm phím",
    Language.ENGLISH: "To receive no more advertising calls, press",
}
_CONSENT: Final = {
    Language.VIETNAMESE: "Cuộc gọi này được ghi âm.",
    Language.ENGLISH: "This call is recorded.",
}
_CONFIRMATION: Final = {
    Language.VIETNAMESE: "Chúng tôi sẽ không gọi quảng cáo cho quý khách nữa. Xin cảm ơn.",
    Language.ENGLISH: "We will not call you with advertisements again. Thank you.",
}


class Finish(StrEnum):
    """Why we end a conversation."""

    SAID = "said"
    """All was said, and no key was asked for."""
    NO_KEY = "no_key"
    WRONG_KEYS = "wrong_keys"
    KEY = "key"
    OPTED_OUT = "opted_out"
    TRANSFERRED = "transferred"
    NOT_TRANSFERRED = "not_transferred"
    MACHINE = "machine"
    """A machine answered, and the template hangs up then."""
    MESSAGE_LEFT = "message_left"
    """The message was said to a machine."""
    BROKEN = "broken"
    """A sound could not be played, or the switch did not report its end in time."""


@dataclass(frozen=True, slots=True)
class Say:
    """Play the parts; keys do not stop them."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Play the prompt and wait for a key, so many times; without keys, what is pressed is only noted.

    A key leads to its own steps, which end the conversation. The steps behind the menu are for callees who press none.
    """

    prompt: tuple[Part, ...]
    plays: int
    wait_seconds: int
    bounce_seconds: int
    keys: Mapping[str, "tuple[Step, ...]"]
    wrong_key: tuple[Part, ...]
    after_wrong_keys: "tuple[Step, ...]"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect the callee to an extension, or to the hotline where it is empty; the next steps are for a failure."""

    extension: str


@dataclass(frozen=True, slots=True)
class OptOut:
    """Put the number on the do-not-call list."""


@dataclass(frozen=True, slots=True)
class Record:
    """Record the call from here on; the next steps do not wait for it."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Play the menu again, ``MOST_REPEATS`` times in a call; after that the next steps follow."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""

    finish: Finish


Step = Say | Menu | Transfer | OptOut | Record | Repeat | HangUp


@dataclass(frozen=True, slots=True)
class Script:
    """The steps of one conversation; the last one of each branch hangs up."""

    voice: Voice
    steps: tuple[Step, ...]
    voicemail: VoicemailPolicy = VoicemailPolicy.PLAY_ON
    message: tuple[Part, ...] = ()
    """What is left on a machine: the prompt of the menu."""
    opt_out_key: str = ""
    """The key that opts out at any time; empty when the script has none."""

    @property
    def says_something(self) -> bool:
        """Return False when the callee would answer to silence."""
        return any(isinstance(part, Word | Text | Sound) for step in self.steps for part in _first_parts(step))


def values_of_lead(*, phone: str, profile: Mapping[str, Json], additional: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return what placeholders can name: the lead's number, its own fields, and its additional data, which wins."""
    return {"phone_number": phone, **profile, **{key: one for key, one in additional.items() if one not in (None, "")}}


def script_of(template: Template, *, values: Mapping[str, Json], consent: str | None = None) -> Script:
    """Return the script for one lead; of a recorded call it begins with ``consent`` (empty: the usual sentence).

    Raises ``InvalidFields`` with one problem for each key whose value is missing or cannot be read, and ``Malformed``.
    """
    filler = Filler(template.voice, values, template.defaults)
    script = _script(template, filler=filler)
    if filler.problems:
        raise InvalidFields(tuple(filler.problems))
    if consent is None:
        return script
    announced = Say((Text(consent or _CONSENT[template.voice.language]),))
    return replace(script, steps=(announced, Record(), *script.steps))


def why_not_spoken(template: Template, *, values: Mapping[str, Json]) -> tuple[Problem, ...]:
    """Return one problem for each key whose value is missing or cannot be read; empty when the template can be read.

    A template of an old release may have a broken placeholder; then the problem is the template's.
    """
    filler = Filler(template.voice, values, template.defaults)
    try:
        for prompt in template.prompts:
            filler.check(prompt.text)
    except Malformed as error:
        return (Problem("template", str(error)),)
    return tuple(filler.problems)


def reads_values(template: Template) -> bool:
    """Return False when no prompt has a placeholder, so that ``why_not_spoken`` finds nothing with any values."""
    try:
        return any(isinstance(piece, Slot) for prompt in template.prompts for piece in pattern_of(prompt.text))
    except Malformed:
        return True


def _script(template: Template, *, filler: Filler) -> Script:
    farewell = _say(_parts(template.farewell, filler=filler))
    menu = Menu(
        prompt=(*_parts(template.prompt, filler=filler), *_offer(template)),
        plays=template.plays,
        wait_seconds=template.wait_seconds,
        bounce_seconds=template.bounce_seconds,
        keys={key.digit: _steps_of(key, template=template, filler=filler, farewell=farewell) for key in template.keys},
        wrong_key=_parts(template.wrong_key, filler=filler),
        after_wrong_keys=(*farewell, HangUp(Finish.WRONG_KEYS)),
    )
    finish = Finish.NO_KEY if menu.keys else Finish.SAID
    opt_out = template.opt_out
    return Script(
        template.voice,
        (menu, *farewell, HangUp(finish)),
        voicemail=template.voicemail,
        message=menu.prompt,
        opt_out_key="" if opt_out is None else opt_out.digit,
    )


def _steps_of(key: KeyOption, *, template: Template, filler: Filler, farewell: tuple[Say, ...]) -> tuple[Step, ...]:
    said = _say(_parts(key.prompt, filler=filler))
    match key.action:
        case KeyAction.SAY | KeyAction.HANG_UP:
            return (*said, *farewell, HangUp(Finish.KEY))
        case KeyAction.TRANSFER:
            return (*said, Transfer(key.extension), *farewell, HangUp(Finish.NOT_TRANSFERRED))
        case KeyAction.REPEAT:
            return (*said, Repeat(), *farewell, HangUp(Finish.KEY))
        case KeyAction.OPT_OUT:
            confirmed = said or _say((Text(_CONFIRMATION[template.voice.language]),))
            return (OptOut(), *confirmed, *farewell, HangUp(Finish.OPTED_OUT))
        case _:
            assert_never(key.action)


def _parts(prompt: Prompt, *, filler: Filler) -> tuple[Part, ...]:
    return (Sound(prompt.audio_file),) if prompt.audio_file else filler.parts(prompt.text)


def _say(parts: tuple[Part, ...]) -> tuple[Say, ...]:
    return (Say(parts),) if parts else ()


def _offer(template: Template) -> tuple[Part, ...]:
    """Return the sentence that names the opt-out key of an advert, unless the template has one of its own text."""
    key = template.opt_out
    if not template.is_advert or key is None or key.prompt != Prompt():
        return ()
    digit = speaker_of(template.voice).characters(key.digit)
    return (Text(_OFFER[template.voice.language]), *map(Word, digit))


def _first_parts(step: Step) -> tuple[Part, ...]:
    match step:
        case Say():
            return step.parts
        case Menu():
            return tuple(chain(step.prompt))
        case Transfer() | OptOut() | Record() | Repeat() | HangUp():
            return ()
        case _:
            assert_never(step)
