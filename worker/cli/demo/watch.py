"""Shows a campaign while it is dialled: live on a terminal, as plain lines elsewhere."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from worker.cli.demo.operator import Answer
from worker.cli.demo.receiver import Receiver

LINE_SECONDS: Final = 2.0
"""Seconds between plain lines."""
WIDTH: Final = 60
"""As wide as the summary, which follows in its place."""
BAR_WIDTH: Final = 24


@dataclass(frozen=True, slots=True)
class Sight:
    """The campaign at one time."""

    seconds: float
    limit: int
    leads: int = 0
    remain: int = 0
    up: int = 0
    called: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """Return how many leads neither wait for a call nor are in one."""
        return self.leads - self.remain - self.up

    @property
    def received(self) -> int:
        """Return how many CDRs have arrived."""
        return self.outcomes.total()

    @property
    def is_over(self) -> bool:
        """Return True when every lead is done, no call is live, and every call's CDR has arrived."""
        return self.leads > 0 and self.done == self.leads and self.received >= self.called

    def is_like(self, other: "Sight") -> bool:
        """Return True when nothing but the time differs."""
        return replace(self, seconds=0) == replace(other, seconds=0)


def look(monitor: Answer, *, receiver: Receiver, limit: int, seconds: float) -> Sight:
    """Return the operator's and the receiver's view as one."""
    return Sight(
        seconds=seconds,
        leads=monitor["total_lead"],
        remain=monitor["total_remain"],
        up=monitor["total_incall"],
        limit=limit,
        called=monitor["total_called"],
        outcomes=Counter(cdr["status"] for cdr in list(receiver.cdrs.values())),
    )


@contextmanager
def screen(console: Console) -> Iterator[Callable[[Sight], None]]:
    """Return a function that shows the campaign."""
    if console.is_terminal:
        with Live(console=console, auto_refresh=False, transient=True) as live:
            yield lambda sight: live.update(picture(sight), refresh=True)
        return
    shown_at = [float("-inf")]

    def show(sight: Sight) -> None:
        if sight.seconds >= shown_at[0] + LINE_SECONDS:
            shown_at[0] = sight.seconds
            console.print(line(sight))

    yield show


def line(sight: Sight) -> str:
    """Return the campaign as one line."""
    done = f"leads done {sight.done}/{sight.leads}"
    up = f"calls up {sight.up}/{sight.limit}"
    return f"{sight.seconds:5.1f} s  {done}  {up}  calls {sight.called}  CDRs received {sight.received}"


def picture(sight: Sight) -> RenderableType:
    """Return the campaign as a table with bars: how far it is, and how the calls ended."""
    table = Table(title=f"Callbeat demo, {sight.seconds:.1f} s", show_header=False, min_width=WIDTH)
    for name, completed, total in (
        ("leads done", sight.done, sight.leads),
        ("calls up", sight.up, sight.limit),
        ("CDRs received", sight.received, sight.called),
    ):
        table.add_row(name, _bar(completed, total), f"{completed} of {total}")
    table.add_section()
    for outcome, count in sight.outcomes.most_common():
        table.add_row(f"  {outcome}", _bar(count, sight.received), str(count))
    return table


def _bar(completed: int, total: int) -> ProgressBar:
    return ProgressBar(total=max(1, total), completed=completed, width=BAR_WIDTH)
