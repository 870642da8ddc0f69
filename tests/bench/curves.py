"""The two curves that matter, as a picture: channels in use over time, and cost against size."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from matplotlib.figure import Figure as Drawing

from tests.bench.figures import Figure

SECONDS: Final = 15.0
LEGEND_ROOM: Final = 1.6
"""How much higher than the highest point the right picture is, for its legend to hide none."""


def draw(
    path: Path, *, in_use: Mapping[str, Sequence[tuple[float, int]]], channels: int, figures: Sequence[Figure]
) -> None:
    """Draw calls that were up by seconds, each dispatcher a line, and what planning costs at each size."""
    drawing = Drawing(figsize=(12, 4))
    left, right = drawing.subplots(1, 2)
    for name, curve in in_use.items():
        shown = [(at, up) for at, up in curve if at <= SECONDS]
        left.step([at for at, _ in shown], [up for _, up in shown], where="post", label=name, linewidth=0.9)
    left.axhline(channels, color="grey", linestyle=":", label=f"{channels} channels")
    left.set(xlabel="seconds since the first call", ylabel="calls up", xlim=(0, SECONDS), ylim=(0, channels * 1.1))
    left.legend(loc="lower right")
    for bench, mark in (("scale-leads", "o-"), ("scale-campaigns", "s-")):
        for what, points in _by_size(figures, bench).items():
            right.plot([size for size, _ in points], [cost for _, cost in points], mark, label=what)
    right.set(xscale="log", xlabel="leads, or campaigns", ylabel="ms a plan or a tick")
    right.set_ylim(0, LEGEND_ROOM * right.get_ylim()[1])
    if right.has_data():
        right.legend(loc="upper left", fontsize="small")
    drawing.tight_layout()
    drawing.savefig(path, dpi=110)


def _by_size(figures: Sequence[Figure], bench: str) -> dict[str, list[tuple[int, float]]]:
    """Read the sizes out of what was measured, whose names end in them."""
    points: dict[str, list[tuple[int, float]]] = {}
    for one in figures:
        if one.bench == bench:
            what, _, size = one.what.rpartition(": ")
            digits = size.partition(",")[0].replace(" ", "")
            name = what + size.partition(",")[1] + size.partition(",")[2]
            points.setdefault(name, []).append((int(digits), median(one.ours)))
    return points
