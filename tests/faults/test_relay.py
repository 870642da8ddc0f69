"""The relay cuts where it is told, holds what it is told to hold, and otherwise changes nothing."""

import socket
import time
from collections.abc import Iterator
from random import Random

import pytest

from tests.faults.perturbation import bytes_of
from tests.faults.relay import Line, Relay, Trouble, relaying
from worker.telephony.esl import Frame, FrameReader

SUBSCRIPTION = b"event json ALL\n\n"
ORIGINATE = b"bgapi originate {a=b}sofia/gateway/g/0981 &park\n\n"
PATIENCE = 5.0
MOMENT = 0.5


class Switch:
    """The far end of one connection through the relay."""

    def __init__(self, server: socket.socket, relay: Relay) -> None:
        """Connect a client, and take the connection that the relay makes for it."""
        self.client = socket.create_connection(("127.0.0.1", relay.port), timeout=PATIENCE)
        self.side, _ = server.accept()
        self.side.settimeout(PATIENCE)

    def subscribe(self) -> None:
        """Make it a connection that hears events."""
        self.client.sendall(SUBSCRIPTION)
        assert self.hear(len(SUBSCRIPTION)) == SUBSCRIPTION

    def hear(self, length: int) -> bytes:
        """Read so many bytes of what the client said, or fewer when the connection ends before."""
        return _read(self.side, length)

    def close(self) -> None:
        self.client.close()
        self.side.close()


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


@pytest.fixture
def relay(server: socket.socket) -> Iterator[Relay]:
    with relaying(switch=server.getsockname(), chance=Random(1)) as relay:
        yield relay


@pytest.fixture
def switch(server: socket.socket, relay: Relay) -> Iterator[Switch]:
    switch = Switch(server, relay)
    yield switch
    switch.close()


def test_without_trouble_everything_passes_as_it_is(switch: Switch) -> None:
    sent = b"".join(bytes_of(an_event(number)) for number in range(5))
    switch.subscribe()

    switch.side.sendall(sent)

    assert _read(switch.client, len(sent)) == sent


def test_events_are_cut_in_the_middle_of_a_frame(relay: Relay, switch: Switch) -> None:
    frame = bytes_of(an_event(1))
    switch.subscribe()
    relay.change(Line.EVENTS, Trouble.CUT_IN_FRAME)

    switch.side.sendall(frame)

    assert _read(switch.client, len(frame)) == frame[: len(frame) // 2]
    assert len(relay.cuts) == 1
    assert relay.trouble(Line.EVENTS) is Trouble.NONE


def test_an_originate_is_cut_before_its_last_byte(relay: Relay, switch: Switch) -> None:
    relay.change(Line.COMMANDS, Trouble.CUT_BEFORE_LAST_BYTE)

    switch.client.sendall(ORIGINATE)

    assert switch.hear(len(ORIGINATE)) == ORIGINATE[:-1]
    assert _is_over(switch.client)
    assert len(relay.cuts) == 1


def test_an_originate_is_cut_after_its_last_byte(relay: Relay, switch: Switch) -> None:
    relay.change(Line.COMMANDS, Trouble.CUT_AFTER_LAST_BYTE)

    switch.client.sendall(ORIGINATE)

    assert switch.hear(len(ORIGINATE)) == ORIGINATE
    assert _is_over(switch.client)
    assert len(relay.cuts) == 1


def test_a_cut_befalls_one_connection_however_many_would_have_it(relay: Relay) -> None:
    relay.change(Line.EVENTS, Trouble.CUT_IN_FRAME)

    cut = [relay.may_cut(Line.EVENTS, Trouble.CUT_IN_FRAME) for _ in range(3)]

    assert (cut, len(relay.cuts)) == ([True, False, False], 1)


def test_other_commands_do_not_bring_the_cut_about(relay: Relay, switch: Switch) -> None:
    relay.change(Line.COMMANDS, Trouble.CUT_BEFORE_LAST_BYTE)

    switch.client.sendall(b"api status\n\n")

    assert switch.hear(12) == b"api status\n\n"
    assert relay.cuts == []


def test_what_is_stalled_comes_when_the_stall_is_over(relay: Relay, switch: Switch) -> None:
    relay.change(Line.COMMANDS, Trouble.STALLED)
    switch.client.sendall(ORIGINATE)
    switch.side.settimeout(MOMENT)
    with pytest.raises(TimeoutError):
        switch.side.recv(1)

    relay.change(Line.COMMANDS, Trouble.NONE)

    switch.side.settimeout(PATIENCE)
    assert switch.hear(len(ORIGINATE)) == ORIGINATE


def test_what_was_closed_in_peace_is_delivered_after_the_stall(relay: Relay, switch: Switch) -> None:
    relay.change(Line.COMMANDS, Trouble.STALLED)
    switch.client.sendall(ORIGINATE)
    switch.client.close()
    time.sleep(MOMENT)

    relay.change(Line.COMMANDS, Trouble.NONE)

    assert switch.hear(len(ORIGINATE)) == ORIGINATE


def test_what_was_given_up_by_a_reset_is_never_delivered(relay: Relay, switch: Switch) -> None:
    relay.change(Line.COMMANDS, Trouble.STALLED)
    switch.client.sendall(ORIGINATE)
    time.sleep(MOMENT)
    switch.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    switch.client.close()
    time.sleep(MOMENT)

    relay.change(Line.COMMANDS, Trouble.NONE)

    assert switch.hear(len(ORIGINATE)) == b""


def test_doubled_and_reordered_events_all_come(relay: Relay, switch: Switch) -> None:
    frames = [an_event(number) for number in range(40)]
    switch.subscribe()
    relay.change(Line.EVENTS, Trouble.PERTURBED)

    switch.side.sendall(b"".join(map(bytes_of, frames)))

    came = _frames_until_quiet(switch.client)
    numbers = [int(frame.headers["Number"]) for frame in came]
    assert set(numbers) == set(range(40))
    assert len(numbers) > 40
    assert numbers != sorted(numbers)


def test_one_kind_of_connection_has_trouble_and_the_other_has_none(relay: Relay, switch: Switch) -> None:
    relay.change(Line.EVENTS, Trouble.STALLED)

    switch.client.sendall(ORIGINATE)

    assert switch.hear(len(ORIGINATE)) == ORIGINATE


def an_event(number: int) -> Frame:
    body = b'{"Event-Name": "HEARTBEAT"}'
    headers = {"Content-Length": str(len(body)), "Content-Type": "text/event-json", "Number": str(number)}
    return Frame(headers, body)


def _read(side: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length and (piece := _piece(side)):
        data += piece
    return data


def _piece(side: socket.socket) -> bytes:
    try:
        return side.recv(64 * 1024)
    except ConnectionResetError:
        return b""


def _is_over(side: socket.socket) -> bool:
    return _piece(side) == b""


def _frames_until_quiet(side: socket.socket) -> list[Frame]:
    side.settimeout(2 * MOMENT)
    reader, frames = FrameReader(), []
    while True:
        try:
            frames += reader.feed(side.recv(64 * 1024))
        except TimeoutError:
            return frames
