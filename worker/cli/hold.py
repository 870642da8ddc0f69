"""Hold all dialling and release it, with nothing but the database."""

import typer

from worker.cli.audited import user_here
from worker.cli.bootstrap import opened
from worker.cli.plain_text import visible
from worker.domain.errors import Invalid
from worker.domain.hold import Hold
from worker.store.transaction import SqlStore
from worker.usecases.dispatch import hold as holding
from worker.wiring import clock_of, settings


def hold_all(why: str) -> None:
    """Hold, and print since when and why."""
    if not why.strip():
        raise Invalid("--why must say something")
    with opened(settings()) as store:
        typer.echo(visible(str(held(store, why=why.strip()))))


def held(store: SqlStore, *, why: str) -> Hold:
    """Hold in the name of the user who types."""
    return holding.hold(store, why=why, by=user_here(), now=clock_of(store).now())


def release_all() -> None:
    """Release, and print whether there was a hold."""
    with opened(settings()) as store:
        released = holding.release(store, now=clock_of(store).now())
    typer.echo("Released: campaigns are dialled again." if released else "Nothing was held.")
