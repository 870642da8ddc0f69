"""An answer that is written while it is sent; it ends with its client."""

import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Final

from anyio import CancelScope
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from api.export_lane import ExportLane

GZIP: Final = 31
"""zlib's window for the format of gzip."""
LEVEL: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What is sent, piece by piece, and what is done when it ends, however it ends."""

    parts: Iterator[bytes]
    finish: Callable[[], None]


class ExportResponse(StreamingResponse):
    """Sends pieces as they are made. A client that goes away is noticed while a piece is made or sent.

    An error after the first piece cuts the connection, so that no client takes a part for the whole.
    """

    def __init__(self, exported: Exported, *, lane: ExportLane, media_type: str, headers: dict[str, str]) -> None:
        """Make the pieces in this lane's threads."""
        super().__init__(_sent(exported.parts, lane), media_type=media_type, headers=headers)
        self._lane = lane
        self._finish = exported.finish

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await self._lane.run(self._finish)


async def _sent(parts: Iterator[bytes], lane: ExportLane) -> AsyncIterator[bytes]:
    while (part := await lane.run(lambda: next(parts, None))) is not None:
        if part:
            yield part


def packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Return the pieces in the format of gzip."""
    packer = zlib.compressobj(LEVEL, wbits=GZIP)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()
