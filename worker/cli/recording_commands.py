"""The members of ``callbeat recording``: signatures and help; the parts behind them are imported when one runs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer


def due_recordings() -> None:
    """Print the names of files that are to be deleted and are still there, one a line."""
    from worker.cli.recordings import show_due

    show_due()


def delete_recordings(
    folder: Annotated[Path, typer.Argument(help="The folder of CALLBEAT_RECORDINGS, as this machine sees it.")],
) -> None:
    """Delete those files here: for a switch's machine, when no worker sees its folder."""
    from worker.cli.recordings import delete_due

    delete_due(folder)


def forget_recordings() -> None:
    """Read names of files that were deleted by hand, one a line; other names are ignored."""
    from worker.cli.recordings import forget

    forget()


RECORDING: Final[Mapping[str, Callable[..., None]]] = {
    "due": due_recordings,
    "delete": delete_recordings,
    "forget": forget_recordings,
}
