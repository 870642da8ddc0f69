"""An export and its client: who goes away first, what is kept meanwhile, and a process that ends."""

import socket
from collections.abc import Callable, Iterator
from threading import Event

import anyio
import anyio.lowlevel
import pytest
from pendulum import Duration
from starlette.types import Message
from typing_extensions import override

from api import export_response, exporter
from api.concurrency_limit import ConcurrencyLimit
from api.export_lane import ExportLane
from api.export_order import ExportOrder
from api.export_process import ExportProcess
from api.export_response import ExportResponse
from tests.builders import TENANT
from tests.fakes.exports import beside, in_a_thread
from tests.fakes.services import FakeServices
from worker.domain.errors import Unavailable
from worker.domain.export.table import Headings
from worker.ports.records.entities import LeadFilter, Tenant
from worker.ports.records.request_limits import Place
from worker.usecases.records.hide_numbers import WHOLE
from worker.usecases.records.limit_requests import ExportPlace

ORDER = ExportOrder(
    tenant=Tenant(id=TENANT, name="default", timezone="Asia/Ho_Chi_Minh"),
    wanted=LeadFilter(),
    headings=Headings.KEYS,
    seen=WHOLE,
    ids=None,
    is_workbook=False,
    separator=",",
    mark=False,
    is_packed=False,
)
SECONDS = 20


class Kept(Place):
    """Counts what happens to a place."""

    def __init__(self) -> None:
        self.renewed = self.released = 0

    @override
    def renew(self) -> None:
        self.renewed += 1

    @override
    def release(self) -> None:
        self.released += 1


class Endless:
    """A file without an end, and how much of it was made."""

    def __init__(self) -> None:
        self.made = 0
        self.is_over = Event()

    def parts(self, *_: object, **__: object) -> Iterator[bytes]:
        try:
            for _number in range(1_000_000):
                self.made += 1
                yield b"x" * 1000
        finally:
            self.is_over.set()


def gone_after(response: ExportResponse, *, pieces: int) -> None:
    """Send a response to a client that goes away."""

    async def serve() -> None:
        gone, sent = anyio.Event(), 0

        async def receive() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(_message: Message) -> None:
            nonlocal sent
            sent += 1
            if sent > pieces:
                gone.set()
            await anyio.lowlevel.checkpoint()

        with anyio.fail_after(SECONDS):
            await response({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)

    anyio.run(serve)


def test_a_client_that_goes_away_ends_an_export_here() -> None:
    file, place = Endless(), Kept()

    parts = ExportLane(ConcurrencyLimit()).sent(file.parts())
    gone_after(ExportResponse(parts, place=ExportPlace(place), media_type="text/csv", headers={}), pieces=5)

    assert (place.released, file.made < 100) == (1, True)


def test_a_client_that_goes_away_ends_an_export_beside(services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    file, place = Endless(), Kept()
    monkeypatch.setattr(exporter, "parts_of", file.parts)

    with beside(services) as process:
        parts = process.begin(ORDER, services=services)
        gone_after(ExportResponse(parts, place=ExportPlace(place), media_type="text/csv", headers={}), pieces=5)
        assert file.is_over.wait(SECONDS)

    assert (place.released, file.made < 10_000) == (1, True)


def test_a_place_is_kept_while_its_export_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_response, "RENEWED_EVERY", Duration(seconds=0))
    place = Kept()

    parts = ExportLane(ConcurrencyLimit()).sent(Endless().parts())
    gone_after(ExportResponse(parts, place=ExportPlace(place), media_type="text/csv", headers={}), pieces=5)

    assert (place.renewed >= 5, place.released) == (True, 1)


def ends_at_once(_control: socket.socket) -> Callable[[], object]:
    return bool


async def text_of(process: ExportProcess, services: FakeServices) -> bytes:
    return b"".join([part async for part in process.begin(ORDER, services=services)])


def test_a_process_that_has_ended_is_started_again(services: FakeServices) -> None:
    starts = iter([ends_at_once, in_a_thread(services)])

    def start(control: socket.socket) -> Callable[[], object]:
        return next(starts)(control)

    process = ExportProcess(start)

    text = anyio.run(text_of, process, services)
    process.close()

    assert text.startswith(b'"phone_number"')


def test_a_process_that_does_not_start_is_told(services: FakeServices) -> None:
    process = ExportProcess(ends_at_once)

    with pytest.raises(Unavailable):
        process.begin(ORDER, services=services)

    process.close()


def test_an_error_behind_the_first_rows_cuts_the_file(services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    def parts(*_: object, **__: object) -> Iterator[bytes]:
        yield b"1"
        yield b"2"
        raise Unavailable("away")

    monkeypatch.setattr(exporter, "parts_of", parts)

    with beside(services) as process, pytest.raises(Unavailable, match="away"):
        anyio.run(text_of, process, services)
