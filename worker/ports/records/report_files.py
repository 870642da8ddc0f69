"""The port for files of reports."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from worker.domain.campaign_report.report import CampaignReport
from worker.domain.language import Language


class ReportForm(StrEnum):
    """The kind of file that a report is."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report as a file."""

    name: str
    media_type: str
    content: bytes


class ReportWriter(Protocol):
    """Writes reports."""

    def write(self, report: CampaignReport, *, form: ReportForm, language: Language) -> ReportFile:
        """Return the report as one file that needs no other."""
