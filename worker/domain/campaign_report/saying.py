"""Texts, numbers and times of a report in its reader's language."""

from dataclasses import dataclass
from typing import assert_never

from pendulum import DateTime

from worker.domain.campaign_report.report import CampaignReport
from worker.domain.campaign_report.words import REPORT_WORDS
from worker.domain.language import Language, number_text, percent_text, text_in
from worker.domain.report import Interval
from worker.domain.zone import zone_named


@dataclass(frozen=True, slots=True)
class Saying:
    """How a report is said."""

    language: Language
    zone: str

    def text(self, key: str, **facts: object) -> str:
        """Return a text of the report with its facts."""
        return text_in(REPORT_WORDS, key, language=self.language, facts=facts)

    def number(self, value: float) -> str:
        """Return a whole number with its thousands apart."""
        return number_text(value, language=self.language)

    def share(self, part: int, whole: int) -> str:
        """Return a part of a whole in percent; a dash of nothing."""
        return percent_text(part / whole, language=self.language) if whole else "-"

    def length(self, seconds: int) -> str:
        """Return a length as hours, minutes and seconds."""
        minutes, rest = divmod(seconds, 60)
        return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"

    def moment(self, moment: DateTime) -> str:
        """Return a time with its date, to the minute."""
        return moment.in_timezone(zone_named(self.zone)).format("DD/MM/YYYY HH:mm")

    def period(self, report: CampaignReport) -> str:
        """Return from when to when the report's calls started."""
        return self.text("from_to", start=self.moment(report.start), end=self.moment(report.end))

    def begin(self, begins: DateTime, interval: Interval) -> str:
        """Return the name of a part, short enough to stand below a column."""
        there = begins.in_timezone(zone_named(self.zone))
        match interval:
            case Interval.HOUR:
                return there.format("HH:mm" if there.hour else "DD/MM")
            case Interval.DAY | Interval.WEEK:
                return there.format("DD/MM")
            case Interval.MONTH:
                return there.format("MM/YYYY")
            case never:
                assert_never(never)
