"""What callees heard, in words, by the switch's own log: a reminder with keys, a recorded one, a one-time code."""

import io
import json
import os
import wave
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from tests.stack.operator import Operator
from tests.stack.reading import (
    CONFIRMED,
    DIGITS,
    EXTENSION,
    GOODBYE,
    STOPPED,
    TEMPLATE,
    WRONG,
    Debtor,
    debtors,
    is_start_of,
)
from tests.stack.running import BY_LAST_DIGIT, running_stack
from tests.stack.sounds import Dictionary
from tests.stack.spying import BROKER, SWITCH, Spy
from tests.stack.waiting import wait_until
from worker.simulator.heard import read_heard

LEADS: Final = int(os.environ.get("HEARD_LEADS", "40"))
"""Forty for every change; the long run of 500 is started by hand."""
SPEED: Final = 20.0
CODE: Final = "408172"
CODE_IN_WORDS: Final = ["bốn", "không", "tám", "một", "bảy", "hai"]
BROKEN_OFF: Final = "<broken off>"
ANNOUNCED: Final = "Mã xác thực của quý khách là"
REMINDED: Final = "Xin nhắc quý khách lịch hẹn ngày mai."
CONSENT: Final = "Cuộc gọi được ghi âm để kiểm tra."
PERSON, MACHINE = "0981888000", "0981888009"


class Spoken:
    """A running Callbeat that speaks, and what its callees heard."""

    def __init__(self, home: Path, operator: Operator) -> None:
        self.home = home
        self.operator = operator
        self.copies = home / "copies"
        self.sounds = home / "home" / "sounds"

    def dictionary(self, texts: list[str]) -> Dictionary:
        """Return the words of sounds of this installation."""
        return Dictionary(self.operator.stack.database_url, texts=texts, sounds=self.sounds)

    def heard(self) -> dict[str, list[Mapping[str, object]]]:
        """Return what happened on each line, by number."""
        found: dict[str, list[Mapping[str, object]]] = {}
        for line in read_heard(self.home / "heard.jsonl"):
            found.setdefault(str(line["number"]), []).append(line)
        return found


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoken]:
    """Run everything, with voice processes; the switch fetches sounds from the API, as one on another machine does."""
    home = tmp_path_factory.mktemp("heard")
    (home / "copies").mkdir()
    options = replace(BY_LAST_DIGIT, speed=SPEED, heard_path=home / "heard.jsonl", copies_path=home / "copies")
    settings = {"answer_application": "", "recordings": str(home / "recordings")}
    with running_stack(home, switch_options=options, settings=settings) as stack:
        yield Spoken(home, Operator(stack))


def in_words(lines: list[Mapping[str, object]], *, words: Dictionary) -> list[str]:
    """Return one callee's call: texts and words as they were heard, keys and the extension between them."""
    return [word for line in lines if (word := _in_words(line, words=words))]


def _in_words(line: Mapping[str, object], *, words: Dictionary) -> str:
    match line["event"]:
        case "sound":
            return words.text_of(str(line["sound"]))
        case "key":
            return f"<key {line['key']}>"
        case "bridged":
            return f"<talks with {line['target']}>"
        case "stopped":
            return BROKEN_OFF
        case _:
            return ""


def check_heard(debtor: Debtor, said: list[str]) -> None:
    """Compare what one callee heard with what the template says."""
    opening = debtor.prompt
    for key in debtor.keys:
        said = until_key(key, said, opening=opening)
        if key in ENDS:
            assert said == ENDS[key]
            return
        opening = [WRONG, *debtor.prompt]
    if debtor.hangs_up:
        assert said
        assert is_start_of(said, opening)
    else:
        assert said == [*opening, GOODBYE]


def until_key(key: str, said: list[str], *, opening: list[str]) -> list[str]:
    """Return what followed a key: it stopped the opening a moment later, or that was over."""
    at = said.index(f"<key {key}>")
    begun, rest = said[:at], said[at + 1 :]
    assert is_start_of(begun, opening)
    while rest and opening[len(begun) : len(begun) + 1] == rest[:1]:
        begun.append(rest.pop(0))
    return rest[1:] if rest[:1] == [BROKEN_OFF] else rest


ENDS: Final = {
    "1": [CONFIRMED, GOODBYE],
    "2": [f"<talks with user/{EXTENSION}>"],
    "9": [STOPPED, GOODBYE],
}


@pytest.mark.slow
def test_each_callee_hears_what_the_template_says_and_keys_come_home(spoken: Spoken) -> None:
    operator, leads = spoken.operator, debtors(LEADS)
    template = operator.stack.post("/v3/template", {"template_name": "debt", **TEMPLATE})["template_uuid"]
    chosen = {"template_uuid": template, "concurrent_call": 100, "callback_url": operator.stack.receiver.url}
    campaign = operator.campaign(carrier=operator.carrier(concurrent_call=100), **chosen)
    rows = [debtor.row for debtor in leads]
    assert operator.add_leads(operator.new_list(campaign), rows) == LEADS

    operator.start(campaign)
    operator.wait_until_over(campaign, seconds=240)

    texts = [text for debtor in leads for text in debtor.prompt] + [CONFIRMED, STOPPED, WRONG, GOODBYE]
    words, heard = spoken.dictionary(texts), spoken.heard()
    for debtor in leads:
        check_heard(debtor, in_words(heard[debtor.phone], words=words))
    cdrs: dict[str, Mapping[str, Any]] = {}  # Any: JSON
    for offset in range(0, LEADS, 100):
        page = operator.stack.get("/v3/cdr", campaign_uuid=campaign, limit=100, offset=offset)["data"]
        cdrs |= {cdr["to_number"]: cdr for cdr in page}
    wait_until(lambda: len(operator.stack.receiver.cdrs) >= LEADS, seconds=60)
    expected = {debtor.phone: debtor.keys for debtor in leads}
    assert {phone: json.loads(cdr["press_key"]).get("keys", []) for phone, cdr in cdrs.items()} == expected
    received = operator.stack.receiver.cdrs
    assert {phone: received[cdr["id"]]["press_key"] for phone, cdr in cdrs.items()} == {
        phone: cdr["press_key"] for phone, cdr in cdrs.items()
    }
    assert {cdr["status"] for cdr in cdrs.values()} == {"answered"}

    opted_out = {debtor.phone for debtor in leads if debtor.keys[-1:] == ["9"]}
    again = operator.campaign(carrier=operator.carrier(concurrent_call=100), **chosen)
    asked = [debtor.row for debtor in leads if debtor.phone in opted_out or debtor.hangs_up]
    operator.add_leads(operator.new_list(again), asked)
    operator.start(again)
    operator.wait_until_over(again, seconds=120)

    assert opted_out
    assert {line.number for line in operator.dials(again)} == {row["phone_number"] for row in asked} - opted_out


@pytest.mark.slow
def test_a_call_is_recorded_behind_its_sentence_and_a_machine_gets_the_message_behind_its_beep(spoken: Spoken) -> None:
    operator, stack = spoken.operator, spoken.operator.stack
    body = {"template_name": "reminder", "content": REMINDED, "voice_tts": "north-f-01", "voicemail": "leave_message"}
    campaign = operator.campaign(
        carrier=operator.carrier(voicemail_detector="avmd"),
        template_uuid=stack.post("/v3/template", body)["template_uuid"],
        callback_url=stack.receiver.url,
        enable_recording=True,
        recording_consent=CONSENT,
    )
    operator.import_leads(campaign, [PERSON, MACHINE])

    operator.start(campaign)
    operator.wait_until_over(campaign, seconds=120)

    words, heard = spoken.dictionary([REMINDED, CONSENT]), spoken.heard()
    assert in_words(heard[PERSON], words=words) == [CONSENT, REMINDED]
    behind_the_beep = heard[MACHINE][[line["event"] for line in heard[MACHINE]].index("beep") + 1 :]
    assert [word for word in in_words(behind_the_beep, words=words) if word != BROKEN_OFF] == [REMINDED]
    cdrs = {cdr["to_number"]: cdr for cdr in stack.get("/v3/cdr", campaign_uuid=campaign)["data"]}
    assert {phone: cdr["status"] for phone, cdr in cdrs.items()} == {PERSON: "answered", MACHINE: "voicemail"}
    (seconds,) = [float(str(line["seconds"])) for line in heard[PERSON] if line["event"] == "recorded"]
    with wave.open(io.BytesIO(stack.api.get(cdrs[PERSON]["recording_url"]).content)) as recording:
        assert seconds <= recording.getnframes() / recording.getframerate() < seconds + 1
    wait_until(lambda: len({cdr["id"] for cdr in cdrs.values()} & set(stack.receiver.cdrs)) == 2, seconds=60)
    told = stack.receiver.cdrs[cdrs[PERSON]["id"]]
    assert told["recording_url"] == cdrs[PERSON]["recording_url"]

    stack.post("/v3/erasure", {"phone_number": PERSON})

    assert stack.api.get(cdrs[PERSON]["recording_url"]).status_code == 404


@pytest.mark.slow
def test_a_code_is_said_twice_and_is_found_nowhere_afterwards(spoken: Spoken) -> None:
    operator, phone = spoken.operator, "0981777000"
    body = {"template_name": "code", "content": f"{ANNOUNCED} {{{{code_otp}}}}", "voice_tts": "north-f-01"}
    operator.stack.post("/v3/template", body)
    campaign = operator.campaign(carrier=operator.carrier())
    asked = {"campaign_uuid": campaign, "template": "code", "code_otp": CODE, "phone_number": phone}

    with Spy(operator.stack.environment, home=spoken.home) as spy:
        call = operator.stack.post("/v3/autocall/otp", asked)["call_id"]
        operator.wait_until_over(campaign, seconds=60)
        wait_until(lambda: not list(spoken.sounds.glob("j*/j*.wav")), seconds=30)
        path = f"/v3/cdr/{call}"
        wait_until(lambda: operator.stack.get(path)["additional"]["code_otp"] == "", seconds=30)

    played = [line for line in spoken.heard()[phone] if line["event"] == "sound"]
    (file,) = [spoken.copies / f"{line['sound']}.wav" for line in played]
    said = spoken.dictionary([ANNOUNCED]).read(file)
    first, between, second = said[1:7], said[7:-6], said[-6:]
    assert (said[0], first, second) == (ANNOUNCED, CODE_IN_WORDS, CODE_IN_WORDS)
    assert not set(between) & set(DIGITS)
    assert spy.has_recorded(BROKER, "callbeat.place_calls")
    assert spy.has_recorded(SWITCH, "CHANNEL_ANSWER")
    assert spy.found(CODE) == []
    assert spy.found(" ".join(CODE_IN_WORDS)) == []
