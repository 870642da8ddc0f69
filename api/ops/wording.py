"""Numbers, times and reasons in the reader's language and the tenant's time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from api.ops.words import WORDS
from api.ops.words.reasons import VIETNAMESE
from worker.domain.language import Language, number_text, percent_text, text_in
from worker.domain.reason import Reason, Why
from worker.domain.reason_messages import MESSAGES
from worker.domain.zone import zone_named

_DAYS: Final = {
    Language.ENGLISH: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    Language.VIETNAMESE: ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
}
_COUNTS_ITSELF: Final = frozenset({Reason.NOTHING_LEFT})
"""Reasons whose number says nothing more to a reader."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said at one moment; times of today have no date."""

    language: Language
    zone: str
    now: DateTime
    names_switches: bool = False
    """True for the operators' own tenant, as the API names switches."""

    def text(self, key: str, **facts: object) -> str:
        """Return a text of the catalogue with its facts."""
        return text_in(WORDS, key, language=self.language, facts=facts)

    def number(self, value: float | None, *, digits: int = 0) -> str:
        """Return a number with its thousands apart; a dash for none."""
        return self.text("nothing") if value is None else number_text(value, language=self.language, digits=digits)

    def percent(self, share: float | None) -> str:
        """Return a share in whole percent; a dash for none."""
        return self.text("nothing") if share is None else percent_text(share, language=self.language)

    def clock(self, moment: DateTime) -> str:
        """Return the time of day with seconds."""
        return self._local(moment).format("HH:mm:ss")

    def when(self, moment: DateTime | None) -> str:
        """Return a time: today's as hours and minutes, others with their day; a dash for none."""
        if moment is None:
            return self.text("nothing")
        there, here = self._local(moment), self._local(self.now)
        time = there.format("HH:mm")
        if there.date() == here.date():
            return time
        day = _DAYS[self.language][there.weekday()]
        date = there.format("DD/MM" if there.year == here.year else "DD/MM/YYYY")
        return f"{day} {date} {time}"

    def full(self, moment: DateTime | None) -> str:
        """Return a time with its date and seconds; a dash for none."""
        return self.text("nothing") if moment is None else self._local(moment).format("DD/MM/YYYY HH:mm:ss")

    def day(self, weekday: int) -> str:
        """Return a weekday's short name; Monday is 0."""
        return _DAYS[self.language][weekday]

    def why(self, why: Why) -> str:
        """Return a reason as a sentence with its facts."""
        said = VIETNAMESE[why.reason] if self.language is Language.VIETNAMESE else MESSAGES[why.reason]
        facts = "; ".join(self._facts(why))
        return f"{said.removesuffix('.')} ({facts})." if facts else said

    def _facts(self, why: Why) -> Iterator[str]:
        if why.network is not None:
            yield self.text("fact.network", network=self.text(f"network.{why.network}"))
        if why.limit is not None and why.in_use is not None:
            yield self.text("fact.use", used=self.number(why.in_use), limit=self.number(why.limit))
        elif why.in_use is not None and why.reason not in _COUNTS_ITSELF:
            yield self.text("fact.used", used=self.number(why.in_use))
        if why.cause:
            yield self.text("fact.cause", cause=why.cause)
        if why.switch and self.names_switches:
            yield self.text("fact.switch", switch=why.switch)
        if why.since is not None:
            yield self.text("fact.since", time=self.when(why.since))
        if why.until is not None:
            yield self.text("fact.until", time=self.when(why.until))

    def _local(self, moment: DateTime) -> DateTime:
        return moment.in_timezone(zone_named(self.zone))
