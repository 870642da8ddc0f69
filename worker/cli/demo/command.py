"""``callbeat demo``: a whole campaign on one machine, in a temporary home, over HTTP only."""

import shutil
import tempfile
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from worker.cli.demo.run import Demo, run
from worker.cli.plain_text import plain
from worker.cli.up import stopped_by_signals
from worker.clock import SystemClock
from worker.domain.errors import CallbeatError


def demo(leads: int, speed: float, *, keep: bool) -> None:
    """Dial a campaign from PUT to CDR, with simulated calls and nothing configured."""
    began = SystemClock().now()
    console = Console(highlight=False)
    home = Path(tempfile.mkdtemp(prefix="callbeat-demo-"))
    well = False
    with stopped_by_signals() as stop:
        try:
            well = run(Demo(console, home=home, began=began, leads=leads, speed=speed, keep=keep, stop=stop))
        except CallbeatError as error:
            console.print(Text("The demo failed: ", "red") + plain(str(error)), soft_wrap=True)
    if well or stop.is_set():
        shutil.rmtree(home, ignore_errors=True)
    else:
        console.print(plain(f"Logs are in {home / 'log'}"), soft_wrap=True)
    raise typer.Exit(0 if well else 1)
