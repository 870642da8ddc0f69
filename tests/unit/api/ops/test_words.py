"""Both languages are complete, and say the same facts."""

import re
from string import Formatter

import pytest

from api.ops.render import TEMPLATES
from api.ops.wording import Wording
from api.ops.words import WORDS
from api.ops.words.reasons import VIETNAMESE
from tests.builders import HANOI, NOON
from worker.domain.call import Outcome
from worker.domain.campaign import Mode
from worker.domain.language import Language
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.domain.reason import Reason, Why
from worker.domain.role import Role
from worker.domain.run_state import RunState
from worker.domain.tally import TalkTime

ENGLISH = Wording(Language.ENGLISH, HANOI, NOON)
VIETNAM = Wording(Language.VIETNAMESE, HANOI, NOON)


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_each_text_exists_in_both_languages_with_the_same_facts(key: str) -> None:
    english, vietnamese = WORDS[key]

    assert english
    assert vietnamese
    assert facts(english) == facts(vietnamese)


def test_each_reason_is_said_in_both_languages() -> None:
    assert set(VIETNAMESE) == set(Reason)
    for reason in Reason:
        assert ENGLISH.why(Why(reason)).endswith(".")
        assert VIETNAM.why(Why(reason)) != ENGLISH.why(Why(reason))


def test_each_member_of_a_closed_set_has_its_text() -> None:
    wanted = {
        *(f"state.{one}" for one in RunState),
        *(f"network.{one}" for one in Network),
        *(f"outcome.{one}" for one in Outcome),
        *(f"talk.{one}" for one in TalkTime if one is not TalkTime.NONE),
        *(f"role.{one}" for one in Role),
        *(f"mode.{one}" for one in Mode),
        *(f"stage.{one}" for one in Stage if one is not Stage.DONE),
        *(f"ending.{one}" for one in Ending),
    }

    assert wanted - WORDS.keys() == set()


def test_each_text_that_a_template_names_exists_and_templates_hold_no_other_words() -> None:
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"\bt\(\s*[\"']([\w.]+)[\"']\s*[,)]", text))
        assert named - WORDS.keys() == set(), path.name
        said = re.sub(r"\{[%{].*?[%}]\}|<[^>]*>", " ", text, flags=re.DOTALL).replace("Callbeat", "")
        assert not re.search(r"[a-z]{3,}", said), (path.name, said.split())


def test_numbers_and_times_follow_language_and_zone() -> None:
    assert (ENGLISH.number(12345), VIETNAM.number(12345)) == ("12,345", "12.345")
    assert (ENGLISH.number(1.5, digits=1), VIETNAM.number(1.5, digits=1)) == ("1.5", "1,5")
    assert (ENGLISH.number(None), ENGLISH.percent(0.256)) == ("-", "26 %")
    assert (ENGLISH.when(NOON), ENGLISH.when(NOON.add(days=1)), VIETNAM.when(NOON.add(days=1))) == (
        "12:00",
        "Tue 24/11 12:00",
        "T3 24/11 12:00",
    )


def test_a_reason_names_its_facts() -> None:
    why = Why(Reason.CAMPAIGN_NETWORK_LIMIT, network=Network.MOBI, in_use=3, limit=3)
    shut = Why(Reason.WINDOW_SHUT, until=NOON.add(hours=2))
    of_switch = Why(Reason.NO_SWITCH, switch="pbx-1")

    assert ENGLISH.why(why) == "The campaign's channels of this network are all in use (on MobiFone; 3 of 3 in use)."
    assert VIETNAM.why(shut) == "Hiện ngoài khung giờ gọi của chiến dịch (đến 14:00)."
    assert "pbx-1" not in ENGLISH.why(of_switch)
    assert "pbx-1" in Wording(Language.ENGLISH, HANOI, NOON, names_switches=True).why(of_switch)
