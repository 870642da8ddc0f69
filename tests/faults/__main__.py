"""A long run: `python -m tests.faults --minutes N --seed S` prints the faults and the judge's table; 1 if any broke."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from tests.faults.driver import Run, run
from tests.faults.hosts import hosts
from tests.faults.judge import Promise, judge, table
from tests.faults.report import faults_in_order, resumptions, take_overs
from tests.faults.schedule import CUT_OFF_FOR_LONG, LANES, OF_THE_POOLER, OF_VOICE, scheduled
from tests.faults.voice_rules import without_a_word

TOLD: Final = 8
"""Of each promise so many breaks are told in full."""


def main(
    *,
    minutes: Annotated[float, typer.Option(help="How long faults go on; coming to rest takes a little longer.")] = 5.0,
    seed: Annotated[int, typer.Option(help="Of the faults, the edits and the calls' fates.")] = 1,
    partitions: Annotated[bool, typer.Option(help="Cut hosts off from each other instead; needs root.")] = False,
    voice: Annotated[bool, typer.Option(help="Only what befalls voice processes and the speech engine.")] = False,
    pooler: Annotated[bool, typer.Option(help="PgBouncer in front of the database, and what befalls it.")] = False,
    home: Annotated[Path | None, typer.Option(help="Folder for logs [default: a new one].")] = None,
) -> None:
    """Dial through faults of every kind, and judge what came of it."""
    place = home or Path(tempfile.mkdtemp(prefix="callbeat-faults-"))
    place.mkdir(parents=True, exist_ok=True)
    seconds = minutes * 60
    with ExitStack() as stack:
        there = stack.enter_context(hosts()) if partitions else None
        lanes = [CUT_OFF_FOR_LONG] if partitions else [OF_VOICE] if voice else [*LANES]
        if pooler:
            lanes.append(OF_THE_POOLER)
        planned = scheduled(lanes, seed=seed, seconds=seconds)
        done = run(planned, home=place, seed=seed, seconds=seconds, hosts=there, is_pooled=pooler)
    sys.exit(0 if _tell(done, home=place) else 1)


def _tell(done: Run, *, home: Path) -> bool:
    """Print everything; say whether every promise held."""
    console = Console(width=160)
    broken = judge(done.evidence)
    for shown in (faults_in_order(done), resumptions([done]), take_overs([done]), table(broken, done.evidence)):
        console.print(shown)
    for promise in Promise:
        those = [one for one in broken if one.promise is promise]
        for one in those[:TOLD]:
            console.print(f"{promise}: {one.text} {dict(one.facts)}", markup=False, soft_wrap=True)
    dials = sum(line.event == "originated" for line in done.evidence.lines)
    rest = "came to rest" if done.is_at_rest else "did NOT come to rest"
    console.print(f"at the end: {done.rest}")
    console.print(f"answered calls to whom nothing could be said: {without_a_word(done.evidence)}")
    console.print(f"requests of the second tenant that were too many: {done.too_many}")
    console.print(f"seed {done.seed}: {len(done.faults)} faults over {dials} calls, {rest}; logs in {home}")
    return done.is_at_rest and not broken


if __name__ == "__main__":
    typer.run(main)
