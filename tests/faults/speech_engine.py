"""A speech engine behind HTTP, as a process of its own: `python -m tests.faults.speech_engine HOST PORT TROUBLE_FILE`.

Each text is a noise of its own, whose length tells how long the text is. What befalls it stands in the file.
"""

import sys
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Final

import orjson
from typing_extensions import override

from worker.domain.speech.pcm import RATE, wav_at

SECONDS_A_CHARACTER: Final = 0.12
"""A switch at ten times its speed plays a sentence in a second or two."""
NAME: Final = "noise"
PATH: Final = "/speak"
_SAMPLE_BYTES: Final = 2
_SERVER_AT_FAULT: Final = 500


class EngineTrouble(StrEnum):
    """What befalls the answers."""

    NONE = "none"
    FAILING = "500"
    CUT = "the connection ends in the middle"
    HALVED = "a whole answer with half of the sound"


def seconds_of(text: str) -> float:
    """Return how long the sound of a text is."""
    return round(len(text) * SECONDS_A_CHARACTER, 3)


def sound_of(text: str) -> bytes:
    """Return the sound of a text."""
    noise = Random(text).randbytes(round(seconds_of(text) * RATE) * _SAMPLE_BYTES)
    return wav_at(noise, rate=RATE)


def configuration(*, host: str, port: int) -> bytes:
    """Return the operator's file that names it for every voice."""
    engine = {
        "url": f"http://{host}:{port}{PATH}",
        "body": {"text": "{text}", "voice": "{voice}"},
        "timeout_seconds": 3,
        "retries": 1,
        "concurrency": 4,
    }
    return orjson.dumps({"engines": {NAME: engine}, "default": {"engine": NAME, "voice": "one"}})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    trouble_file = Path()

    def do_POST(self) -> None:
        asked = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        trouble = EngineTrouble(self.trouble_file.read_text())
        sound = sound_of(asked["text"])
        if trouble is EngineTrouble.FAILING:
            self.send_error(_SERVER_AT_FAULT)
            return
        told = sound[: len(sound) // 2] if trouble is EngineTrouble.HALVED else sound
        self.send_response(200)
        self.send_header("Content-Type", "audio/wav")
        self.send_header("Content-Length", f"{len(told)}")
        self.end_headers()
        self.wfile.write(told[: len(told) // 2] if trouble is EngineTrouble.CUT else told)
        self.close_connection = trouble is EngineTrouble.CUT

    @override
    def log_message(self, format: str, *args: object) -> None:
        del format, args  # what it is asked to say appears in no log


if __name__ == "__main__":
    _Handler.trouble_file = Path(sys.argv[3])
    ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), _Handler).serve_forever()
