"""Every field of a template means something in the script that a callee hears."""

from collections.abc import Mapping
from typing import Any

import pytest

from worker.domain.errors import InvalidFields
from worker.domain.json_value import Json
from worker.domain.script import (
    Finish,
    HangUp,
    Menu,
    OptOut,
    Repeat,
    Say,
    Script,
    Transfer,
    reads_values,
    script_of,
    values_of_lead,
    why_not_spoken,
)
from worker.domain.speech.parts import Sound, Text, heard
from worker.domain.template import faults_of, template_of


def a_key(digit: str, **fields: Json) -> dict[str, Json]:
    return {"press_num": digit, "content": f"Bạn chọn {digit}", **fields}


def script(values: Mapping[str, Json] | None = None, /, **body: Any) -> Script:  # Any: whatever JSON holds
    return script_of(template_of({"content": "Xin chào", **body}), values=values or {})


def menu(values: Mapping[str, Json] | None = None, /, **body: Any) -> Menu:  # Any: whatever JSON holds
    first = script(values, **body).steps[0]
    assert isinstance(first, Menu)
    return first


def test_a_message_without_keys() -> None:
    said = script(press_options=[a_key("1")])

    assert said.steps == (menu(), HangUp(Finish.SAID))
    assert (menu().prompt, menu().keys) == ((Text("Xin chào"),), {})


def test_an_uploaded_sound_goes_instead_of_the_text() -> None:
    played = menu({}, voice_type="audio_file", audio_file="a1", content="{{not_read}}")

    assert played.prompt == (Sound("a1"),)


def test_waiting_times_and_repeats() -> None:
    waits = menu(press_timeout=5, max_timeout=3, inter_digit_timeout=2)

    assert (waits.plays, waits.wait_seconds, waits.bounce_seconds) == (3, 5, 2)
    assert menu(max_timeout=0).plays == 1


def test_a_voice_reads_in_the_words_of_its_region() -> None:
    text = "{{n}}"

    assert heard(menu({"n": "1005"}, content=text, voice_tts="south-m-03").prompt) == "một ngàn không trăm lẻ năm"
    assert heard(menu({"n": "1005"}, content=text, voice_tts="north-m-01").prompt) == "một nghìn không trăm linh năm"
    assert heard(menu({"n": "1005"}, content=text, language="en").prompt) == "one thousand five"
    assert script(voice_tts="south-m-03", speed_tts=1.5).voice.speed == 1.5


@pytest.mark.parametrize(
    ("key", "steps"),
    [
        (a_key("1"), (Say((Text("Bạn chọn 1"),)), HangUp(Finish.KEY))),
        (a_key("1", enable=False), (HangUp(Finish.KEY),)),
        (
            a_key("1", voice_type="audio_file", audio_file="a1"),
            (Say((Sound("a1"),)), HangUp(Finish.KEY)),
        ),
        (
            a_key("1", type="Transfer", extension="101"),
            (Say((Text("Bạn chọn 1"),)), Transfer("101"), HangUp(Finish.NOT_TRANSFERRED)),
        ),
        (a_key("1", content="", extension="101"), (Transfer("101"), HangUp(Finish.NOT_TRANSFERRED))),
        (a_key("1", content="", type="transfer"), (Transfer(""), HangUp(Finish.NOT_TRANSFERRED))),
        (a_key("1", content="", type="repeat"), (Repeat(), HangUp(Finish.KEY))),
        (a_key("1", content="", type="hangup"), (HangUp(Finish.KEY),)),
        (
            a_key("1", content="Đã ghi nhận.", type="opt_out"),
            (OptOut(), Say((Text("Đã ghi nhận."),)), HangUp(Finish.OPTED_OUT)),
        ),
    ],
)  # fmt: skip
def test_what_a_key_does(key: dict[str, Json], steps: tuple[object, ...]) -> None:
    assert menu(enable_option=True, press_options=[key]).keys == {"1": steps}


def test_a_key_that_is_switched_off_is_a_wrong_key() -> None:
    keys = menu(enable_option=True, press_options=[a_key("1", toggled=False), a_key("2")]).keys

    assert set(keys) == {"2"}


def test_the_exit_sound_goes_before_each_hang_up() -> None:
    farewell = Say((Text("Tạm biệt"),))
    said = script(exit_sound={"enable": True, "content": "Tạm biệt"}, enable_option=True, press_options=[a_key("1")])

    offered = said.steps[0]
    assert isinstance(offered, Menu)
    assert said.steps[1:] == (farewell, HangUp(Finish.NO_KEY))
    assert offered.keys["1"][-2:] == (farewell, HangUp(Finish.KEY))
    assert offered.after_wrong_keys == (farewell, HangUp(Finish.WRONG_KEYS))
    assert script(exit_sound={"enable": False, "content": "Tạm biệt"}).steps[1:] == (HangUp(Finish.SAID),)


def test_the_sound_after_a_wrong_key() -> None:
    assert menu(invalid_sound={"enable": True, "content": "Sai phím"}).wrong_key == (Text("Sai phím"),)
    assert menu(invalid_sound={"enable": False, "content": "Sai phím"}).wrong_key == ()
    assert menu(invalid_sound={"voice_type": "audio_file", "audio_file": "a2"}).wrong_key == (Sound("a2"),)


def test_an_advert_offers_a_way_out_and_says_so() -> None:
    said = script(advert=True)

    offered = said.steps[0]
    assert isinstance(offered, Menu)
    assert heard(offered.prompt) == "Xin chào Để không nhận cuộc gọi quảng cáo nữa, xin bấm phím chín"
    assert said.opt_out_key == "9"
    assert offered.keys["9"][0] == OptOut()
    assert heard(offered.keys["9"][1].parts if isinstance(offered.keys["9"][1], Say) else ()).startswith("Chúng tôi sẽ")


def test_an_advert_may_have_an_opt_out_of_its_own() -> None:
    own = a_key("3", type="opt_out")
    said = script(advert=True, enable_option=True, press_options=[own, a_key("9")])

    assert (said.opt_out_key, set(menu(advert=True, enable_option=True, press_options=[own]).keys)) == ("3", {"3"})


@pytest.mark.parametrize(
    "body",
    [
        {"content": "Chào {{name}}"},
        {"enable_option": True, "press_options": [{"press_num": "1", "content": "Chào {{name}}"}]},
        {"invalid_sound": {"enable": True, "content": "Chào [[name]]"}},
        {"exit_sound": {"enable": True, "content": "Chào [[ name ]]"}},
    ],
)
def test_values_are_read_in_every_text(body: dict[str, Json]) -> None:
    template = template_of(body)

    assert [one.field for one in why_not_spoken(template, values={})] == ["name"]
    assert why_not_spoken(template, values={"name": "An"}) == ()
    assert reads_values(template)
    with pytest.raises(InvalidFields):
        script_of(template, values={})


def test_a_sound_that_is_never_played_needs_no_values() -> None:
    body: dict[str, Json] = {
        "content": "Chào",
        "press_options": [a_key("1", content="{{a}}")],
        "exit_sound": {"enable": False, "content": "{{b}}"},
    }

    assert why_not_spoken(template_of(body), values={}) == ()
    assert not reads_values(template_of(body))


def test_a_leads_own_fields_can_be_read_and_its_data_wins() -> None:
    values = values_of_lead(
        phone="0912345678",
        profile={"lead_name": "An", "address": "12 Lê Lợi"},
        additional={"lead_name": "Anh An", "address": "", "x": 0},
    )

    assert values == {"phone_number": "0912345678", "lead_name": "Anh An", "address": "12 Lê Lợi", "x": 0}


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"content": "Chào {{name"}, "content", "a placeholder is not complete: {{name"),
        ({"exit_sound": {"content": "]]"}}, "exit_sound", "a placeholder is not complete: ]]"),
        (
            {"enable_option": True, "press_options": [a_key("1", content="{{}}")]},
            "press_options 1",
            "a placeholder has",
        ),
        ({"press_options": [a_key("1", type="callback")]}, "press_options", "type of key 1 must be one of"),
        ({"press_options": [a_key("1"), a_key("1")]}, "press_options", "key 1 is given twice"),
        ({"advert": True, "press_options": [a_key("9")]}, "press_options", "key 9 of an advert must be its opt-out"),
    ],
)
def test_a_template_that_nobody_can_hear_is_refused(body: dict[str, Json], field: str, said: str) -> None:
    (fault,) = faults_of(body)

    assert (fault.field, fault.message.startswith(said)) == (field, True)


def test_a_template_of_an_old_release_has_defaults() -> None:
    assert faults_of({}) == ()
    assert not script_of(template_of({}), values={}).says_something
    assert script_of(template_of({"content": "A", "exit_sound": None, "press_options": None}), values={}).says_something
    assert not script_of(template_of({"content": " ... "}), values={}).says_something
