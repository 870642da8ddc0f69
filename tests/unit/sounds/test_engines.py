"""Voices have engines; what an engine answers becomes a sound of ours, or an error."""

import json
import shutil
from array import array
from pathlib import Path

import pytest
from typing_extensions import override

from worker.domain.errors import CallbeatError, Invalid, Rejected, Unavailable
from worker.domain.speech.pcm import RATE, milliseconds, samples_of, silence, wav_at
from worker.domain.speech.sounds import Rendered, Uploaded
from worker.domain.speech.voice import Language, Voice
from worker.sounds.configuration import read_engines
from worker.sounds.engine import Casting, Engine, Engines
from worker.sounds.espeak import EspeakLibrary, EspeakProgram
from worker.sounds.names import KeyedNames
from worker.sounds.reader import MiniaudioReader

READER = MiniaudioReader()


class Tone(Engine):
    """Speaks each text as a tone of 100 ms a letter, at a rate of its own."""

    concurrency = 2
    per_minute = 60

    def __init__(self, name: str = "tone") -> None:
        self.name = name

    @override
    def form(self, voice: str) -> str:
        return "2"

    @override
    def speak(self, text: str, *, voice: str, spoken_as: Voice) -> bytes:
        if text == "down":
            raise Unavailable("down")
        if text == "nothing":
            return wav_at(silence(500).tobytes(), rate=RATE)
        if text == "page":
            return b"<html>"
        whole = wav_at(array("h", [9000, 9000, -9000, -9000] * (400 * len(text))).tobytes(), rate=2 * RATE)
        return whole[: len(whole) // 2] if text == "half" else whole


def _no_wait(_seconds: float) -> None:
    pass


def engines() -> Engines:
    return Engines({"north-f-01": Casting(Tone("other"), "banmai")}, default=Casting(Tone()), reader=READER)


def test_texts_become_our_sounds_in_their_order() -> None:
    one, two = engines().render([Rendered("abcde", Voice()), Rendered("abc", Voice(), is_word=True)])

    assert isinstance(one, bytes)
    assert isinstance(two, bytes)
    assert milliseconds(samples_of(one)) == pytest.approx(500, abs=30)
    assert milliseconds(samples_of(two)) == pytest.approx(300, abs=30)


@pytest.mark.parametrize(
    ("text", "error"), [("down", Unavailable), ("half", Unavailable), ("nothing", Rejected), ("page", Rejected)]
)
def test_one_text_that_fails_leaves_the_others(text: str, error: type[CallbeatError]) -> None:
    failed, made = engines().render([Rendered(text, Voice()), Rendered("abc", Voice())])

    assert isinstance(failed, error)
    assert isinstance(made, bytes)


def test_a_voice_has_its_own_engine_and_others_the_default() -> None:
    found = engines()

    assert found.engine_of(Voice("north-f-01")) == "other"
    assert found.engine_of(Voice("south-f-03")) == "tone"
    assert found.per_minute("tone") == 60
    assert found.per_minute("none such") is None
    assert found.rendered_by(Voice("north-f-01")) == "other/banmai/2"


def test_another_engine_makes_other_names_but_not_of_uploads() -> None:
    key = b"k" * 32
    first = KeyedNames(lambda: key, rendered_by=lambda _: "a")
    second = KeyedNames(lambda: key, rendered_by=lambda _: "b")

    assert first.name(Rendered("x", Voice())) != second.name(Rendered("x", Voice()))
    assert first.library(Voice()) != second.library(Voice())
    assert first.library(Voice()) != first.library(Voice("south-f-03"))
    assert first.name(Uploaded("a1")) == second.name(Uploaded("a1")) == "ua1"


def test_a_file_names_engines_and_voices(tmp_path: Path) -> None:
    file = tmp_path / "speech.json"
    file.write_text(
        json.dumps(
            {
                "engines": {"acme": {"url": "https://tts.example", "per_minute": 600, "body": {"t": "{text}"}}},
                "voices": {
                    "north-f-01": {"engine": "acme", "voice": "banmai"},
                    "south-f-03": {"engine": "piper", "voice": "/voices/vi.onnx#vivos-11"},
                },
            }
        )
    )

    found = read_engines(str(file), reader=READER, wait=_no_wait)

    assert found.rendered_by(Voice("north-f-01")) == "acme/banmai/"
    assert found.rendered_by(Voice("south-f-03")) == "piper//voices/vi.onnx#vivos-11/"
    assert found.engine_of(Voice()) == "espeak-ng"
    assert found.per_minute("acme") == 600


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Invalid JSON"),
        ('{"voice": {}}', "voice"),
        ('{"engines": {"a": {}}}', "engines.a.url"),
        ('{"default": {"engine": "acme"}}', "no engine is named acme"),
        ('{"default": {"engine": "piper"}}', "absolute path of its .onnx file, not empty"),
        ('{"default": {"engine": "piper", "voice": "vi.onnx#1"}}', "absolute path of its .onnx file, not vi.onnx"),
        ('{"engines": {"piper": {"url": "http://127.0.0.1:5000"}}}', "engines.piper: piper is there without being"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "speech.json"
    file.write_text(text)

    with pytest.raises(ValueError, match=message):
        read_engines(str(file), reader=READER, wait=_no_wait)
    with pytest.raises(ValueError, match="none such"):
        read_engines(str(tmp_path / "none such"), reader=READER, wait=_no_wait)


@pytest.mark.parametrize(
    "engine", [EspeakLibrary(), EspeakProgram(shutil.which("espeak-ng") or "none")], ids=["library", "program"]
)
def test_espeak_speaks_vietnamese_and_english(engine: Engine) -> None:
    if isinstance(engine, EspeakProgram) and not shutil.which("espeak-ng"):
        pytest.skip("the program espeak-ng is not on the PATH; the library from its wheel is tried anyway")
    renderer = Engines({}, default=Casting(engine), reader=READER)

    slow, quick, english = renderer.render(
        [
            Rendered("Xin chào Nguyễn Thị Ý", Voice()),
            Rendered("Xin chào Nguyễn Thị Ý", Voice("south-f-03", 2)),
            Rendered("Good morning", Voice(language=Language.ENGLISH)),
        ]
    )

    assert isinstance(slow, bytes)
    assert isinstance(quick, bytes)
    assert isinstance(english, bytes)
    assert milliseconds(samples_of(quick)) < 0.8 * milliseconds(samples_of(slow)) < 2500


def test_a_program_that_is_not_there_is_an_outage() -> None:
    with pytest.raises(Unavailable, match="espeak-ng cannot be run"):
        EspeakProgram("/nowhere/espeak-ng").speak("a", voice="", spoken_as=Voice())


@pytest.mark.parametrize("file", [b"", b"%PDF-1.7", b"RIFF\0\0\0\0WAVE", b"\xff\xfb", b"\xff\xd8\xff\xe0 a picture"])
def test_what_is_no_sound_is_refused(file: bytes) -> None:
    with pytest.raises(Invalid):
        READER.read(file, most_seconds=10)


def test_half_a_file_is_refused_but_not_one_that_was_written_before_its_end_was_known() -> None:
    whole = wav_at(bytes(8000), rate=8000)
    streamed = whole[:40] + b"\xff\xff\xff\x7f" + whole[44:]

    assert len(READER.read(whole, most_seconds=5)) == len(READER.read(streamed, most_seconds=5)) == 4000
    for half in (whole[:4000], whole[:44], whole[:30], streamed[:38]):
        with pytest.raises(Invalid):
            READER.read(half, most_seconds=5)


def test_a_sound_that_is_too_long_is_refused_while_it_is_read() -> None:
    hour = wav_at(bytes(2 * 60 * 8000), rate=8000)

    with pytest.raises(Invalid, match="longer than 5 seconds"):
        READER.read(hour, most_seconds=5)
    assert milliseconds(READER.read(hour, most_seconds=60)) == pytest.approx(60_000, abs=50)
