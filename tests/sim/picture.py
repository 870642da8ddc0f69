"""The picture of the table: utilisation against abandoned calls, a point for each policy and world."""

from collections.abc import Mapping, Sequence
from pathlib import Path


def draw(rows: Sequence[Mapping[str, str | float]], path: Path) -> None:
    """Write the picture as PNG."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, and only the picture needs it

    figure = Figure(figsize=(9, 5.5), layout="constrained")
    axes = figure.subplots()
    for policy in dict.fromkeys(str(row["policy"]) for row in rows):
        found = [row for row in rows if row["policy"] == policy]
        ours = policy == "Callbeat"
        axes.scatter(
            [max(0.05, float(row["abandoned"])) for row in found],
            [float(row["utilisation"]) for row in found],
            label=policy,
            s=70 if ours else 28,
            marker="*" if ours else "o",
        )
    axes.axvline(3.0, linestyle="--", linewidth=1, color="grey")
    axes.set_xscale("log")
    axes.set_xlabel("abandoned calls, % of answered (logarithmic; 0.05 stands for none)")
    axes.set_ylabel("utilisation, %")
    axes.set_title("One point for each world; left of the dashed line is within 3 %")
    axes.legend(fontsize=8, loc="lower right")
    figure.savefig(path, dpi=110)
