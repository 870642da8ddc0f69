"""An answer that is written while it is sent; it ends with its client."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Protocol

from anyio import CancelScope, to_thread
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from api.deps import ApiServices
from api.export_order import ExportOrder
from worker.usecases.records.limit_requests import RENEWED_EVERY, ExportPlace


class Exporting(Protocol):
    """Makes files."""

    def begin(self, order: ExportOrder, *, services: ApiServices) -> AsyncGenerator[bytes, None]:
        """Return the pieces of a file, of which the first rows are made at once: what is wrong is raised then."""


class ExportResponse(StreamingResponse):
    """Sends pieces as they are made. A client that goes away is noticed while a piece is made or sent.

    An error after the first piece cuts the connection, so that no client takes a part for the whole.
    """

    def __init__(
        self, parts: AsyncGenerator[bytes, None], *, place: ExportPlace, media_type: str, headers: dict[str, str]
    ) -> None:
        """The place is kept while pieces are sent, and given back at the end."""
        super().__init__(_kept(parts, place), media_type=media_type, headers=headers)
        self._parts = parts
        self._place = place

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await self._parts.aclose()
                await to_thread.run_sync(self._place.release)


async def _kept(parts: AsyncGenerator[bytes, None], place: ExportPlace) -> AsyncGenerator[bytes, None]:
    """Yield the same pieces; the place is renewed meanwhile."""
    seconds = asyncio.get_running_loop().time
    renewed = seconds()
    async for part in parts:
        if seconds() - renewed >= RENEWED_EVERY.total_seconds():
            await to_thread.run_sync(place.renew)
            renewed = seconds()
        yield part
