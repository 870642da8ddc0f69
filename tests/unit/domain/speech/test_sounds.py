"""A sound is rendered once, found again by what it is made of, and never taken for another one."""

import re
import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.json_value import Json
from worker.domain.script import script_of
from worker.domain.script_parts import every_part
from worker.domain.speech.parts import Part, Pause, Sound, Text, Word
from worker.domain.speech.sounds import (
    Naming,
    Rendered,
    Silence,
    Source,
    Uploaded,
    library_of,
    missing_sounds,
    sound_name,
    sources_of,
)
from worker.domain.speech.voice import Language, Voice
from worker.domain.template import template_of

NORTH = Voice("north-f-01")
SOUTH = Voice("south-f-03")
HERE = Naming(b"secret", "espeak-ng/vi")


def name(source: Source, *, naming: Naming = HERE) -> str:
    return sound_name(source, naming=naming)


def missing(sources: Iterable[Source], *, kept: Iterable[str] = ()) -> list[str]:
    return [one.text for one in missing_sounds(sources, kept=set(kept), naming=HERE)]


def test_each_part_is_played() -> None:
    parts: list[Part] = [Text("Bạn nợ"), Word("năm"), Pause(200), Sound("a1")]

    assert sources_of(parts, voice=NORTH) == (
        Rendered("Bạn nợ", NORTH), Rendered("năm", NORTH, is_word=True), Silence(200), Uploaded("a1"),
    )  # fmt: skip


def test_what_is_heard_alike_has_one_name() -> None:
    text = "Nguyễn Thị Ỷ"

    assert name(Rendered(unicodedata.normalize("NFD", text), NORTH)) == name(Rendered(text, NORTH))
    assert name(Rendered(text, Voice("north-f-01", 1))) == name(Rendered(text, Voice("north-f-01", 1.0)))


@pytest.mark.parametrize(
    "other",
    [
        Rendered("Ngô Vân An", NORTH),
        Rendered("ngô văn an", NORTH),
        Rendered("Ngô Văn An", SOUTH),
        Rendered("Ngô Văn An", Voice("north-f-01", 1.2)),
        Rendered("Ngô Văn An", Voice("north-f-01", language=Language.ENGLISH)),
        Rendered("Ngô Văn An", NORTH, is_word=True),
    ],
)
def test_whatever_sounds_different_has_another_name(other: Rendered) -> None:
    assert name(other) != name(Rendered("Ngô Văn An", NORTH))


@pytest.mark.parametrize("other", [Naming(b"secret", "piper/vais1000"), Naming(b"another", "espeak-ng/vi")])
def test_another_engine_or_key_makes_new_sounds(other: Naming) -> None:
    assert name(Rendered("An", NORTH)) != name(Rendered("An", NORTH), naming=other)
    assert name(Silence(200)) == name(Silence(200), naming=other)


texts = st.text(max_size=8).map(lambda text: unicodedata.normalize("NFC", text))


@given(first=texts, second=texts)
def test_two_texts_have_two_names_that_a_path_can_hold(first: str, second: str) -> None:
    names = {name(Rendered(first, NORTH)), name(Rendered(second, NORTH))}

    assert len(names) == len({first, second})
    assert all(re.fullmatch("r[0-9a-f]{40}", one) for one in names)


def test_names_stay_what_they_are_in_later_releases() -> None:
    assert name(Rendered("Xin chào", NORTH)) == "rcfc224957f2a444a022e81302a9d0ef36909bd14"


def test_each_distinct_sound_is_rendered_once() -> None:
    sources = sources_of([Text("An"), Word("năm"), Text("nợ"), Word("năm"), Pause(5), Text("An")], voice=NORTH)

    assert missing(sources) == ["An", "năm", "nợ"]
    assert missing(sources, kept=[name(sources[0]), name(sources[1])]) == ["nợ"]


def test_numbers_and_dates_need_nothing_but_the_library() -> None:
    body = {"content": "{{a}} {{b}} {{c}} {{code_otp}}"}
    values = {"a": "10410000", "b": "05/04/2026", "c": "7,5%", "code_otp": "AB12"}
    parts = every_part(script_of(template_of({**body, "voice_tts": "south-f-03"}), values=values))

    kept = {name(one) for one in library_of(SOUTH)}
    assert missing(sources_of(parts, voice=SOUTH), kept=kept) == []


def test_two_leads_share_all_but_their_names() -> None:
    template = template_of({"content": "Chào {{name}}, bạn nợ {{amount}} đồng.", "voice_tts": "north-f-01"})
    leads = [{"name": "Lê An", "amount": "5000000"}, {"name": "Võ Ý", "amount": "12"}]
    sources = [one for lead in leads for one in sources_of(every_part(script_of(template, values=lead)), voice=NORTH)]

    assert missing(sources, kept={name(one) for one in library_of(NORTH)}) == ["Chào", "Lê An", "bạn nợ", "Võ Ý"]


def test_every_branch_of_a_script_is_rendered() -> None:
    body: dict[str, Json] = {
        "content": "A",
        "enable_option": True,
        "press_options": [
            {"press_num": "1", "content": "B", "type": "transfer"},
            {"press_num": "2", "voice_type": "audio_file", "audio_file": "u1"},
        ],
        "invalid_sound": {"content": "C"},
        "exit_sound": {"content": "D"},
    }
    played = set(sources_of(every_part(script_of(template_of(body), values={})), voice=NORTH))

    assert played == {*(Rendered(text, NORTH) for text in "ABCD"), Uploaded("u1")}
