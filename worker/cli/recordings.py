"""How an operator deletes recordings that lie where no worker sees them."""

import sys
from pathlib import Path
from typing import Final

import typer

from worker.cli.bootstrap import opened
from worker.cli.exit_codes import ExitCode
from worker.clock import SystemClock
from worker.sounds.recordings import RecordingFolder
from worker.usecases.records import drop_recordings as dropping
from worker.wiring import settings

MOST_SHOWN: Final = 100_000


def show_due() -> None:
    """Print what is due."""
    with opened(settings()) as store:
        for name in dropping.due_recordings(store, now=SystemClock().now(), limit=MOST_SHOWN):
            typer.echo(name)


def delete_due(folder: Path) -> None:
    """Delete what is due, and print how many files are gone; exit 1 when some could not be deleted."""
    if not folder.is_dir():
        raise typer.BadParameter(f"there is no folder {folder}")
    count = 0
    with opened(settings()) as store:
        while deleted := dropping.drop_recordings(store, files=RecordingFolder(folder), now=SystemClock().now()):
            count += deleted
        left = len(dropping.due_recordings(store, now=SystemClock().now(), limit=MOST_SHOWN))
    typer.echo(f"deleted: {count} recordings")
    if left:
        typer.echo(f"{left} recordings could not be deleted", err=True)
        raise typer.Exit(ExitCode.FAILED)


def forget() -> None:
    """Forget what standard input names, and print how many were due."""
    names = [line.strip() for line in sys.stdin]
    with opened(settings()) as store:
        count = dropping.forget_recordings(store, names, now=SystemClock().now())
    typer.echo(f"forgotten: {count} recordings")
