"""A report as the file that was asked for; what writes each kind is imported when the first one is."""

import re
import unicodedata
from typing import Final, assert_never

from typing_extensions import override

from worker.domain.campaign_report.report import CampaignReport
from worker.domain.campaign_report.saying import Saying
from worker.domain.language import Language
from worker.ports.records.report_files import ReportFile, ReportForm, ReportWriter

_LONGEST_NAME: Final = 60
_TYPES: Final = {
    ReportForm.HTML: "text/html; charset=utf-8",
    ReportForm.PDF: "application/pdf",
    ReportForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ReportFiles(ReportWriter):
    """Writes all kinds."""

    @override
    def write(self, report: CampaignReport, *, form: ReportForm, language: Language) -> ReportFile:
        say = Saying(language, report.zone)
        return ReportFile(_name(report, form=form), _TYPES[form], _content(report, form=form, say=say))


def _content(report: CampaignReport, *, form: ReportForm, say: Saying) -> bytes:
    match form:
        case ReportForm.HTML:
            from worker.reports.page import html_of  # noqa: PLC0415 - see above

            return html_of(report, say=say)
        case ReportForm.PDF:
            from worker.reports.paper import pdf_of  # noqa: PLC0415 - see above

            return pdf_of(report, say=say)
        case ReportForm.XLSX:
            from worker.reports.workbook import xlsx_of  # noqa: PLC0415 - see above

            return xlsx_of(report, say=say)
        case never:
            assert_never(never)


def _name(report: CampaignReport, *, form: ReportForm) -> str:
    """Return a name of Latin letters, which every mail program and every file system takes."""
    plain = unicodedata.normalize("NFKD", report.name.replace("đ", "d").replace("Đ", "D"))
    letters = re.sub(r"[^A-Za-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")[:_LONGEST_NAME]
    day = report.made_at.in_timezone(report.zone).format("YYYY-MM-DD")
    return f"{letters or 'report'}-{day}.{form}"
