"""What must be there before a script can be played."""

from worker.domain.script import script_of
from worker.domain.script_need import need_of
from worker.domain.speech.sounds import Uploaded
from worker.domain.speech.voice import Voice
from worker.domain.template import template_of


def test_texts_are_named_one_by_one_and_numbers_by_the_library() -> None:
    template = template_of({"content": "Xin chào {{name}}, bạn nợ {{amount}} đồng", "voice_tts": "south-f-03"})

    need = need_of(script_of(template, values={"name": "Ngô Ý", "amount": "5000"}))

    assert [one.text for one in need.texts] == ["Xin chào", "Ngô Ý", "bạn nợ"]
    assert need.library == Voice("south-f-03")
    assert need.uploads == ()


def test_what_stands_behind_a_key_is_needed_too_and_each_sound_once() -> None:
    key = {"press_num": "1", "content": "Xin chào"}
    farewell = {"voice_type": "audio_file", "audio_file": "a1"}
    template = template_of(
        {"content": "Xin chào", "enable_option": True, "press_options": [key], "exit_sound": farewell}
    )

    need = need_of(script_of(template, values={}))

    assert [one.text for one in need.texts] == ["Xin chào"]
    assert need.uploads == (Uploaded("a1"),)
    assert need.library is None
