"""``python -m tests.sim --seed N [--days D] [--json FILE] [--png FILE] [--only TEXT]``: the table of README.md."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Final

from tests.sim.baselines import CallsAMinute, FixedRatio, Impact, Vicidial
from tests.sim.floor import Figures, Floor, Policy
from tests.sim.ours import Callbeat, CreditAlone
from tests.sim.picture import draw
from tests.sim.worlds import WORLDS, World

Row = dict[str, str | float]

RATIOS: Final = tuple(1 + step / 4 for step in range(13))
"""Fixed ratios among which the best one in hindsight is looked for."""
MAKERS: Final[dict[str, Callable[[], Policy]]] = {
    "reference's wording x1": lambda: CallsAMinute(1.0),
    "reference's wording x5": lambda: CallsAMinute(5.0),
    "progressive": lambda: FixedRatio(1.0),
    "fixed ratio 200 %": lambda: FixedRatio(2.0),
    "fixed ratio 400 %": lambda: FixedRatio(4.0),
    "VICIdial-like HARD_LIMIT": lambda: Vicidial(is_tapered=False),
    "VICIdial-like TAPERED": lambda: Vicidial(is_tapered=True),
    "Impact-like": Impact,
    "credit alone, at any risk": CreditAlone,
    "Callbeat without credit": lambda: Callbeat(has_credit=False),
    "Callbeat": Callbeat,
}
BEST_FIXED: Final = "best fixed ratio in hindsight"


def main() -> None:
    """Simulate, print each cell as it is done, and write the table and the picture."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=6)
    parser.add_argument("--only", default="", help="policies and worlds whose name has one of these, comma separated")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--png", type=Path)
    asked = parser.parse_args()
    rows: list[Row] = []
    for row in cells(asked.seed, days=asked.days, only=asked.only.split(",") if asked.only else []):
        rows.append(row)
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
    sys.stdout.write(table(rows))
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1))
    if asked.png:
        draw(rows, asked.png)


def cells(seed: int, *, days: int, only: list[str]) -> Iterator[Row]:
    """Yield the figures of each policy in each world."""
    for world in WORLDS:
        for policy, make in MAKERS.items():
            if not only or any(part in f"{policy} / {world.name}" for part in only):
                yield _row(policy, world, simulated(world, make(), seed=seed, days=days))
        if not only or BEST_FIXED in only:
            ratio, figures = best_fixed(world, seed=seed, days=days)
            yield _row(BEST_FIXED, world, figures) | {"ratio": ratio}


def simulated(world: World, policy: Policy, *, seed: int, days: int) -> Figures:
    """Return the figures of one run; equal arguments give equal figures."""
    return Floor(world, policy, Random(seed)).run(days)


def best_fixed(world: World, *, seed: int, days: int) -> tuple[float, Figures]:
    """Return the fixed ratio that keeps agents busiest with at most 3 % abandoned: nobody can choose it beforehand."""
    runs = [(ratio, simulated(world, FixedRatio(ratio), seed=seed, days=days)) for ratio in RATIOS]
    allowed = [(ratio, figures) for ratio, figures in runs if figures.abandoned_share <= 3.0]
    return max(allowed, key=lambda run: run[1].utilisation)


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table: utilisation, abandoned, and the most beyond the target at any instant."""
    worlds = list(dict.fromkeys(str(row["world"]) for row in rows))
    lines = ["| policy | " + " | ".join(worlds) + " |", "|---" * (len(worlds) + 1) + "|"]
    for policy in dict.fromkeys(str(row["policy"]) for row in rows):
        found = {row["world"]: row for row in rows if row["policy"] == policy}
        parts = [_cell(found[world]) if world in found else "" for world in worlds]
        lines.append(f"| {policy} | " + " | ".join(parts) + " |")
    return "\n".join(lines) + "\n"


def _cell(row: Row) -> str:
    return f"{row['utilisation']:.1f} / {row['abandoned']:.1f} / {row['beyond']:.0f}"


def _row(policy: str, world: World, figures: Figures) -> Row:
    return {
        "policy": policy,
        "world": world.name,
        "utilisation": round(figures.utilisation, 2),
        "abandoned": round(figures.abandoned_share, 3),
        "beyond": round(figures.worst, 2),
        "answered": figures.answered,
        "dialled": figures.dialled,
    }


if __name__ == "__main__":
    main()
