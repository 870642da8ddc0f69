"""What the judge finds in what callees heard: a3 is a debtor with a reminder, or gets a code, in one call."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from tests.faults.evidence import Evidence
from tests.faults.heard import Barred, Moment, Speech
from tests.faults.judge import Promise, checks
from tests.faults.planted import PHONES, START, broken, carried, clean, in_order, with_call
from tests.faults.speech_engine import seconds_of
from tests.faults.voice_rules import WAITS_FOR_KEY, without_a_word
from tests.stack.reading import CONFIRMED, GOODBYE, STOPPED, WRONG, Debtor

DEBTOR: Final = PHONES["a3"]
CALL: Final = "a3-1"
AT: Final = 4.0
ANSWERED: Final = START + AT + 1
PROMPT: Final = Debtor(phone=DEBTOR, name="Lan", amount=5, due=date(2026, 3, 5), is_iso=True).prompt
EXTENSION: Final = "<talks with 101>"
DROPPED: Final = "SERVICE_UNAVAILABLE"


def sounds(texts: Sequence[str], *, at: float) -> list[Moment]:
    """Return texts that were heard one after the other, ten times as fast as they are."""
    moments = []
    for text in texts:
        moments.append(heard(text, at=at))
        at += seconds_of(text) / 10
    return moments


def heard(text: str, *, at: float, share: float = 1.0) -> Moment:
    due = seconds_of(text)
    return Moment(at=at, event="sound", says=(text,), seconds=due * share, due_seconds=due)


def at_the_end(moments: Sequence[Moment]) -> float:
    """Return when the last sound was over."""
    return max((moment.at + moment.seconds / 10 for moment in moments), default=ANSWERED)


def key(digit: str, *, at: float) -> Moment:
    return Moment(at=at, event="key", key=digit)


def with_talk(
    moments: Sequence[Moment], *, cause: str = "NORMAL_CLEARING", over_at: float | None = None, **speech: Any
) -> Evidence:
    """Return the clean run with this heard by the debtor, whose call then ended."""
    evidence = clean()
    ends = at_the_end(moments) + 0.1 if over_at is None else over_at
    begun, hung_up = carried(CALL, at=AT, lasts=ends - START - AT, cause=cause)
    answered = replace(begun, event="answered", at=ANSWERED)
    others = [line for line in evidence.lines if line.call != CALL]
    rows = {**evidence.rows.calls, CALL: replace(evidence.rows.calls[CALL], ended_at=ends)}
    pressed = "".join(moment.key for moment in moments)
    return replace(
        evidence,
        lines=in_order([*others, begun, answered, hung_up]),
        rows=replace(evidence.rows, calls=rows),
        speed=10.0,
        speech=replace(
            Speech(lines={CALL: moments}, scripts={DEBTOR: (*PROMPT, GOODBYE)}, pressed={CALL: pressed}, relay_port=7),
            **speech,
        ),
    )


WHOLE: Final = [*(said := sounds(PROMPT, at=ANSWERED + 0.1)), heard(GOODBYE, at=at_the_end(said) + WAITS_FOR_KEY)]
SOME: Final = sounds(PROMPT[:3], at=ANSWERED + 0.1)
PRESSED_AT: Final = at_the_end(SOME) - 0.05


def after(digit: str, *texts: str) -> list[Moment]:
    """Return a beginning that a key interrupts, and what followed."""
    return [
        *SOME,
        key(digit, at=PRESSED_AT),
        Moment(at=PRESSED_AT, event="stopped"),
        *sounds(texts, at=PRESSED_AT + 0.1),
    ]


@pytest.mark.parametrize(
    "moments",
    [
        WHOLE,
        after("1", CONFIRMED, GOODBYE),
        [*after("2"), Moment(at=PRESSED_AT + 0.2, event="bridged")],
        after("5", WRONG, *PROMPT, GOODBYE),
        [*SOME, key("1", at=PRESSED_AT), *sounds([PROMPT[3], CONFIRMED, GOODBYE], at=PRESSED_AT + 0.05)],
        [*WHOLE, key("1", at=WHOLE[-1].at - 0.1)],
        [*SOME, Moment(at=at_the_end(SOME), event="left")],
    ],
    ids=["whole", "key 1", "transfer", "wrong key", "a word more", "late key", "left"],
)
def test_what_the_template_says_is_right(moments: list[Moment]) -> None:
    evidence = with_talk(sorted(moments, key=lambda moment: moment.at))

    assert broken(evidence) == []
    assert checks(evidence)[Promise.MESSAGE] == 1


@pytest.mark.parametrize(
    "moments",
    [
        SOME,
        sounds([*PROMPT[:1], "Trần Văn B", *PROMPT[2:], GOODBYE], at=ANSWERED),
        after("1", STOPPED, GOODBYE),
        after("1", CONFIRMED),
        after("2", GOODBYE),
        [heard(PROMPT[0], at=ANSWERED, share=0.5), *sounds([*PROMPT[1:], GOODBYE], at=ANSWERED + 0.1)],
        [key("1", at=ANSWERED + 0.2), *WHOLE],
    ],
    ids=["half", "another name", "another key", "half an answer", "no transfer", "half a sound", "key ignored"],
)
def test_another_message_and_half_of_one_are_found(moments: list[Moment]) -> None:
    assert Promise.MESSAGE in broken(with_talk(moments))


def test_half_a_message_may_end_with_a_cause_of_ours() -> None:
    assert broken(with_talk(SOME, cause=DROPPED)) == []


def test_a_callee_who_is_left_to_silence_is_found() -> None:
    within, late = (with_talk([], cause=DROPPED, over_at=ANSWERED + seconds) for seconds in (3.5, 4.5))

    assert broken(within) == []
    assert broken(late) == [Promise.SILENCE]
    assert without_a_word(late) == 1


def test_a_silence_in_the_middle_is_found() -> None:
    ends = at_the_end(SOME)
    within, late = (with_talk(SOME, cause=DROPPED, over_at=ends + seconds) for seconds in (4.5, 5.5))

    assert broken(within) == []
    assert broken(late) == [Promise.SILENCE]


def test_a_network_that_falls_silent_costs_as_long_as_the_switch_waits_for_the_act() -> None:
    ends, act = at_the_end(SOME), SOME[-1].seconds
    through = [Moment(at=ANSWERED, event="connected", port=7), *SOME]

    assert broken(with_talk(through, cause=DROPPED, over_at=ends + act + 8)) == []
    assert broken(with_talk(through, cause=DROPPED, over_at=ends + act + 12)) == [Promise.SILENCE]


@pytest.mark.parametrize("stored", ["", "2", "11"])
def test_a_cdr_with_other_keys_is_found(stored: str) -> None:
    evidence = with_talk(after("1", CONFIRMED, GOODBYE))

    assert broken(replace(evidence, speech=replace(evidence.speech, pressed={CALL: stored}))) == [Promise.KEYS]


def test_an_end_that_nobody_told_may_lack_a_key_but_has_no_other() -> None:
    evidence = with_talk(after("1", CONFIRMED, GOODBYE))
    rows = {**evidence.rows.calls, CALL: replace(evidence.rows.calls[CALL], assumed_at=START + 100)}
    assumed = replace(evidence, rows=replace(evidence.rows, calls=rows))

    for stored, wrong in (("", []), ("2", [Promise.KEYS])):
        assert broken(replace(assumed, speech=replace(assumed.speech, pressed={CALL: stored}))) == wrong


def opted_out(*, since: float | None) -> Evidence:
    barred = () if since is None else (Barred(tenant="T", phone=DEBTOR, since=START + since),)
    return with_talk(after("9", STOPPED, GOODBYE), barred=barred)


def test_a_callee_who_opted_out_has_to_be_on_do_not_call() -> None:
    assert broken(opted_out(since=10)) == []
    assert broken(opted_out(since=None)) == [Promise.OPT_OUT]


def test_a_dial_after_an_opt_out_is_found() -> None:
    again = with_call(opted_out(since=10), "a3-2", at=60)

    assert Promise.OPT_OUT in broken(again)
    assert checks(again)[Promise.OPT_OUT] == 1


@pytest.mark.parametrize(
    ("said", "is_right"),
    [
        (["Mã xác thực của quý khách là", "một", "hai", "Xin nhắc lại", "một", "hai"], True),
        (["Mã xác thực của quý khách là", "một", "ba", "Xin nhắc lại", "một", "hai"], False),
        (["Mã xác thực của quý khách là", "một", "hai"], False),
        ([], False),
    ],
    ids=["twice", "another digit", "once", "nothing"],
)
def test_a_code_has_to_be_said_twice(said: list[str], *, is_right: bool) -> None:
    sound = Moment(at=ANSWERED + 0.1, event="sound", says=tuple(said), seconds=20)

    evidence = with_talk([sound], scripts={}, codes={DEBTOR: "12"})

    assert (broken(evidence) == []) is is_right


def test_a_code_in_a_file_is_found() -> None:
    evidence = with_talk([], cause=DROPPED, found=(("worker-1.log", DEBTOR),))

    assert broken(evidence) == [Promise.CODES]
