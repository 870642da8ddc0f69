"""A report as one page of HTML: no script, nothing from elsewhere, and made to be printed."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from worker.domain.campaign_report.charts import Chart, causes_of_report, charts_of_report, facts_of_report
from worker.domain.campaign_report.drawing import FULL, HALF, draw
from worker.domain.campaign_report.report import CampaignReport
from worker.domain.campaign_report.saying import Saying
from worker.reports.svg import svg_of


@cache
def _template() -> Template:
    folder = FileSystemLoader(Path(__file__).with_name("templates"))
    made = Environment(
        loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False,
    )  # fmt: skip
    return made.get_template("report.html")


def html_of(report: CampaignReport, *, say: Saying) -> bytes:
    """Return the page."""
    *halves, over_time = charts_of_report(report, say=say)
    text = _template().render(
        report=report,
        say=say,
        t=say.text,
        facts=facts_of_report(report, say=say),
        charts=[(chart, _picture(chart, width=HALF, say=say)) for chart in halves],
        over_time=(over_time, _picture(over_time, width=FULL, say=say)),
        causes=causes_of_report(report, say=say),
    )
    return text.encode()


def _picture(chart: Chart, *, width: float, say: Saying) -> Markup:
    told = "; ".join(f"{label}: {say.number(total)}" for label, total in zip(chart.labels, chart.totals, strict=True))
    return svg_of(draw(chart, width=width, say=say), title=chart.title, told=told)
