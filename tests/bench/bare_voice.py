"""A voice server that asks nobody and decides nothing: ``python -m tests.bench.bare_voice PORT FILE``."""

import asyncio
import sys

from typing_extensions import override

_PLAY = (
    b"event json CHANNEL_EXECUTE_COMPLETE\n\n"
    b"sendmsg\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: %s\nevent-lock: true\n\n"
)
_HANG_UP = b"sendmsg\ncall-command: hangup\nhangup-cause: NORMAL_CLEARING\n\n"


class _Bare(asyncio.Protocol):
    file = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._has_begun = False
        transport.write(b"connect\n\n")

    @override
    def data_received(self, data: bytes) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._transport.write(_PLAY % self.file)
        elif b"CHANNEL_EXECUTE_COMPLETE" in data:
            self._transport.write(_HANG_UP)


async def _serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Bare, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    _Bare.file = sys.argv[2].encode()
    asyncio.run(_serve(int(sys.argv[1])))
