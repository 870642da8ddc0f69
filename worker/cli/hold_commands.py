"""How an operator holds all dialling, and releases it; the parts behind a command are imported when it runs."""

from typing import Annotated

import typer


def hold(why: Annotated[str, typer.Option(help="The reason, which every `why` shows.")] = "an operator's wish") -> None:
    """Dial nobody from now on; calls that are up go on, and are settled."""
    from worker.cli.hold import hold_all

    hold_all(why)


def release() -> None:
    """End a hold: campaigns are dialled again."""
    from worker.cli.hold import release_all

    release_all()
