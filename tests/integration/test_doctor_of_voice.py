"""``callbeat doctor`` asks voice processes and the address of sounds as a switch does."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from typing_extensions import override

from tests.fakes.engines import FakeSounds
from tests.stack.addresses import free_port
from worker.cli.switch_advice import Finding
from worker.cli.voice_advice import voice_findings


class Greets(socketserver.BaseRequestHandler):
    """A voice process."""

    @override
    def handle(self) -> None:
        self.request.sendall(b"connect\n\n")


class Mute(socketserver.BaseRequestHandler):
    """Something else that listens."""


class Api(BaseHTTPRequestHandler):
    """An API that has no such sound, and another server at other paths."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()
        self.wfile.write(b'{"error":"sound not found"}' if self.path.startswith("/sounds/") else b"<html>")

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[str]:
    """Run a server while the block runs; yield its address."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.socket.getsockname()[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def judged(*addresses: str, sounds: str = "/srv/sounds") -> dict[str, Finding]:
    found = voice_findings(addresses, sounds=sounds, store=FakeSounds(), engines={})
    return {finding.part: finding for finding in found}


def test_a_voice_process_has_to_greet() -> None:
    away = f"127.0.0.1:{free_port()}"
    with (
        serving(socketserver.TCPServer(("127.0.0.1", 0), Greets)) as well,
        serving(socketserver.TCPServer(("127.0.0.1", 0), Mute)) as mute,
    ):
        findings = judged(well, mute, away)

    assert [findings[f"voice {address}"].is_well for address in (well, mute, away)] == [True, False, False]
    assert "does not greet" in findings[f"voice {mute}"].seen
    assert "CALLBEAT_VOICE_ALLOW" in findings[f"voice {away}"].advice


def test_sounds_have_to_come_from_our_api() -> None:
    with serving(HTTPServer(("127.0.0.1", 0), Api)) as address:
        well = judged(sounds=f"http_cache://http://{address}/sounds")["sounds"]
        wrong = judged(sounds=f"http://{address}/other")["sounds"]
    away = judged(sounds=f"http://127.0.0.1:{free_port()}/sounds")["sounds"]

    assert (well.is_well, wrong.is_well, away.is_well) == (True, False, False)
    assert "cannot be reached" in away.seen
    assert "answers 404" in wrong.seen
