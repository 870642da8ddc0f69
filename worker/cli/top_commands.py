"""The signature and the help of ``callbeat top``; what is behind it is imported when it runs."""

from typing import Annotated, Final

import typer

from worker.cli.commands import AsJson

SHORTEST_PAUSE: Final = 1.0
"""Seconds between two readings: the operators' page reads no more often."""
MOST_SHOWN: Final = 200


def top(
    tenant: Annotated[
        str, typer.Option(help="The tenant whose campaigns, carriers and callbacks are shown.")
    ] = "default",
    every: Annotated[float, typer.Option(min=SHORTEST_PAUSE, help="Seconds between two readings.")] = SHORTEST_PAUSE,
    most: Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="Most campaigns that are shown.")] = 50,
    *,
    once: Annotated[bool, typer.Option("--once", help="Print one reading, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show campaigns, carriers, switches and callbacks, live on a terminal; q or Ctrl-C ends it.

    Elsewhere it prints a line for each of them at each reading; with --json an object in one line.
    """
    from worker.cli.top.command import top as show

    show(tenant, every=every, most=most, once=once, as_json=as_json)
