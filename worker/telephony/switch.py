"""The adapter that dials: sends calls to the switches, ends them, and asks which calls are up."""

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson
from pendulum import DateTime
from typing_extensions import override

from worker.domain.errors import NotFound, Unavailable
from worker.domain.gateway import Gateway
from worker.domain.ids import CallId
from worker.domain.switch import Switch, SwitchState
from worker.domain.switch_address import SwitchUrl, canonical_name
from worker.domain.timing import ORIGINATE_ACKNOWLEDGED_WITHIN, ORIGINATE_ANSWERED_WITHIN
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.telephony import Origination, Placed, Telephony
from worker.telephony.backoff import Backoff, Chance, system_chance
from worker.telephony.connection import (
    REPLY_SECONDS,
    Connection,
    ConnectionLost,
    NotAnswered,
    NotReached,
    open_connection,
)
from worker.telephony.gateways import gateways_of
from worker.telephony.originate import ANSWER_APPLICATION, Answering, Unencodable, bgapi_originate

logger = logging.getLogger(__name__)

GATEWAYS_SECONDS: Final = 2.0
"""A client of the API waits for the list of gateways."""
_REFUSED: Final = "-ERR"
LONGEST_REFUSAL: Final = 100


class SwitchUnreachable(Unavailable):
    """No command can be sent to the switch now."""


class _SwitchClient:
    """One switch: its connection, which one thread uses at a time, and the backoff after failures."""

    def __init__(self, url: SwitchUrl, *, chance: Chance) -> None:
        self.name = url.name
        self.url = url
        self.lock = threading.Lock()
        self._backoff = Backoff(chance=chance)
        self._connection: Connection | None = None

    def connected(self) -> Connection:
        """Return an open connection; connect when there is none. Raises ``Unavailable``. The caller holds ``lock``."""
        if self._connection is not None and not self._connection.is_alive():
            self.drop()
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def drop(self) -> None:
        """Close the connection; the next use opens another. The caller holds ``lock``."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def is_reachable(self) -> bool:
        """Return whether a command could be sent to the switch now. Does not wait for another thread."""
        if not self.lock.acquire(blocking=False):
            return True  # another thread is using the connection
        try:
            self.connected()
        except Unavailable:
            return False
        finally:
            self.lock.release()
        return True

    def _connect(self) -> Connection:
        if self._backoff.pause_left(at=time.monotonic()) > 0:
            raise SwitchUnreachable(f"switch {self.name} was unreachable at the last attempt")
        try:
            connection = open_connection(self.url, unacknowledged_seconds=ORIGINATE_ACKNOWLEDGED_WITHIN.total_seconds())
        except NotReached:
            self._backoff.failed(at=time.monotonic())
            logger.warning("switch cannot be reached", extra={"action": "switch_unreachable", "switch": self.name})
            raise
        self._backoff.succeeded()
        return connection


class Switches(Telephony):
    """All switches, by name. Safe for several threads and for processes that fork."""

    def __init__(
        self,
        urls: Sequence[SwitchUrl] = (),
        *,
        clock: Clock,
        chance: Chance = system_chance,
        answering: Answering = ANSWER_APPLICATION,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Store the addresses and what answered calls execute; connections are opened when first needed.

        A process that stops dials nobody.
        """
        self._urls = {url.name: url for url in urls}
        self._clock = clock
        self._chance = chance
        self._answering = answering
        self._is_stopping = is_stopping
        self._open()

    @override
    def follow(self, switches: Collection[Switch]) -> None:
        urls = {s.name: SwitchUrl.parse(s.url) for s in switches if s.state is not SwitchState.GONE}
        if urls == self._urls:
            return
        clients, self._urls = self._clients_of_this_process(), urls
        self._clients = {
            name: clients[name] if name in clients and clients[name].url == url else self._client(url)
            for name, url in urls.items()
        }
        for name, client in clients.items():
            if self._clients.get(name) is not client:
                with client.lock:
                    client.drop()

    @override
    def reachable(self, *, among: Collection[str]) -> set[str]:
        clients = self._clients_of_this_process()
        return {name for name in among if name in clients and clients[name].is_reachable()}

    @override
    def place(
        self, originations: Sequence[Origination], *, switch: str, until: DateTime, awaits_begin: bool = False
    ) -> Placed:
        # ``until`` may pass while this process is suspended or the connection accepts no data: then nothing is sent.
        commands, undialled = _commands(originations, answering=self._answering)
        client = self._known(switch)
        if client is None or self._is_stopping():
            return Placed(undialled | {call_id for call_id, _ in commands})
        with client.lock:
            try:
                connection = client.connected()
            except Unavailable:
                return Placed(undialled | {call_id for call_id, _ in commands})
            try:
                seconds = (until - self._clock.now()).total_seconds()
                behind = _HAS_BEGUN if awaits_begin else b""
                placed = _place(commands, behind, connection=connection, within=seconds, broken=client.drop)
                is_answered = placed.is_answered
                if awaits_begin and is_answered:
                    is_answered = placed.is_whole and _has_begun(connection, broken=client.drop)
                refusals = {switch: placed.refusal} if placed.refusal else {}
                return Placed(undialled | placed.undialled, is_answered=is_answered, refusals=refusals)
            except BaseException:
                client.drop()  # unread replies would be taken for the replies to the next calls
                raise

    @override
    def up(self, switch: str) -> set[CallId]:
        answer = self.ask("api show channels as json", switch=switch)
        try:
            listing = orjson.loads(answer)
            rows = listing.get("rows", []) if isinstance(listing, dict) else None
        except orjson.JSONDecodeError:
            rows = None
        if not isinstance(rows, list):
            raise SwitchUnreachable(f"switch {switch} returned no list of its channels")
        return {call_id for row in rows if (call_id := _call_id(row)) is not None}

    @override
    def gateways(self, switch: str) -> list[Gateway]:
        return gateways_of(self.ask("api sofia xmlstatus gateway", switch=switch, within=GATEWAYS_SECONDS))

    @override
    def end(self, call_id: CallId, *, switch: str, cause: str) -> None:
        self.ask(f"api uuid_kill {call_id} {cause}", switch=switch)

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients_of_this_process().values():
            with client.lock:
                client.drop()

    def ask(self, command: str, *, switch: str, within: float = REPLY_SECONDS) -> str:
        """Return the switch's answer to a command. Raises ``Unavailable`` or ``NotFound``."""
        client = self._known(switch)
        if client is None:
            raise NotFound(f"no switch is named {switch}")
        with client.lock:
            try:
                return client.connected().command(command, within=within).text
            except BaseException:
                client.drop()
                raise

    def _known(self, name: str) -> _SwitchClient | None:
        """Return the switch of this name; a call row of an earlier release may have it in another spelling."""
        clients = self._clients_of_this_process()
        if name in clients:
            return clients[name]
        try:
            return clients.get(canonical_name(name))
        except ValueError:
            return None

    def _clients_of_this_process(self) -> dict[str, _SwitchClient]:
        if os.getpid() != self._pid:  # forked: the child must not use the sockets and locks of its parent
            self._open()
        return self._clients

    def _open(self) -> None:
        self._pid = os.getpid()
        self._clients = {name: self._client(url) for name, url in self._urls.items()}

    def _client(self, url: SwitchUrl) -> _SwitchClient:
        return _SwitchClient(url, chance=self._chance)


def _commands(
    originations: Sequence[Origination], *, answering: Answering
) -> tuple[list[tuple[CallId, bytes]], frozenset[CallId]]:
    commands = []
    unencodable = set()
    for origination in originations:
        try:
            commands.append((origination.call_id, bgapi_originate(origination, answering=answering)))
        except Unencodable as error:
            unencodable.add(origination.call_id)
            fields = {"action": "call_unsayable", "call_id": str(origination.call_id), "problem": str(error)}
            logger.error("call cannot be encoded as an originate command", extra=fields)  # noqa: TRY400 - fields hold it all
    return commands, frozenset(unencodable)


_HAS_BEGUN: Final = b"api strepoch\n\n"
"""Something small that a switch answers only when it has begun what it accepted before; sent along with the calls,
because a round trip of its own would cost each token as much."""


@dataclass(frozen=True, slots=True)
class _Replies:
    """What one switch replied to a batch of commands."""

    undialled: frozenset[CallId]
    is_answered: bool = True
    is_whole: bool = True
    """False when not everything was sent, or not all replies came: the connection is closed."""
    refusal: str = ""


def _place(
    commands: Sequence[tuple[CallId, bytes]],
    behind: bytes,
    *,
    connection: Connection,
    within: float,
    broken: Callable[[], None],
) -> _Replies:
    if within <= 0:
        logger.warning(
            "calls not sent: judged too long ago", extra={"action": "calls_too_late", "calls": len(commands)}
        )
        return _Replies(frozenset(call_id for call_id, _ in commands))
    data = b"".join(command for _, command in commands) + behind
    sent = connection.write(data, within=within)
    undialled, written, is_answered, refusal = set(), [], True, ""
    is_whole = sent == len(data)
    end = 0
    for call_id, command in commands:
        end += len(command)
        if end <= sent:
            written.append(call_id)
        else:  # the last byte was not sent, so the switch cannot execute the command
            undialled.add(call_id)
    try:
        for call_id in written:
            until = time.monotonic() + ORIGINATE_ANSWERED_WITHIN.total_seconds()
            said = connection.reply(until=until).text
            if said.startswith(_REFUSED):
                undialled.add(call_id)
                refusal = said.removeprefix(_REFUSED).strip()[:LONGEST_REFUSAL] or _REFUSED
    except ConnectionLost as error:
        is_answered, is_whole = not isinstance(error, NotAnswered), False
        fields = {"action": "replies_lost", "calls": len(commands), "why": str(error)}
        logger.warning("replies of the switch lost, calls may or may not be dialled", extra=fields)
        broken()
    if sent < len(data):
        broken()
    return _Replies(frozenset(undialled), is_answered=is_answered, is_whole=is_whole, refusal=refusal)


def _has_begun(connection: Connection, *, broken: Callable[[], None]) -> bool:
    """Read the reply to what was asked behind the calls: with it the switch has also begun what it accepted before."""
    try:
        connection.reply(until=time.monotonic() + ORIGINATE_ANSWERED_WITHIN.total_seconds())
    except ConnectionLost as error:
        extra = {"action": "replies_lost", "calls": 0, "why": str(error)}
        logger.warning("switch does not say that it has begun its calls", extra=extra)
        broken()
        return False
    return True


def _call_id(row: object) -> CallId | None:
    try:
        return CallId(UUID(row["uuid"])) if isinstance(row, dict) else None
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
