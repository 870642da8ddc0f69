"""A report as PDF, with a font of its own that has the Vietnamese letters."""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final, assert_never

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from worker.domain.campaign_report.drawing import FULL, Anchor, Arc, Box, Shape, Words
from worker.domain.campaign_report.paper import pages_of_report
from worker.domain.campaign_report.report import CampaignReport
from worker.domain.campaign_report.saying import Saying

FONT: Final = Path(__file__).with_name("fonts") / "DejaVuSans.ttf"
_NAME: Final = "DejaVu Sans"
_WIDTH, _HEIGHT = A4
_LEFT: Final = (_WIDTH - FULL) / 2
_TOP: Final = _HEIGHT - 34.0


def pdf_of(report: CampaignReport, *, say: Saying) -> bytes:
    """Return the file; the same report gives the same bytes."""
    _register_font()
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, lang=say.language.value)
    canvas.setTitle(f"{report.name} · {say.text('report')}")
    canvas.setAuthor(report.tenant)
    canvas.setCreator("Callbeat")
    for page in pages_of_report(report, say=say):
        for shape in page:
            _draw(canvas, shape)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


@cache
def _register_font() -> None:
    """Read the font once a process: it takes an eighth of a second."""
    pdfmetrics.registerFont(TTFont(_NAME, str(FONT)))


def _draw(canvas: Canvas, shape: Shape) -> None:
    canvas.setFillColor(HexColor(shape.colour.value))
    x, y = _LEFT + shape.x, _TOP - shape.y
    match shape:
        case Box():
            canvas.rect(x, y - shape.height, shape.width, shape.height, stroke=0, fill=1)
        case Words():
            canvas.setFont(_NAME, shape.size)
            write = {
                Anchor.START: canvas.drawString,
                Anchor.MIDDLE: canvas.drawCentredString,
                Anchor.END: canvas.drawRightString,
            }
            write[shape.anchor](x, y, shape.text)
        case Arc():
            _draw_arc(canvas, shape, x=x, y=y)
        case never:
            assert_never(never)


def _draw_arc(canvas: Canvas, arc: Arc, *, x: float, y: float) -> None:
    """Draw a part of a ring: PDF counts degrees from the right, against the clock."""
    first, extent = 90 - 360 * arc.start, -360 * arc.share
    path = canvas.beginPath()
    path.arc(x - arc.radius, y - arc.radius, x + arc.radius, y + arc.radius, first, extent)
    path.arcTo(x - arc.hole, y - arc.hole, x + arc.hole, y + arc.hole, first + extent, -extent)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
