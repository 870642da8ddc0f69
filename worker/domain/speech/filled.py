"""A template's text with the values of one lead in it, as parts of speech."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Final

from worker.domain.errors import Problem
from worker.domain.json_value import Json
from worker.domain.speech.forms import Amount, Form, Money, Numbered, Percentage
from worker.domain.speech.parts import Part, Pause, Text
from worker.domain.speech.pattern import Literal, Slot, pattern_of
from worker.domain.speech.spoken import spoken
from worker.domain.speech.tidy import same_key, tidy
from worker.domain.speech.voice import Voice
from worker.domain.speech.written import UNIT, Unreadable, form_of

MISSING: Final = "is missing: the template reads it and has no default for it"

_AT_COMMA: Final = Pause(200)
_AT_STOP: Final = Pause(400)
_LEADING_MARKS: Final = re.compile(r"[^\w$%€₫+#-]+")
_STOPS: Final = frozenset(".!?…:;")
_SERIES_WORDS: Final = frozenset({"số", "thứ", "number", "no."})
"""Words after which ``#15`` is read without its own "số"."""


@dataclass(slots=True)
class Filler:
    """Fill texts with one lead's values, and collect what stands in the way of it."""

    voice: Voice
    given: Mapping[str, Json]
    defaults: Mapping[str, Json]
    problems: list[Problem] = field(default_factory=list)

    def parts(self, text: str) -> tuple[Part, ...]:
        """Return the parts of a template's text; a value that is missing or unreadable becomes a problem.

        Raises ``Malformed``.
        """
        pieces = pattern_of(text)
        said: list[Part] = []
        taken = 0
        for at, piece in enumerate(pieces):
            if isinstance(piece, Literal):
                said += literal_parts(piece.text[taken:])
                taken = 0
            elif (form := self._form(piece.key)) is not None:
                form = _in_series(form, before=pieces[:at])
                form, taken = _with_unit(form, behind=pieces[at + 1 :], voice=self.voice)
                said += spoken(form, voice=self.voice)
        return tuple(said)

    def check(self, text: str) -> None:
        """Collect the problems of a text without composing it; raises ``Malformed``."""
        for piece in pattern_of(text):
            if isinstance(piece, Slot):
                self._form(piece.key)

    def _form(self, key: str) -> Form | None:
        value = self._value(key)
        try:
            if value is not None:
                return form_of(key, value, language=self.voice.language)
            self._note(Problem(key, MISSING))
        except Unreadable as error:
            self._note(Problem(key, str(error)))
        return None

    def _note(self, problem: Problem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def _value(self, key: str) -> Json:
        """Return the lead's value, else the template's default; None when neither has text or a number."""
        found = (_of(values, key) for values in (self.given, self.defaults))
        return next((value for value in found if not _is_empty(value)), None)


@lru_cache(maxsize=1024)  # the same few texts for each lead of a campaign
def literal_parts(text: str) -> tuple[Part, ...]:
    """Return the parts of literal text; marks at its beginning, where a value ends, become a pause."""
    tidied = tidy(text)
    marks = _LEADING_MARKS.match(tidied)
    rest = tidied if marks is None else tidied[marks.end() :]
    pause = [] if marks is None else _pause_at(marks[0])
    return (*pause, *([Text(rest)] if any(one.isalnum() for one in rest) else []))


def _pause_at(marks: str) -> list[Part]:
    if _STOPS & set(marks):
        return [_AT_STOP]
    return [_AT_COMMA] if "," in marks else []


def _of(values: Mapping[str, Json], key: str) -> Json:
    """Return the value of a key; keys are compared in NFC and without blanks around them."""
    if key in values:
        return values[key]
    return next((value for name, value in values.items() if same_key(name) == key), None)


def _is_empty(value: Json) -> bool:
    return value is None or (isinstance(value, str) and not tidy(value))


def _in_series(form: Form, *, before: Sequence[Literal | Slot]) -> Form:
    """Return ``#15`` as a plain number where the text before it already says "số"."""
    if not isinstance(form, Numbered) or not before or not isinstance(before[-1], Literal):
        return form
    last_word = before[-1].text.casefold().split()[-1:]
    return Amount(Decimal(form.number)) if _SERIES_WORDS & set(last_word) else form


def _with_unit(form: Form, *, behind: Sequence[Literal | Slot], voice: Voice) -> tuple[Form, int]:
    """Return an amount together with the unit that the text behind it begins with, and the unit's length."""
    if not isinstance(form, Amount) or not behind or not isinstance(behind[0], Literal):
        return form, 0
    unit = UNIT.match(behind[0].text)
    if unit is None:
        return form, 0
    whole = form_of("", f"{form.number:f} {unit[1]}", language=voice.language)
    return (whole, unit.end()) if isinstance(whole, Money | Percentage) else (form, 0)
