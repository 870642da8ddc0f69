"""A report laid out on pages of A4, as shapes from the top left corner inside the margins."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, assert_never

from worker.domain.campaign_report.charts import Chart, causes_of_report, charts_of_report, facts_of_report
from worker.domain.campaign_report.drawing import FULL, HALF, Anchor, Arc, Box, Colour, Shape, Words, draw, fitted
from worker.domain.campaign_report.report import CampaignReport
from worker.domain.campaign_report.saying import Saying

HEIGHT: Final = 766.0
"""Of the printed part of a page, above its number."""
_GAP: Final = 18.0
_HEADING: Final = 18.0
_LINE: Final = 13.0
_FACTS: Final = 5
_FACT: Final = 36.0
_NAME: Final = 17.0
_SMALL: Final = 8.0


def pages_of_report(report: CampaignReport, *, say: Saying) -> Sequence[Sequence[Shape]]:
    """Return the pages; a block that has no room left goes to the next one."""
    pages: list[list[Shape]] = [[*_head(report, say)]]
    y = 70.0
    for shapes, height in _blocks(report, say):
        if y + height > HEIGHT:
            pages.append([])
            y = 0.0
        pages[-1].extend(_moved(shape, x=0, y=y) for shape in shapes)
        y += height + _GAP
    for place, page in enumerate(pages, start=1):
        number = say.text("page", page=place, pages=len(pages))
        page.append(Words(FULL, HEIGHT + 14, number, Anchor.END, Colour.MINOR))
        page.append(Words(0, HEIGHT + 14, fitted(report.name, width=FULL - 80), colour=Colour.MINOR))
    return pages


def _head(report: CampaignReport, say: Saying) -> Iterator[Shape]:
    yield Words(0, 8, say.text("report"), colour=Colour.MINOR, size=9)
    yield Words(0, 27, fitted(report.name, width=FULL, size=_NAME), size=_NAME)
    period = say.text("at_zone", time=say.period(report), zone=report.zone)
    yield Words(0, 42, f"{say.text('period')}: {period}", size=9)
    made = f"{say.text('tenant')}: {report.tenant} · {say.text('made_at')}: {say.moment(report.made_at)}"
    yield Words(0, 54, fitted(made, width=FULL, size=9), colour=Colour.MINOR, size=9)
    yield Box(0, 60, FULL, 1.2, Colour.ONLY)


def _blocks(report: CampaignReport, say: Saying) -> Iterator[tuple[list[Shape], float]]:
    """Yield what must not be torn apart, with its height: facts, pairs of charts, the wide one, and the tables."""
    if not report.is_complete:
        yield [Words(0, 9, say.text("not_complete"), size=9)], 12
    yield _facts(report, say)
    *halves, over_time = charts_of_report(report, say=say)
    for left in range(0, len(halves), 2):
        yield _beside([_chart(one, HALF, say) for one in halves[left : left + 2]])
    yield _chart(over_time, FULL, say)
    yield _beside([_networks(report, say), _causes(report, say)])
    yield [Words(0, 8, say.text("leads_now"), colour=Colour.MINOR)], 10


def _facts(report: CampaignReport, say: Saying) -> tuple[list[Shape], float]:
    shapes: list[Shape] = []
    facts, width = facts_of_report(report, say=say), FULL / _FACTS
    for place, (name, value) in enumerate(facts):
        row, column = divmod(place, _FACTS)
        shapes.append(Words(column * width, row * _FACT + 8, fitted(name, width=width - 6), colour=Colour.MINOR))
        shapes.append(Words(column * width, row * _FACT + 23, value, size=13))
    return shapes, _FACT * -(-len(facts) // _FACTS) - 8


def _chart(chart: Chart, width: float, say: Saying) -> tuple[list[Shape], float]:
    drawing = draw(chart, width=width, say=say)
    shapes = [_heading(chart.title), *(_moved(one, x=0, y=_HEADING) for one in drawing.shapes)]
    return shapes, _HEADING + drawing.height


def _networks(report: CampaignReport, say: Saying) -> tuple[list[Shape], float]:
    heads = [say.text(key) for key in ("network", "calls", "answered", "answer_rate")]
    rows = [
        (
            say.text(f"network.{one.network}"),
            say.number(one.calls),
            say.number(one.answered),
            say.share(one.answered, one.calls),
        )
        for one in report.networks
    ]
    return _table(say.text("chart.networks"), heads, rows)


def _causes(report: CampaignReport, say: Saying) -> tuple[list[Shape], float]:
    heads = [say.text(key) for key in ("cause", "calls", "share")]
    rows = [
        (cause, say.number(calls), say.share(calls, report.calls)) for cause, calls in causes_of_report(report, say=say)
    ]
    return _table(say.text("causes"), heads, rows)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[Shape], float]:
    """Return a table of half the page's width; its first column gets what the others leave."""
    shapes: list[Shape] = [_heading(title)]
    width = 54.0
    first = HALF - width * (len(heads) - 1)
    for place, row in enumerate([heads, *rows]):
        y = _HEADING + place * _LINE
        colour = Colour.INK if place else Colour.MINOR
        shapes.append(Words(0, y + 9, fitted(row[0], width=first, size=_SMALL), colour=colour, size=_SMALL))
        for column, text in enumerate(row[1:], start=1):
            x = first + column * width
            shapes.append(Words(x, y + 9, fitted(text, width=width), Anchor.END, colour))
        shapes.append(Box(0, y + _LINE - 1, HALF, 0.5, Colour.LINE))
    return shapes, _HEADING + _LINE * (len(rows) + 1)


def _heading(title: str) -> Words:
    return Words(0, 10, title, colour=Colour.ONLY, size=10)


def _beside(blocks: Sequence[tuple[list[Shape], float]]) -> tuple[list[Shape], float]:
    """Return blocks of half the width side by side."""
    shapes = [_moved(shape, x=place * (FULL - HALF), y=0) for place, (drawn, _) in enumerate(blocks) for shape in drawn]
    return shapes, max(height for _, height in blocks)


def _moved(shape: Shape, *, x: float, y: float) -> Shape:
    match shape:
        case Box() | Words() | Arc():
            return replace(shape, x=shape.x + x, y=shape.y + y)
        case never:
            assert_never(never)
