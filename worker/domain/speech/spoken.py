"""Values as parts of speech: which words of the library say them, and where the voice pauses."""

from collections.abc import Iterable
from typing import Final, assert_never

from worker.domain.speech.english import English
from worker.domain.speech.forms import (
    Amount,
    Code,
    Day,
    Digits,
    Form,
    Free,
    Moment,
    Money,
    Numbered,
    Percentage,
    Time,
)
from worker.domain.speech.parts import Part, Pause, Text, Word
from worker.domain.speech.speaker import Speaker, Words
from worker.domain.speech.vietnamese import Vietnamese
from worker.domain.speech.voice import Language, Voice

BETWEEN_GROUPS: Final = Pause(250)
"""After each group of digits, as people pause in a phone number."""

BETWEEN_CODE_CHARACTERS: Final = Pause(500)
"""Long enough to write the character down."""

BEFORE_REPETITION: Final = Pause(1000)


def speaker_of(voice: Voice) -> Speaker:
    """Return the language in which the voice reads, in the words of its region."""
    match voice.language:
        case Language.VIETNAMESE:
            return Vietnamese(voice.region)
        case Language.ENGLISH:
            return English()
        case _:
            assert_never(voice.language)


def spoken(form: Form, *, voice: Voice) -> tuple[Part, ...]:
    """Return the parts that say a value."""
    match form:
        case Free():
            return (Text(form.text),)
        case Code():
            return _code(form.characters, speaker=speaker_of(voice))
        case Digits():
            return _digits(form.groups, speaker=speaker_of(voice))
        case Day() | Time() | Moment():
            return _words(_of_calendar(form, speaker=speaker_of(voice)))
        case _:
            return _words(_of_number(form, speaker=speaker_of(voice)))


def _of_calendar(form: Day | Time | Moment, *, speaker: Speaker) -> Words:
    match form:
        case Day():
            return speaker.day(form.day)
        case Time():
            return speaker.time(form.time)
        case Moment():
            return speaker.moment(form.day, form.time)
        case _:
            assert_never(form)


def _of_number(form: Amount | Money | Percentage | Numbered, *, speaker: Speaker) -> Words:
    match form:
        case Amount():
            return speaker.number(form.number)
        case Money():
            return speaker.money(form.number, form.currency)
        case Percentage():
            return speaker.percent(form.number)
        case Numbered():
            return speaker.numbered(form.number)
        case _:
            assert_never(form)


def _digits(groups: tuple[str, ...], *, speaker: Speaker) -> tuple[Part, ...]:
    return _spread((_words(speaker.characters(group)) for group in groups), between=BETWEEN_GROUPS)


def _code(characters: str, *, speaker: Speaker) -> tuple[Part, ...]:
    """Return the characters with long pauses, and all of it a second time."""
    single = ((word,) for word in _words(speaker.characters(characters)))
    slowly = _spread(single, between=BETWEEN_CODE_CHARACTERS)
    return (*slowly, BEFORE_REPETITION, *_words(speaker.once_more()), BETWEEN_CODE_CHARACTERS, *slowly)


def _spread(groups: Iterable[tuple[Word, ...]], *, between: Pause) -> tuple[Part, ...]:
    """Join the groups with a pause between each two."""
    said: list[Part] = []
    for group in groups:
        said += [between, *group] if said else group
    return tuple(said)


def _words(words: Words) -> tuple[Word, ...]:
    return tuple(Word(word) for word in words)
