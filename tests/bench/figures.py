"""A measured figure beside its limit, both from the same runs; the table and the JSON of many."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final

from rich.table import Table

TENTHS_FROM: Final = 100
"""Smaller numbers are shown with decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table; a value for each run."""

    bench: str
    what: str
    ours: Sequence[float]
    limit: Sequence[float] = ()
    """What it is held against, of the same runs."""
    held_against: str = ""
    target: str = ""

    @property
    def ratios(self) -> list[float]:
        """Ours to the limit, run by run."""
        return [ours / limit for ours, limit in zip(self.ours, self.limit, strict=True) if limit] if self.limit else []


def quantile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that so great a share of them do not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def table(figures: Sequence[Figure], *, title: str) -> Table:
    """Draw medians, with the lowest and the highest run behind them."""
    drawn = Table("bench", "what", "ours", "held against", "limit", "ratio", "target", title=title)
    for one in figures:
        drawn.add_row(
            one.bench, one.what, _shown(one.ours), one.held_against, _shown(one.limit), _shown(one.ratios), one.target
        )
    return drawn


def as_json(figures: Sequence[Figure]) -> list[dict[str, Any]]:  # Any: JSON
    """Give everything that was measured."""
    return [asdict(one) | {"ratios": one.ratios} for one in figures]


def _shown(values: Sequence[float]) -> str:
    if not values:
        return ""
    middle = _rounded(median(values))
    return middle if len(values) == 1 else f"{middle} ({_rounded(min(values))} to {_rounded(max(values))})"


def _rounded(value: float) -> str:
    if abs(value) >= TENTHS_FROM:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"
