"""Sounds as the telephone carries them: files, length, silence, loudness."""

import io
import wave
from array import array
from math import log10, pi, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.errors import Rejected
from worker.domain.speech.pcm import (
    RATE,
    is_silent,
    joined,
    milliseconds,
    prepared,
    samples_of,
    silence,
    wav_at,
    wav_of,
)

SAMPLES = st.lists(st.integers(-32768, 32767), max_size=400).map(lambda found: array("h", found))


def tone(*, level: float, of_milliseconds: int = 500) -> "array[int]":
    count = of_milliseconds * RATE // 1000
    return array("h", [int(32767 * level * sin(2 * pi * 440 * at / RATE)) for at in range(count)])


def decibels(samples: "array[int]") -> float:
    return 20 * log10(sqrt(sum(one * one for one in samples) / len(samples)) / 32767)


@given(SAMPLES)
def test_a_file_gives_its_samples_back(samples: "array[int]") -> None:
    assert samples_of(wav_of(samples)) == samples


def test_files_are_16_bit_8_khz_mono_wav() -> None:
    with wave.open(io.BytesIO(wav_of(tone(level=0.1)))) as file:
        assert (file.getsampwidth(), file.getframerate(), file.getnchannels(), file.getnframes()) == (2, 8000, 1, 4000)


@pytest.mark.parametrize("file", [b"", b"RIFF", b"x" * 100, wav_at(bytes(100), rate=22050)])
def test_other_files_are_refused(file: bytes) -> None:
    with pytest.raises(Rejected):
        samples_of(file)


@pytest.mark.parametrize("level", [0.02, 0.1, 0.9])
def test_all_sounds_get_one_level(level: float) -> None:
    assert decibels(prepared(tone(level=level), margin_milliseconds=0)) == pytest.approx(-20, abs=0.2)


def test_no_peak_is_cut_off() -> None:
    click = joined([tone(level=0.02), array("h", [30000]), tone(level=0.02)])

    loudest = max(prepared(click, margin_milliseconds=0))

    assert 29000 < loudest < 29300


def test_silence_around_a_sound_is_cut_to_its_margin() -> None:
    sound = joined([silence(1000), tone(level=0.1), silence(2000)])

    assert milliseconds(prepared(sound, margin_milliseconds=60)) == pytest.approx(620, abs=20)
    assert milliseconds(prepared(sound, margin_milliseconds=0)) == pytest.approx(500, abs=20)


def test_what_nobody_can_hear_is_silent() -> None:
    assert is_silent(silence(500))
    assert is_silent(tone(level=0.001))
    assert is_silent(array("h"))
    assert not is_silent(joined([silence(5000), tone(level=0.02, of_milliseconds=40)]))
    assert not prepared(silence(500), margin_milliseconds=60)
