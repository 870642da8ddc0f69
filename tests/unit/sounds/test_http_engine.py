"""An engine behind HTTP: requests as the operator's file says, sounds from each form of answer, and errors by kind.

The forms of requests and answers are those that vendors document; their services were not asked.
"""

import base64
from collections.abc import Callable

import httpx
import pytest

from worker.domain.errors import Rejected, Unavailable
from worker.domain.json_value import Json
from worker.domain.speech.voice import Voice
from worker.sounds.http_engine import HttpEngine, HttpEngineSettings

Answer = Callable[[httpx.Request], httpx.Response]
SOUND = b"RIFF of the engine"
WITH_BRACES = 'Ngô "Ý" {voice} & Con'


class Vendor:
    """Answers requests, and keeps them and the pauses between them."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []
        self._answers = list(answers)

    def speak(self, settings: HttpEngineSettings, text: str = WITH_BRACES) -> bytes:
        client = httpx.Client(transport=httpx.MockTransport(self._answer))
        engine = HttpEngine("vendor", settings, client=client, wait=self.pauses.append)
        return engine.speak(text, voice="banmai", spoken_as=Voice("north-f-01", 1.5))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answers.pop(0)(request)


def content(body: bytes = SOUND, *, status: int = 200) -> Answer:
    return lambda _: httpx.Response(status, content=body)


def json(body: object) -> Answer:
    return lambda _: httpx.Response(200, json=body)


def lost(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("", request=request)


def test_json_is_filled_in_without_reading_braces_of_a_value() -> None:
    vendor = Vendor(content())
    body: Json = {
        "input": {"text": "{text}"},
        "voice": {"name": "vi-VN-{voice}"},
        "audio": [{"rate": "{speed}"}],
        "n": 1,
    }
    settings = HttpEngineSettings(
        url="https://tts.example/v1", headers={"api-key": "k", "lang": "{language}"}, body=body
    )

    assert vendor.speak(settings) == SOUND

    (request,) = vendor.requests
    assert (request.method, request.headers["api-key"], request.headers["lang"]) == ("POST", "k", "vi")
    assert httpx.Response(200, content=request.content).json() == {
        "input": {"text": WITH_BRACES}, "voice": {"name": "vi-VN-banmai"}, "audio": [{"rate": 1.5}], "n": 1,
    }  # fmt: skip


def test_ssml_and_addresses_are_escaped() -> None:
    vendor = Vendor(content(), content())
    vendor.speak(HttpEngineSettings(url="https://tts.example/", body='<speak rate="{speed}">{text}</speak>'))
    vendor.speak(HttpEngineSettings(url="https://tts.example/say?text={text}", method="GET"))

    by_ssml, by_address = vendor.requests
    assert by_ssml.content.decode() == '<speak rate="1.5">Ngô "Ý" {voice} &amp; Con</speak>'
    assert dict(by_address.url.params) == {"text": WITH_BRACES}


def test_a_sound_in_base64_is_found_in_its_field() -> None:
    vendor = Vendor(json({"data": {"audioContent": base64.b64encode(SOUND).decode()}}))

    assert vendor.speak(HttpEngineSettings(url="https://tts.example", answer="base64:data.audioContent")) == SOUND


def test_a_sound_at_an_address_is_fetched_and_waited_for() -> None:
    vendor = Vendor(
        json({"async": "/sounds/1.mp3"}), content(b"", status=404), json({"async": "/sounds/1.mp3"}), content()
    )

    assert vendor.speak(HttpEngineSettings(url="https://tts.example/v5", answer="url:async")) == SOUND
    assert str(vendor.requests[1].url) == "https://tts.example/sounds/1.mp3"
    assert vendor.pauses == [0.5]


@pytest.mark.parametrize(
    "fault",
    [lost, content(status=503), content(status=429), content(b"key?", status=401)],
    ids=["lost", "503", "429", "401"],
)
def test_the_engines_fault_is_tried_again_with_growing_pauses_and_then_an_outage(fault: Answer) -> None:
    vendor = Vendor(fault, fault, fault)

    with pytest.raises(Unavailable, match="vendor"):
        vendor.speak(HttpEngineSettings(url="https://tts.example", retries=2))

    assert vendor.pauses == [0.5, 1.0]


def test_a_text_that_is_refused_is_not_sent_again() -> None:
    vendor = Vendor(content(b"text too long", status=400))

    with pytest.raises(Rejected, match="vendor answered 400: text too long"):
        vendor.speak(HttpEngineSettings(url="https://tts.example"))


@pytest.mark.parametrize(
    "answer", [json({"error_code": 1}), content(b"<html>"), json({"audio": "%%"})], ids=["error", "page", "no base64"]
)
def test_an_answer_without_its_sound_is_an_outage(answer: Answer) -> None:
    with pytest.raises(Unavailable, match="vendor answered"):
        Vendor(answer).speak(HttpEngineSettings(url="https://tts.example", answer="base64:audio", retries=0))
