"""Every figure beside its limit: ``python -m tests.bench [NAME ...]`` measures all or some, and prints the table."""

import json
import os
import platform
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final, TypeAlias

import typer
from rich.console import Console

from tests.bench.api import api
from tests.bench.callbacks import callbacks
from tests.bench.channels import SMALL, refill, usage
from tests.bench.crowd import crowd
from tests.bench.curves import SECONDS, draw
from tests.bench.dialling import dial
from tests.bench.figures import Figure, as_json, table
from tests.bench.memory import memory
from tests.bench.naive import naive, run
from tests.bench.neighbours import subscriptions
from tests.bench.obey import obey
from tests.bench.one_switch import one_switch
from tests.bench.outbox import outbox
from tests.bench.scale import scale_campaigns, scale_leads
from tests.bench.throughput import throughput
from tests.bench.voice import voice
from tests.stack.postgres import Postgres, postgres_server
from tests.stack.redis import redis_server

Bench: TypeAlias = Callable[..., list[Figure]]

BENCHES: Final[dict[str, Bench]] = {
    "throughput": throughput,
    "refill": refill,
    "usage": usage,
    "obey": obey,
    "switch": one_switch,
    "scale-leads": scale_leads,
    "scale-campaigns": scale_campaigns,
    "callbacks": callbacks,
    "outbox": outbox,
    "subscriptions": subscriptions,
    "crowd": crowd,
    "api": api,
    "memory": memory,
    "voice": voice,
    "naive": naive,
}
PNG: Final = Path("bench.png")


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(BENCHES)}; all, if none is named.")] = None,
    *,
    runs: Annotated[int, typer.Option(min=1, help="Of each; the table shows medians.")] = 5,
    json_file: Annotated[Path | None, typer.Option("--json", help="File for all that was measured.")] = None,
    png: Annotated[
        Path | None, typer.Option(help=f"File for the curves of use and cost; {PNG}, if no bench is named.")
    ] = None,
) -> None:
    """Measure on this machine alone, with a PostgreSQL, a Redis and a simulated switch of its own."""
    unknown = sorted({*(names or ())} - BENCHES.keys())
    if unknown:
        raise typer.BadParameter(f"no such bench: {', '.join(unknown)}")
    console = Console(width=200)
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server())
        redis_url = stack.enter_context(redis_server(Path(stack.enter_context(TemporaryDirectory())) / "redis.log"))
        figures: list[Figure] = []
        for name in names or BENCHES:
            measured = BENCHES[name](postgres, redis_url, runs=runs)
            console.print(table(measured, title=f"{name}, {runs} runs, {_machine()}"))
            figures += measured
        picture = png if names else png or PNG
        if picture is not None:
            _draw(picture, postgres, redis_url, figures=figures)
            console.print(f"The curves are in {picture}.")
    if json_file is not None:
        json_file.write_text(json.dumps({"machine": _machine(), "runs": runs, "figures": as_json(figures)}, indent=1))


def _draw(png: Path, postgres: Postgres, redis_url: str, *, figures: Sequence[Figure]) -> None:
    in_use = {
        "Callbeat": dial(postgres, redis_url, SMALL, seconds=SECONDS).curve(),
        "naive": run(postgres, redis_url, SMALL).curve(),
    }
    draw(png, in_use=in_use, channels=SMALL.channels, figures=figures)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


if __name__ == "__main__":
    typer.run(main)
