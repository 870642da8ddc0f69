"""A stream of server-sent events: fragments of a page when they have changed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final, TypeVar
from uuid import UUID

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.errors import NoAccess
from api.ops.board import Board, Read, Update
from api.ops.session import caller_in_session
from worker.domain.errors import CallbeatError, TooManyFailures

V = TypeVar("V")

QUIET_SECONDS: Final = 10.0
"""After so long without a change a comment is sent, so that no proxy takes the stream for dead; and the session is
checked again."""
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""nginx passes the events on at once."""


def event(name: str, text: str) -> bytes:
    """Return one event; its text may have several lines."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()


async def stream(
    request: Request, board: Board[V], view: V, *, tenant_id: UUID, read: Read[V], banner: Callable[[], str]
) -> StreamingResponse:
    """Return the stream of a view; ``banner`` says that the figures are old. Raises ``Unavailable``."""
    watching = board.watching(tenant_id, view, read=read)
    updates = await watching.__aenter__()  # before the answer begins, so that a refusal has its status

    async def events() -> AsyncIterator[bytes]:
        try:
            async for one in _events(request, updates, banner=banner):
                yield one
        finally:
            await watching.__aexit__(None, None, None)

    return StreamingResponse(events(), media_type="text/event-stream", headers=HEADERS)


async def _events(
    request: Request, updates: AsyncIterator[Update], *, banner: Callable[[], str]
) -> AsyncIterator[bytes]:
    sent, was_old, loop = None, False, asyncio.get_running_loop()
    ending: asyncio.Event | None = getattr(request.state, "ending", None)
    checked_at = loop.time()
    yield b"retry: 2000\n\n"
    async for update in updates:
        if ending is not None and ending.is_set():
            return
        if update.is_old is not was_old:
            was_old = update.is_old
            yield event("trouble", banner() if was_old else "")
        if update.html is not None and update.html != sent:
            sent = update.html
            yield event("board", sent)
        if loop.time() - checked_at >= QUIET_SECONDS:
            checked_at = loop.time()
            if not await run_in_threadpool(_is_logged_in, request):
                yield event("ended", "")
                return
            yield b": still here\n\n"


def _is_logged_in(request: Request) -> bool:
    with suppress(NoAccess, TooManyFailures):
        try:
            caller_in_session(request)
        except CallbeatError as error:
            if isinstance(error, NoAccess | TooManyFailures):
                raise
        return True
    return False
