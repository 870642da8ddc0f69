"""The server to which switches connect for answered calls. It uses asyncio, since thousands of connections idle."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from typing_extensions import override

from worker.domain.errors import CallbeatError, Unavailable
from worker.domain.extension import extension_target
from worker.domain.ids import CallId
from worker.domain.timing import VOICE_SIGN_OF_LIFE
from worker.stopping import Stop
from worker.telephony.outbound import CallOnLine, record
from worker.usecases.voice.prepare import Prepared, Refusal
from worker.voice.around import Backstage, Timer, Wire
from worker.voice.desk import DeskWork, ThreadedDesk
from worker.voice.figures import Figures, tell_figures
from worker.voice.guard import Guard
from worker.voice.preparing import Prepare, Preparing
from worker.voice.talk import Talk

logger = logging.getLogger(__name__)

BACKLOG: Final = 1024
BLOCK_ATTEMPTS: Final = 5
BLOCK_PAUSE_SECONDS: Final = 1.0
CLEANED_EVERY_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceOptions:
    """Where the server listens, who may connect, and how extensions are dialled."""

    host: str
    port: int
    allow: Sequence[IPv4Network | IPv6Network]
    extension_dial: str
    """See ``worker/domain/extension.py``."""
    recordings: str = ""
    """The folder in which switches record."""
    metrics_port: int = 0
    """Where figures are told; 0: nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceWork:
    """What conversations need of the rest; each may wait, and is called in a thread."""

    prepare: Prepare
    block_callee: Callable[[CallId], None]
    over: Callable[[Prepared], None]
    talked: Callable[[Prepared, float], None]
    """Traces a conversation that ends now, after so many seconds; it does not wait."""
    clean: Callable[[], object]
    """Deletes what processes that died have left."""
    agents: DeskWork | None = None
    """None: callees are connected to nobody, and hear the script."""


class VoiceServer(Backstage):
    """Speaks with all calls for which switches connect."""

    def __init__(self, options: VoiceOptions, work: VoiceWork, *, loop: asyncio.AbstractEventLoop) -> None:
        """Listen to nobody yet."""
        self._options = options
        self._work = work
        self._loop = loop
        self._preparing = Preparing(work.prepare, loop=loop)
        self._talks: dict[CallId, object] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0
        self.figures = Figures()
        agents, note = work.agents, self.figures.agent
        self.desk = None if agents is None else ThreadedDesk(agents, loop=loop, note_connected=note)

    @property
    def calls(self) -> int:
        """Return with how many calls this process speaks."""
        return len(self._talks)

    def is_allowed(self, address: str) -> bool:
        """Return whether a switch may connect from this address."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None) or found
        return any(mapped in network for network in self._options.allow)

    def forget(self, talk: Talk) -> None:
        """Note that a connection has ended."""
        if talk.call_id is not None and self._talks.get(talk.call_id) is talk:
            del self._talks[talk.call_id]

    @override
    def prepare(self, call: CallOnLine, then: Callable[[Prepared | Refusal], None]) -> None:
        self._preparing.ask(call, then)

    @override
    def block_callee(self, call_id: CallId) -> None:
        task = self._loop.create_task(self._block(call_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @override
    def note_talk(self, prepared: Prepared, seconds: float) -> None:
        self._work.talked(prepared, seconds)

    @override
    def over(self, prepared: Prepared) -> None:
        if prepared.joined:
            self._loop.run_in_executor(None, self._work.over, prepared)

    @override
    def extension_target(self, extension: str, *, caller_id: str) -> str:
        return extension_target(self._options.extension_dial, extension=extension, hotline=caller_id)

    @override
    def recording(self, name: str) -> bytes:
        return record(self._options.recordings.rstrip("/"), name)

    @override
    def note_first_sound(self, seconds: float) -> None:
        self.figures.first_sound(seconds)

    @override
    def note_end(self, finish: str) -> None:
        self.figures.ends[finish] += 1

    @override
    def may_begin(self, owner: object, call_id: CallId) -> bool:
        return self._talks.setdefault(call_id, owner) is owner

    async def clean(self) -> None:
        """Delete left-over sounds now and then, until cancelled."""
        while True:
            try:
                await self._loop.run_in_executor(None, self._work.clean)
            except CallbeatError as error:
                extra = {"action": "sounds_not_cleaned", "why": str(error)}
                logger.warning("left-over sounds cannot be deleted now", extra=extra)
            await asyncio.sleep(CLEANED_EVERY_SECONDS)

    async def _block(self, call_id: CallId) -> None:
        """Try again while the database is away; should all attempts fail, the call's end does the same once more."""
        for _ in range(BLOCK_ATTEMPTS):
            try:
                await self._loop.run_in_executor(None, self._work.block_callee, call_id)
            except Unavailable as error:
                extra = {"action": "opt_out_waits", "call_id": str(call_id), "why": str(error)}
                logger.warning("a callee's opt-out cannot be stored now", extra=extra)
                await asyncio.sleep(BLOCK_PAUSE_SECONDS)
            else:
                return


class Connection(asyncio.Protocol, Wire):
    """A connection of a switch."""

    def __init__(self, server: VoiceServer, *, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for the transport."""
        self._server = server
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._talk: Talk | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - true for a TCP server
        address = str(transport.get_extra_info("peername", ("",))[0])
        if not self._server.is_allowed(address):
            extra = {"action": "voice_stranger", "address": address}
            logger.warning("a connection from an address that is no switch's was closed", extra=extra)
            transport.abort()
            return
        self._transport = transport
        self._server.connections += 1
        self._talk = Talk(self, self._server)

    @override
    def data_received(self, data: bytes) -> None:
        if self._talk is not None:
            self._talk.received(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._talk is not None:
            self._talk.lost()
            self._server.forget(self._talk)
            self._server.connections -= 1

    @override
    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    @override
    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    @override
    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        return self._loop.call_later(seconds, action)

    @override
    def now(self) -> float:
        return self._loop.time()


def serve(options: VoiceOptions, work: VoiceWork, *, stop: Stop, guard: Guard) -> None:
    """Speak with callees until a stop is requested and no call is up any more, or its time is over."""
    asyncio.run(_serve(options, work, stop=stop, guard=guard))


async def _serve(options: VoiceOptions, work: VoiceWork, *, stop: Stop, guard: Guard) -> None:
    loop = asyncio.get_running_loop()
    voice = VoiceServer(options, work, loop=loop)
    server = await loop.create_server(lambda: Connection(voice, loop=loop), options.host, options.port, backlog=BACKLOG)
    if options.metrics_port:
        await tell_figures(lambda: voice.figures.text(calls=voice.calls), host=options.host, port=options.metrics_port)
    host, port = server.sockets[0].getsockname()[:2]
    logger.info("switches may connect", extra={"action": "voice_listens", "host": host, "port": port})
    cleaning = loop.create_task(voice.clean())
    while not stop.is_requested:
        guard.sign_of_life()
        await asyncio.sleep(VOICE_SIGN_OF_LIFE.total_seconds())
    cleaning.cancel()
    server.close()  # a switch that is refused goes on to the next voice process
    while voice.connections and not stop.is_over:
        guard.sign_of_life()
        await asyncio.sleep(VOICE_SIGN_OF_LIFE.total_seconds())
    logger.info("no switch may connect any more", extra={"action": "voice_stops", "calls": voice.calls})
