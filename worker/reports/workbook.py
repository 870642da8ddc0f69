"""A report as a workbook: facts and charts on the first sheet, and on the second the numbers that the charts show."""

from io import BytesIO
from typing import Any, Final

import xlsxwriter

from worker.domain.campaign_report.charts import Chart, Kind, causes_of_report, charts_of_report, facts_of_report
from worker.domain.campaign_report.drawing import Colour
from worker.domain.campaign_report.report import CampaignReport
from worker.domain.campaign_report.saying import Saying

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,  # a name or a cause is a text, whatever it begins with
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FIRST_CHART_ROW: Final = 18
_ROWS_OF_CHART: Final = 16
_COLUMNS_OF_CHART: Final = 5
_SIZE: Final = {"width": 500, "height": 300}
_WIDE: Final = {"width": 1010, "height": 320}
_TYPES: Final = {
    Kind.BARS: {"type": "bar"},
    Kind.COLUMNS: {"type": "column", "subtype": "stacked"},
    Kind.RING: {"type": "doughnut"},
}


def xlsx_of(report: CampaignReport, *, say: Saying) -> bytes:
    """Return the workbook."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.set_properties(
            {"title": report.name, "author": report.tenant, "created": report.made_at.in_timezone("UTC").naive()}
        )
        bold = book.add_format({"bold": True})
        summary, figures = book.add_worksheet(say.text("summary")), book.add_worksheet(say.text("figures"))
        _write_summary(summary, report, say=say, bold=bold)
        row = 0
        charts = charts_of_report(report, say=say)
        for place, chart in enumerate(charts):
            drawn = _drawn(book, chart, sheet=figures.get_name(), first=row + 2)
            is_last = place == len(charts) - 1
            drawn.set_size(_WIDE if is_last else _SIZE)
            line, column = divmod(place, 2)
            summary.insert_chart(_FIRST_CHART_ROW + line * _ROWS_OF_CHART, column * _COLUMNS_OF_CHART, drawn)
            row = _write_figures(figures, chart, row=row, bold=bold)
        _write_causes(figures, report, say=say, row=row, bold=bold)
        for sheet in (summary, figures):
            sheet.set_paper(9)  # A4
            sheet.fit_to_pages(1, 0)
        summary.set_column(0, 0, 26)
        summary.set_column(1, 12, 13)
        figures.set_column(0, 0, 32)
        figures.set_column(1, 3, 16)
    return file.getvalue()


def _write_summary(sheet: Any, report: CampaignReport, *, say: Saying, bold: Any) -> None:  # Any: xlsxwriter is untyped
    sheet.write_string(0, 0, report.name, bold)
    lines = (
        (say.text("period"), say.text("at_zone", time=say.period(report), zone=report.zone)),
        (say.text("tenant"), report.tenant),
        (say.text("made_at"), say.moment(report.made_at)),
        *(() if report.is_complete else ((say.text("not_complete"), ""),)),
        *facts_of_report(report, say=say),
    )
    for row, (name, value) in enumerate(lines, start=1):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)


def _write_figures(sheet: Any, chart: Chart, *, row: int, bold: Any) -> int:  # Any: see above
    """Write a chart's numbers below its title; return the row after them and an empty one."""
    sheet.write_string(row, 0, chart.title, bold)
    for column, series in enumerate(chart.series, start=1):
        sheet.write_string(row + 1, column, series.name)
        for place, value in enumerate(series.values):
            sheet.write_number(row + 2 + place, column, value)
    for place, label in enumerate(chart.labels):
        sheet.write_string(row + 2 + place, 0, label)
    return row + len(chart.labels) + 3


def _write_causes(sheet: Any, report: CampaignReport, *, say: Saying, row: int, bold: Any) -> None:  # Any: see above
    sheet.write_string(row, 0, say.text("causes"), bold)
    sheet.write_string(row + 1, 1, say.text("calls"))
    for place, (cause, calls) in enumerate(causes_of_report(report, say=say), start=row + 2):
        sheet.write_string(place, 0, cause)
        sheet.write_number(place, 1, calls)


def _drawn(book: Any, chart: Chart, *, sheet: str, first: int) -> Any:  # Any: see above
    """Return a native chart over the numbers that begin in this row."""
    made = book.add_chart(_TYPES[chart.kind])
    last = first + max(len(chart.labels), 1) - 1
    colours = [Colour.ONLY] if len(chart.series) == 1 else [Colour.FIRST, Colour.SECOND]
    for column, colour in enumerate(colours, start=1):
        series: dict[str, object] = {
            "name": [sheet, first - 1, column],
            "categories": [sheet, first, 0, last, 0],
            "values": [sheet, first, column, last, column],
            "fill": {"color": colour.value},
            "gap": 60,
        }
        if chart.kind is Kind.RING:
            series["points"] = [{"fill": {"color": one.value}} for one in (Colour.FIRST, Colour.SECOND)]
            series["data_labels"] = {"percentage": True}
        elif len(chart.series) == 1:
            series["data_labels"] = {"value": True}
        made.add_series(series)
    made.set_title({"name": chart.title, "overlay": False, "name_font": {"size": 12}})
    if chart.kind is Kind.BARS:
        made.set_y_axis({"reverse": True})
    if chart.kind is not Kind.RING and len(chart.series) == 1:
        made.set_legend({"none": True})
    return made
