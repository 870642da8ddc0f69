"""The adapter against a server that says exactly what a test wants, and hangs up."""

import socket
import threading
from typing import Self
from uuid import UUID

import pytest

from tests.integration.switch_calls import CLOCK, SOON, a_call
from worker.domain.errors import Unavailable
from worker.domain.switch_address import SwitchUrl
from worker.ports.dispatch.telephony import Placed
from worker.simulator.frames import DISCONNECT
from worker.telephony.connection import Connection, NotReached, open_connection
from worker.telephony.events import SwitchEvents
from worker.telephony.switch import Switches

REFUSED = b"Content-Type: command/reply\nReply-Text: -ERR permission denied\n\n"


class ScriptedSwitch:
    """Lets one client in, waits for so many commands, says what it was told to say, and hangs up."""

    def __init__(self, replies: list[bytes], *, commands: int) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._replies = replies
        self._commands = commands
        self._thread = threading.Thread(target=self._serve)

    @property
    def url(self) -> SwitchUrl:
        return SwitchUrl(host="127.0.0.1", port=self._server.getsockname()[1], password="x")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(timeout=10)
        self._server.close()

    def _serve(self) -> None:
        client, _ = self._server.accept()
        with client:
            client.sendall(b"Content-Type: auth/request\n\n")
            client.recv(1024)
            client.sendall(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
            received = b""
            while received.count(b"\n\n") < self._commands:
                received += client.recv(65536)
            client.sendall(b"".join(self._replies))


def test_replies_that_are_lost_leave_their_calls_in_doubt_and_only_those() -> None:
    taken, refused, doubtful, doubtful_too = (a_call() for _ in range(4))
    replies = [b"Content-Type: command/reply\nReply-Text: +OK Job-UUID: x\nJob-UUID: x\n\n", REFUSED, REFUSED[:20]]
    with ScriptedSwitch(replies, commands=4) as scripted:
        adapter, name = Switches([scripted.url], clock=CLOCK), scripted.url.name

        placed = adapter.place([taken, refused, doubtful, doubtful_too], switch=name, until=SOON)
        adapter.close()

    refusals = {name: "permission denied"}
    assert placed == Placed(frozenset({refused.call_id}), refusals=refusals), "a broken connection holds nothing back"


def test_a_switch_that_refuses_the_subscription_is_not_listened_to() -> None:
    with ScriptedSwitch([REFUSED], commands=1) as scripted:
        source = SwitchEvents(scripted.url, clock=CLOCK, chance=lambda: 0.0)

        source.read()

    assert source.listening_since is None


def test_a_goodbye_of_the_switch_ends_the_connection() -> None:
    subscribed = b"Content-Type: command/reply\nReply-Text: +OK event listener enabled json\n\n"
    odd = b"Content-Length: 1\nContent-Type: text/event-json\n\n{"
    with ScriptedSwitch([subscribed, odd, DISCONNECT], commands=1) as scripted:
        source = SwitchEvents(scripted.url, clock=CLOCK, chance=lambda: 0.0)
        source.read()

        events = source.read()

    assert events == []
    assert source.listening_since is None


def test_a_switch_that_does_not_list_its_channels_cannot_be_asked() -> None:
    answers = [b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(t), t) for t in (b"-ERR", b'{"rows": 1}')]
    for answer in answers:
        with ScriptedSwitch([answer], commands=1) as scripted:
            adapter = Switches([scripted.url], clock=CLOCK)

            with pytest.raises(Unavailable):
                adapter.up(scripted.url.name)
            adapter.close()


def test_foreign_channels_are_no_calls_of_ours() -> None:
    listing = b'{"row_count": 3, "rows": [{"uuid": "gateway-ping"}, {}, {"uuid": "%s"}]}' % str(UUID(int=9)).encode()
    answer = b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(listing), listing)
    with ScriptedSwitch([answer], commands=1) as scripted:
        adapter = Switches([scripted.url], clock=CLOCK)

        up = adapter.up(scripted.url.name)
        adapter.close()

    assert up == {UUID(int=9)}


def test_a_server_that_is_no_switch_is_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = SwitchUrl(host="127.0.0.1", port=server.getsockname()[1], password="x")

        with pytest.raises(NotReached):
            open_connection(url, connect_seconds=0.1)


def test_what_has_not_arrived_when_a_connection_is_closed_never_will() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client = socket.create_connection(server.getsockname())
        client.settimeout(0)
        sending = Connection(client)
        receiving, _ = server.accept()
        left_us = sending.write(bytes(64 * 1024 * 1024), within=0.1)

        sending.close()
        with receiving:
            arrived, how = _read_to_the_end(receiving)

    assert how == "reset"
    assert arrived < left_us


def _read_to_the_end(receiving: socket.socket) -> tuple[int, str]:
    arrived = 0
    try:
        while part := receiving.recv(1024 * 1024):
            arrived += len(part)
    except ConnectionResetError:
        return arrived, "reset"
    return arrived, "closed"
