"""Where the parts of a chart stand, as shapes that SVG and PDF draw alike; the origin is at the top left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor, log10
from typing import Final, TypeAlias, assert_never

from worker.domain.campaign_report.charts import Chart, Kind
from worker.domain.campaign_report.saying import Saying

HALF: Final = 250.0
FULL: Final = 520.0
"""Width in points: the printed page of A4 between its margins, and a half of it."""
_SIZE: Final = 7.5
_BELOW_SIZE: Final = 6.5
_LETTER: Final = 0.54
"""The mean width of a letter, in parts of its size; DejaVu Sans is a wide face."""
_ROW: Final = 15.0
_LABELS: Final = 92.0
_NUMBERS: Final = 66.0
_PLOT: Final = 78.0
"""Height of the tallest column: so all charts are on the first printed page."""
_AXIS: Final = 30.0
_BELOW: Final = 16.0
_LEGEND: Final = 14.0
_MOST_NUMBERED: Final = 13
"""Columns over which their number has room."""
_RADIUS: Final = 46.0


class Colour(StrEnum):
    """A colour of a light page; the two of a divided chart differ in grey as well."""

    ONLY = "#2b5c9e"
    FIRST = "#1f6f54"
    SECOND = "#b9c5cf"
    INK = "#1c2430"
    MINOR = "#5b6675"
    LINE = "#dde3e9"


class Anchor(StrEnum):
    """Which point of a text its place is."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; ``x`` and ``y`` are its top left corner."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text on its base line."""

    x: float
    y: float
    text: str
    anchor: Anchor = Anchor.START
    colour: Colour = Colour.INK
    size: float = _SIZE


@dataclass(frozen=True, slots=True)
class Arc:
    """A part of a ring, clockwise from the top, in parts of the whole."""

    x: float
    y: float
    radius: float
    hole: float
    start: float
    share: float
    colour: Colour


Shape: TypeAlias = Box | Words | Arc


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn chart."""

    width: float
    height: float
    shapes: Sequence[Shape]


def draw(chart: Chart, *, width: float, say: Saying) -> Drawing:
    """Return the chart's shapes; without any call it says so."""
    if not chart.total:
        return Drawing(width, _ROW, [Words(0, _SIZE + 2, say.text("no_calls"), colour=Colour.MINOR)])
    match chart.kind:
        case Kind.BARS:
            return Drawing(width, _ROW * len(chart.labels), [*_bars(chart, width=width, say=say)])
        case Kind.COLUMNS:
            height = _LEGEND * (len(chart.series) > 1) + _SIZE + 4 + _PLOT + _BELOW
            return Drawing(width, height, [*_columns(chart, width=width, say=say)])
        case Kind.RING:
            return Drawing(width, 2 * _RADIUS + 8, [*_ring(chart, say=say)])
        case never:
            assert_never(never)


def fitted(text: str, *, width: float, size: float = _SIZE) -> str:
    """Return the text, or as much of its beginning as has room, with an ellipsis."""
    most = int(width / (size * _LETTER))
    return text if len(text) <= most else f"{text[: max(most - 1, 0)]}…"


def step_of(largest: int, *, most_steps: int = 4) -> int:
    """Return the distance of an axis' lines: 1, 2 or 5 times a power of ten, so that few of them reach the largest."""
    least = max(largest / most_steps, 1)
    power = 10 ** floor(log10(least))
    return int(next(power * part for part in (1, 2, 5, 10) if power * part >= least))


def _bars(chart: Chart, *, width: float, say: Saying) -> Iterator[Shape]:
    longest = max(chart.totals)
    room = width - _LABELS - _NUMBERS
    for place, (label, value) in enumerate(zip(chart.labels, chart.totals, strict=True)):
        top = place * _ROW
        yield Words(_LABELS - 6, top + 10, fitted(label, width=_LABELS - 6), Anchor.END)
        yield Box(_LABELS, top + 3, room, _ROW - 6, Colour.LINE)
        if value:
            yield Box(_LABELS, top + 3, max(room * value / longest, 1), _ROW - 6, Colour.ONLY)
        shown = f"{say.number(value)} · {say.share(value, chart.total)}"
        yield Words(width, top + 10, shown, Anchor.END, Colour.MINOR)


def _columns(chart: Chart, *, width: float, say: Saying) -> Iterator[Shape]:
    yield from _legend(chart)
    top = _LEGEND * (len(chart.series) > 1) + _SIZE + 4
    bottom = top + _PLOT
    step = step_of(max(chart.totals))
    highest = step * ceil(max(chart.totals) / step)
    for value in range(0, highest + 1, step):
        y = bottom - _PLOT * value / highest
        yield Box(_AXIS, y - 0.25, width - _AXIS, 0.5, Colour.LINE)
        yield Words(_AXIS - 4, y + 2.5, say.number(value), Anchor.END, Colour.MINOR)
    slot = (width - _AXIS) / len(chart.labels)
    each = _each_label(chart.labels, slot=slot)
    colours = [Colour.ONLY] if len(chart.series) == 1 else [Colour.FIRST, Colour.SECOND]
    for place, (label, total) in enumerate(zip(chart.labels, chart.totals, strict=True)):
        middle, y = _AXIS + slot * (place + 0.5), bottom
        for series, colour in zip(chart.series, colours, strict=True):
            height = _PLOT * series.values[place] / highest
            y -= height
            if height:
                yield Box(middle - slot * 0.36, y, slot * 0.72, height, colour)
        if len(chart.labels) <= _MOST_NUMBERED and total:
            yield Words(middle, y - 2, say.number(total), Anchor.MIDDLE, Colour.MINOR)
        if place % each == 0:
            below = fitted(label, width=slot * each + 6, size=_BELOW_SIZE)
            yield Words(middle, bottom + 10, below, Anchor.MIDDLE, size=_BELOW_SIZE)


def _each_label(labels: Sequence[str], *, slot: float) -> int:
    """Return of how many columns one is labelled, so that labels do not touch; a few columns are all labelled."""
    if len(labels) <= _MOST_NUMBERED:
        return 1
    return ceil((max(len(label) for label in labels) * _BELOW_SIZE * _LETTER + 6) / slot)


def _legend(chart: Chart) -> Iterator[Shape]:
    if len(chart.series) == 1:
        return
    x = _AXIS
    for series, colour in zip(chart.series, (Colour.FIRST, Colour.SECOND), strict=True):
        yield Box(x, 1, 8, 8, colour)
        yield Words(x + 12, 8, series.name)
        x += 12 + len(series.name) * _SIZE * _LETTER + 14


def _ring(chart: Chart, *, say: Saying) -> Iterator[Shape]:
    middle, start = _RADIUS + 4, 0.0
    colours = (Colour.FIRST, Colour.SECOND)
    for place, (label, value, colour) in enumerate(zip(chart.labels, chart.totals, colours, strict=True)):
        share = value / chart.total
        if value:
            yield Arc(middle, middle, _RADIUS, _RADIUS * 0.62, start, share, colour)
        start += share
        y = middle - 12 + place * 28
        yield Box(2 * middle + 18, y - 8, 9, 9, colour)
        yield Words(2 * middle + 32, y, label)
        shown = f"{say.number(value)} · {say.share(value, chart.total)}"
        yield Words(2 * middle + 32, y + 11, shown, colour=Colour.MINOR)
    yield Words(middle, middle + 4, say.share(chart.totals[0], chart.total), Anchor.MIDDLE, size=13)
