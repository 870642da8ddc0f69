"""All pages of `/ops`."""

from fastapi import FastAPI

from api.ops import (
    audit,
    before,
    callbacks,
    calls,
    campaign,
    campaigns,
    carriers,
    edit,
    imports,
    log_in,
    many,
    numbers,
    reports,
    switches,
)
from api.ops.board import Board
from api.ops.files import FILES, Files
from api.ops.views import View


def add_pages(app: FastAPI) -> None:
    """Serve the pages and their files."""
    app.include_router(log_in.open_router)
    for subject in (
        log_in,
        campaigns,
        many,
        campaign,
        before,
        calls,
        reports,
        edit,
        callbacks,
        carriers,
        switches,
        numbers,
        imports,
        audit,
    ):
        app.include_router(subject.router)
    app.mount("/ops/files", Files(directory=FILES), name="ops-files")


def new_board() -> Board[View]:
    """Return a board without viewers."""
    return Board[View]()
