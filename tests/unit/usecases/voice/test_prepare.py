"""What is prepared for a callee who answered, and when nothing is."""

from dataclasses import replace
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from tests.builders import NOON
from tests.fakes.sounds import FakeSounds
from worker.domain.ids import CallId
from worker.domain.json_value import Json
from worker.domain.speech.pcm import samples_of
from worker.ports.dispatch.conversations import CallUp
from worker.usecases.voice.prepare import Prepared, Refusal, Sounds, delete_left_over, prepare_call

CALL = CallId(UUID(int=7))


def a_call(content: str = "Xin chào", *, has_code: bool = False, **values: Json) -> CallUp:
    return CallUp(
        call_id=CALL,
        core_id="core",
        caller_id="02871",
        template={"content": content},
        values=values,
        consent=None,
        has_code=has_code,
    )


def sounds(*missing: str) -> tuple[FakeSounds, Sounds]:
    kept = FakeSounds(missing=set(missing))
    return kept, Sounds(kept, kept, kept, uuid7)


def prepared(call: CallUp) -> Prepared:
    _, known = sounds()
    made = prepare_call(call, core_id="core", sounds=known)
    assert isinstance(made, Prepared)
    return made


def test_sounds_follow_each_other_in_one_playback() -> None:
    (playback,) = prepared(a_call("Bạn nợ {{amount}}", amount="5000000")).playbacks.values()

    assert playback.what.startswith("file_string:///s/Bạn nợ!/s/năm!/s/triệu")
    assert playback.seconds == 3


def test_one_sound_is_played_as_it_is() -> None:
    (playback,) = prepared(a_call()).playbacks.values()

    assert (playback.what, playback.seconds) == ("/s/Xin chào", 1)


def test_the_code_of_an_otp_is_one_sound_under_a_name_that_says_nothing() -> None:
    kept, known = sounds()

    made = prepare_call(a_call("Mã: {{code_otp}}", has_code=True, code_otp="12"), core_id="core", sounds=known)

    assert isinstance(made, Prepared)
    (playback,), (name,) = made.playbacks.values(), made.joined
    assert playback.what == f"/s/{name}"
    samples = samples_of(kept.written[name]).tobytes()
    assert playback.seconds == len(samples) / 16_000
    assert samples.count(b"m" * 16_000) == 2  # "một", twice, since a code is read twice
    known.delete(made)
    assert kept.written == {}


def test_very_many_sounds_are_joined() -> None:
    made = prepared(a_call("{{amount}} " * 60, amount="5000000"))

    assert len(made.joined) == 1


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (None, Refusal.NOT_UP),
        (replace(a_call(), core_id="another"), Refusal.OTHER_SWITCH),
        (replace(a_call(), template=None), Refusal.NOT_SPOKEN),
        (a_call(""), Refusal.NOT_SPOKEN),
        (a_call("{{amount}}"), Refusal.NOT_SPOKEN),
        (a_call("{{amount"), Refusal.NOT_SPOKEN),
        (a_call("Thiếu"), Refusal.NO_SOUND),
    ],
)
def test_nothing_is_prepared(call: CallUp | None, refusal: Refusal) -> None:
    assert prepare_call(call, core_id="core", sounds=sounds("Thiếu")[1]) is refusal


def test_a_switch_whose_core_is_not_known_yet_is_believed() -> None:
    assert isinstance(prepare_call(replace(a_call(), core_id=""), core_id="core", sounds=sounds()[1]), Prepared)


def test_sounds_of_calls_whose_process_died_are_deleted_when_their_time_is_over() -> None:
    kept, known = sounds()
    made = prepare_call(a_call("{{code_otp}}", has_code=True, code_otp="1"), core_id="core", sounds=known)
    assert isinstance(made, Prepared)

    assert delete_left_over(known, before=NOON.subtract(years=10)) == 0
    assert delete_left_over(known, before=NOON.add(years=100)) == 1
    assert kept.written == {}


@pytest.mark.parametrize(
    ("consent", "missing", "file"),
    [("Xin ghi âm", "", f"{CALL}-t.wav"), ("Xin ghi âm", "Xin ghi âm", ""), (None, "", "")],
    ids=["recorded", "wanted after the dial: the sentence is not rendered", "not wanted"],
)
def test_a_call_is_recorded_when_its_callee_can_be_told(consent: str | None, missing: str, file: str) -> None:
    kept = FakeSounds(missing={missing})
    known = Sounds(kept, kept, kept, uuid7, new_token=lambda: "t")

    made = prepare_call(replace(a_call(), consent=consent), core_id="core", sounds=known)

    assert isinstance(made, Prepared)
    assert made.recording == file
    assert ("/s/Xin ghi âm" in {one.what for one in made.playbacks.values()}) == bool(file)


def test_nothing_is_recorded_where_switches_have_no_folder_for_it() -> None:
    made = prepared(replace(a_call(), consent=""))

    assert made.recording == ""
    assert len(made.playbacks) == 1
