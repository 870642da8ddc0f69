"""A drawn chart as SVG inside a page."""

from math import cos, pi, sin
from typing import Final, assert_never

from markupsafe import Markup

from worker.domain.campaign_report.drawing import Arc, Box, Drawing, Shape, Words

_MOST_OF_A_CIRCLE: Final = 0.9995
"""An arc of SVG that ends where it begins is not drawn: its ends differ in the two digits that are written."""


def svg_of(drawing: Drawing, *, title: str, told: str) -> Markup:
    """Return the picture; ``told`` is its content for those who cannot see it."""
    head = Markup('<svg viewBox="0 0 {} {}" role="img"><title>{}</title><desc>{}</desc>').format(
        _short(drawing.width), _short(drawing.height), title, told
    )
    return Markup("").join([head, *(_shape(shape) for shape in drawing.shapes), Markup("</svg>")])


def _shape(shape: Shape) -> Markup:
    match shape:
        case Box(x, y, width, height, colour):
            return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>').format(
                *(_short(one) for one in (x, y, width, height)), colour.value
            )
        case Words(x, y, text, anchor, colour, size):
            return Markup('<text x="{}" y="{}" font-size="{}" text-anchor="{}" fill="{}">{}</text>').format(
                *(_short(one) for one in (x, y, size)), anchor.value, colour.value, text
            )
        case Arc():
            return _arc(shape)
        case never:
            assert_never(never)


def _arc(arc: Arc) -> Markup:
    share = min(arc.share, _MOST_OF_A_CIRCLE)
    ends = [2 * pi * (arc.start + part) for part in (0, share)]
    (x1, y1), (x2, y2) = ((arc.x + arc.radius * sin(one), arc.y - arc.radius * cos(one)) for one in ends)
    (x3, y3), (x4, y4) = ((arc.x + arc.hole * sin(one), arc.y - arc.hole * cos(one)) for one in reversed(ends))
    outer, inner = _short(arc.radius), _short(arc.hole)
    is_large = int(share > 0.5)  # noqa: PLR2004 - a half of the circle
    path = (
        f"M{_short(x1)} {_short(y1)}A{outer} {outer} 0 {is_large} 1 {_short(x2)} {_short(y2)}"
        f"L{_short(x3)} {_short(y3)}A{inner} {inner} 0 {is_large} 0 {_short(x4)} {_short(y4)}Z"
    )
    return Markup('<path d="{}" fill="{}"/>').format(path, arc.colour.value)


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
