"""The record of a run's faults, to stand beside the judge's table."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Final

from rich.table import Table

from tests.faults.driver import Run
from tests.faults.recovery import Happened, Waited, resumption, take_over

RESUMES_WITHIN: Final = 5.0
TAKES_OVER_WITHIN: Final = 10.0
Measure = Callable[[Happened], Waited | None]


def faults_in_order(run: Run) -> Table:
    """Show each fault: when, what, to whom, how long after its end dialling went on, how soon another took over."""
    table = Table(
        "at", "fault", "target", "lasted", "dials after", "taken over after", title=f"Faults, seed {run.seed}"
    )
    start = run.faults[0].began_at if run.faults else 0
    for one in run.faults:
        lasted = f"{one.ended_at - one.began_at:.1f} s"
        figures = _told(_resumption(run)(one)), _told(_take_over(run)(one))
        table.add_row(f"{one.began_at - start:.1f} s", one.fault.kind, one.fault.target, lasted, *figures)
    return table


def resumptions(runs: Sequence[Run]) -> Table:
    """Show by fault how soon each carrier that had a lead due dialled again after the fault's end."""
    return _figures(runs, _resumption, within=RESUMES_WITHIN, title="Dialling goes on after a fault's end")


def take_overs(runs: Sequence[Run]) -> Table:
    """Show by fault how soon calls settled, or ticks came, after a listener or a beat was hit, live or standing by."""
    return _figures(runs, _take_over, within=TAKES_OVER_WITHIN, title="The other one takes over")


def too_long(run: Run, *, resumes: float, takes_over: float) -> list[str]:
    """Tell of the faults after which it took longer than that to go on."""
    late = []
    for one in run.faults:
        for what, measure, within in (("dials", _resumption, resumes), ("taken over", _take_over, takes_over)):
            waited = measure(run)(one)
            if waited is not None and waited.seconds > within:
                late.append(f"{one.fault.kind} {one.fault.target}: {what} after {waited.seconds:.1f} s")
    return late


def _resumption(run: Run) -> Measure:
    return lambda one: resumption(one, among=run.faults, traces=run.traces)


def _take_over(run: Run) -> Measure:
    return lambda one: take_over(one, among=run.faults, traces=run.traces)


def _figures(runs: Sequence[Run], measure: Callable[[Run], Measure], *, within: float, title: str) -> Table:
    """Show the figures by fault; where the next fault came too early to tell, that is counted instead."""
    late = f"over {within:.0f} s"
    table = Table("fault", "target", "times", "measured", "median", "longest", late, "next came before", title=title)
    found: dict[tuple[str, str], list[Waited | None]] = {}
    for run in runs:
        for one in run.faults:
            found.setdefault((one.fault.kind.value, one.fault.target), []).append(measure(run)(one))
    for (kind, target), all_of_it in sorted(found.items()):
        waits = [waited for waited in all_of_it if waited is not None]
        seconds = [waited.seconds for waited in waits if not _says_nothing(waited, within=within)]
        figures = (f"{median(seconds):.1f} s", f"{max(seconds):.1f} s") if seconds else ("", "")
        counts = str(sum(each > within for each in seconds)), str(len(waits) - len(seconds))
        if waits:
            table.add_row(kind, target, str(len(all_of_it)), str(len(seconds)), *figures, *counts)
    return table


def _says_nothing(waited: Waited, *, within: float) -> bool:
    """Whether the next fault came before anything could be told."""
    return waited.is_cut_short and waited.seconds <= within


def _told(waited: Waited | None) -> str:
    if waited is None:
        return ""
    return f"{'over ' * waited.is_cut_short}{waited.seconds:.1f} s"
