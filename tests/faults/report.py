"""The record of a run's faults, to stand beside the judge's table."""

from collections.abc import Sequence
from statistics import median

from rich.table import Table

from tests.faults.driver import Happened, Run


def faults_in_order(run: Run) -> Table:
    """Show each fault: when, what, to whom, and how long after its end the switch was next told to dial."""
    start = run.faults[0].began_at if run.faults else 0
    table = Table("at", "fault", "target", "lasted", "next dial after", title=f"Faults, seed {run.seed}")
    for one in run.faults:
        lasted = f"{one.ended_at - one.began_at:.1f} s"
        table.add_row(f"{one.began_at - start:.1f} s", one.fault.kind, one.fault.target, lasted, _told(one))
    return table


def faults_by_kind(run: Run) -> Table:
    """Show how often each fault happened, and how soon dialling went on after it."""
    table = Table("fault", "target", "times", "median", "longest", "no dial before the next fault", title="Resumption")
    for kind, target in sorted({(one.fault.kind, one.fault.target) for one in run.faults}):
        those = [one for one in run.faults if (one.fault.kind, one.fault.target) == (kind, target)]
        idle = [one.idle_seconds for one in those if one.idle_seconds is not None]
        figures = (f"{median(idle):.1f} s", f"{max(idle):.1f} s") if idle else ("", "")
        table.add_row(kind, target, str(len(those)), *figures, str(_without_dial(those)))
    return table


def _without_dial(those: Sequence[Happened]) -> int:
    return sum(one.idle_seconds is None for one in those)


def _told(one: Happened) -> str:
    return "" if one.idle_seconds is None else f"{one.idle_seconds:.1f} s"
