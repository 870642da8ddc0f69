"""The demonstration's results: limits by the switch's own log, calls by the CDRs that were received."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from rich.console import Console
from rich.table import Table

from worker.cli.demo.receiver import Receiver
from worker.cli.plain_text import plain
from worker.simulator.log import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The demonstration's figures."""

    leads: int
    leads_done: int
    outcomes: Counter[str]
    recalls: int
    calls: int
    cdrs_received: int
    cdrs_refused: int
    peak: int
    limit: int
    first_dial_ms: int | None
    seconds: float
    keys: Counter[str]
    """The last key of each call in which one was pressed."""
    sample: str
    """What one callee heard, in words."""

    @property
    def is_well(self) -> bool:
        """Return True when every lead has ended, every call's CDR arrived, and limits and promises were kept."""
        delivered = self.cdrs_received == self.calls and self.cdrs_refused == 0
        spoken = bool(self.sample) or not self.outcomes["answered"]
        return self.leads_done == self.leads and delivered and self.peak <= self.limit and spoken


def received_of(receiver: Receiver, *, calls: set[str]) -> tuple[Counter[str], int, int]:
    """Count the outcomes, the recalls and the CDRs of these calls."""
    cdrs = [receiver.cdrs[call] for call in calls if call in receiver.cdrs]
    outcomes = Counter(str(cdr["status"]) for cdr in cdrs)
    return outcomes, sum(cdr["attempt"] > 1 for cdr in cdrs), len(cdrs)


def keys_of(receiver: Receiver, *, calls: set[str]) -> Counter[str]:
    """Count the last keys that callees of these calls pressed, by their CDRs."""
    pressed = (orjson.loads(receiver.cdrs[call]["press_key"]) for call in calls if call in receiver.cdrs)
    return Counter(one["key"] for one in pressed if one)


def first_dial_after(moment: float, lines: Sequence[Line]) -> int | None:
    """Return the milliseconds from a time to the switch's first call after it."""
    dials = (dial.at for dial in lines if dial.event == "originated" and dial.at >= moment)
    return next((round((at - moment) * 1000) for at in dials), None)


def show(summary: Summary, console: Console) -> None:
    """Print the figures."""
    table = Table(title="Callbeat demo", show_header=False, min_width=60)
    table.add_row("leads done", f"{summary.leads_done} of {summary.leads}")
    table.add_row("calls", f"{summary.calls}, {summary.recalls} of them recalls")
    for outcome, count in summary.outcomes.most_common():
        table.add_row(f"  {outcome}", str(count))
    table.add_row("peak concurrent, by the switch's log", f"{summary.peak} of {summary.limit} allowed")
    table.add_row("CDRs delivered and verified", f"{summary.cdrs_received} of {summary.calls}")
    if summary.first_dial_ms is not None:
        table.add_row("first originate after start", f"{summary.first_dial_ms} ms")
    table.add_row("keys pressed", ", ".join(f"{key}: {count}" for key, count in sorted(summary.keys.items())) or "none")
    table.add_row("elapsed, start-up included", f"{summary.seconds:.1f} s")
    console.print(table)
    if summary.sample:
        console.print(plain(f"One callee heard: {summary.sample}"))
