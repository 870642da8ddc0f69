"""All pages of `/ops`."""

from fastapi import FastAPI

from api.ops import campaign, campaigns, edit, log_in
from api.ops.board import Board
from api.ops.files import FILES, Files
from api.ops.views import View


def add_pages(app: FastAPI) -> None:
    """Serve the pages and their files."""
    for router in (log_in.open_router, log_in.router, campaigns.router, campaign.router, edit.router):
        app.include_router(router)
    app.mount("/ops/files", Files(directory=FILES), name="ops-files")


def new_board() -> Board[View]:
    """Return a board without viewers."""
    return Board[View]()
