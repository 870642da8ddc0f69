"""What callees heard, held against promise 7: no silence, no other message than theirs, no half one without an end.

Each reminder and each code is read independently of the product (``tests/stack/reading.py``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.faults.evidence import CallRow, Evidence
from tests.faults.heard import Moment
from tests.faults.promises import Broken, Promise, Tolerance
from tests.faults.seen import Seen
from tests.faults.spoken import ANNOUNCED
from tests.stack.reading import CONFIRMED, DIGITS, EXTENSION, GOODBYE, STOPPED, WRONG
from worker.domain.call import LOST, CallState
from worker.domain.conversation_protocol import PLAY_GRACE_SECONDS
from worker.domain.outcome import UNPLAYED
from worker.domain.timing import ANSWERED_TO_SILENCE, SILENCE_ENDS

LET_GO_WITHIN: Final = ANSWERED_TO_SILENCE.total_seconds()
"""Promise 7: a process that dies or hangs costs its calls so much, never a silent line."""
WAITS_FOR_KEY: Final = 1.0
"""The reminder's ``press_timeout``."""
CUT_OFF_WITHIN: Final = PLAY_GRACE_SECONDS + SILENCE_ENDS.total_seconds() + 1
"""So long after the end of an act the switch ends a call whose voice process it cannot hear any more."""
OPTS_OUT: Final = "9"
ORDINARY: Final = "NORMAL_CLEARING"
BRIDGED: Final = f"<talks with {EXTENSION}>"
TAILS: Final[Mapping[str, tuple[str, ...]]] = {
    "1": (CONFIRMED, GOODBYE),
    "2": (BRIDGED,),
    OPTS_OUT: (STOPPED, GOODBYE),
}
"""What follows each key of the reminder; any other key is a wrong one."""
LATE_KEY_SECONDS: Final = 1.0
"""A key that comes so late before the good-bye may be past the menu for the voice process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One answered call with whom a voice process had to speak."""

    call: str
    number: str
    answered: Seen
    end: Seen | None
    """None when the switch died with the call."""
    moments: Sequence[Moment]

    @property
    def over_at(self) -> float:
        return float("inf") if self.end is None else self.end.at

    @property
    def said(self) -> list[str]:
        """Return what was heard, text by text, with the extension that the callee talked with."""
        return [word for moment in self.moments for word in (BRIDGED,) * (moment.event == "bridged") + moment.says]

    @property
    def keys(self) -> str:
        return "".join(moment.key for moment in self.moments)

    @property
    def may_end_anywhere(self) -> bool:
        """Return True when the callee left, the switch died, or the end's cause says that not all was said."""
        left = any(moment.event == "left" for moment in self.moments)
        return left or self.end is None or self.end.cause != ORDINARY


def conversations(evidence: Evidence) -> Iterator[Conversation]:
    """Yield each answered call of the campaigns that speak; one that was dialled again belongs to its last answer."""
    answers: dict[str, Seen] = {}
    for line in evidence.lines:
        if line.event == "killed":
            for call, answered in list(answers.items()):
                if answered.switch == line.switch:
                    yield _conversation(answers.pop(call), None, evidence=evidence)
        elif line.event == "answered" and line.number in (
            evidence.speech.scripts.keys() | evidence.speech.codes.keys()
        ):
            answers[line.call] = line
        elif line.event == "hangup" and line.call in answers:
            yield _conversation(answers.pop(line.call), line, evidence=evidence)


def _conversation(answered: Seen, end: Seen | None, *, evidence: Evidence) -> Conversation:
    until = float("inf") if end is None else end.at
    moments = [one for one in evidence.speech.lines.get(answered.call, ()) if answered.at <= one.at <= until]
    return Conversation(call=answered.call, number=answered.number, answered=answered, end=end, moments=moments)


def left_to_silence(evidence: Evidence, *, tolerance: Tolerance) -> Iterator[Broken]:
    """Find callees who heard nothing for longer than a voice process may be away."""
    for one in conversations(evidence):
        for since, until, allowed in _silences(one, evidence=evidence):
            silent = until - since - _stood_still(evidence, switch=one.answered.switch, since=since, until=until)
            if silent > allowed + tolerance.silence:
                facts = {"call": one.call, "since": since, "seconds": silent, "allowed": allowed}
                yield Broken(Promise.SILENCE, "a callee was left to silence", facts)


def _silences(one: Conversation, *, evidence: Evidence) -> Iterator[tuple[float, float, float]]:
    """Yield from when to when nothing was heard, and how long that may be."""
    if one.end is None:
        return
    is_cut_off = any(moment.port == evidence.speech.relay_port != 0 for moment in one.moments)
    since, allowed, nominal = one.answered.at, LET_GO_WITHIN, 0.0
    for moment in one.moments:
        if moment.event == "bridged":
            return
        if moment.event == "sound":
            yield since, moment.at, allowed
            since, nominal = moment.at + moment.seconds / evidence.speed, moment.seconds
            allowed = WAITS_FOR_KEY + (nominal + CUT_OFF_WITHIN if is_cut_off else LET_GO_WITHIN)
        elif moment.event == "stopped":
            since = min(since, moment.at)
    yield since, one.over_at, allowed


def _stood_still(evidence: Evidence, *, switch: str, since: float, until: float) -> float:
    stops = (stop for stop in evidence.switch_stopped if stop.switch == switch)
    return sum(max(0.0, min(stop.until, until) - max(stop.since, since)) for stop in stops)


def wrong_messages(evidence: Evidence) -> Iterator[Broken]:
    """Find callees who heard what was not for them, a part of a sound, or half a message that ended as if whole."""
    for one in conversations(evidence):
        facts = {"call": one.call, "said": one.said, "keys": one.keys, "end": one.end and one.end.cause}
        if any(moment.seconds < moment.due_seconds - 0.05 for moment in one.moments):
            yield Broken(Promise.MESSAGE, "a sound was shorter than its text", facts)
        if not _fits(one, evidence=evidence):
            yield Broken(Promise.MESSAGE, "a callee heard another message, or half of one as if it were whole", facts)


def _fits(one: Conversation, *, evidence: Evidence) -> bool:
    if one.number in evidence.speech.codes:
        return _is_code(one, code=evidence.speech.codes[one.number])
    opening = list(evidence.speech.scripts[one.number])
    said, key = one.said, one.keys[:1] if _offers_keys(one, evidence=evidence) else ""
    if said == opening[: len(said)]:
        if len(said) == len(opening):
            return not key or _came_late(one)
        return one.may_end_anywhere
    tail = TAILS.get(key, (WRONG, *opening)) if key else ()
    before = _common(said, opening)
    return any(
        said[begun:] == list(tail[: len(said) - begun])
        and (len(said) - begun == len(tail) or one.may_end_anywhere)
        for begun in range(before + 1)
    )  # fmt: skip


def _came_late(one: Conversation) -> bool:
    """Return whether the first key came when the menu was over, or nearly so."""
    pressed = next(moment.at for moment in one.moments if moment.event == "key")
    bidden = [moment.at for moment in one.moments if GOODBYE in moment.says]
    return bool(bidden) and pressed > bidden[-1] - LATE_KEY_SECONDS


def _common(said: Sequence[str], opening: Sequence[str]) -> int:
    """Return how many words at the beginning are the same."""
    pairs = zip(said, opening, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(said), len(opening)))


def _is_code(one: Conversation, *, code: str) -> bool:
    """Return whether a code was said twice, digit by digit; all of it is one sound."""
    if not one.said:
        return one.may_end_anywhere
    words = [DIGITS[int(digit)] for digit in code]
    begins, between, ends = one.said[: len(words) + 1], one.said[len(words) + 1 : -len(words)], one.said[-len(words) :]
    return begins == [ANNOUNCED, *words] and ends == words and bool(between) and not set(between) & set(DIGITS)


def dialled_after_opting_out(evidence: Evidence, *, tolerance: Tolerance) -> Iterator[Broken]:
    """Find callees whose row has the opt-out key and who are not barred, and dials of those who are."""
    barred = {one.phone: one.since for one in evidence.speech.barred}
    for row, one in _settled(evidence):
        keys = evidence.speech.pressed.get(row.id, "")
        facts = {"call": one.call, "number": one.number, "keys": keys}
        if OPTS_OUT not in keys or not _offers_keys(one, evidence=evidence):
            continue
        if one.number not in barred:
            yield Broken(Promise.OPT_OUT, "a callee opted out and is not on do-not-call", facts)
            continue
        later = [line for line in evidence.lines if (line.event, line.number) == ("originated", one.number)]
        for line in later:
            if line.at > barred[one.number] + tolerance.on_its_way and line.at > one.answered.at:
                yield Broken(Promise.OPT_OUT, "a callee who had opted out was dialled", facts | {"at": line.at})


def _offers_keys(one: Conversation, *, evidence: Evidence) -> bool:
    return evidence.speech.scripts.get(one.number, ("",))[-1] == GOODBYE


def other_keys(evidence: Evidence) -> Iterator[Broken]:
    """Find rows whose keys are not those that were pressed; an end that nobody told may lack the last ones."""
    for row, one in _settled(evidence):
        stored = evidence.speech.pressed.get(row.id, "")
        is_told = one.end is not None and row.assumed_at is None and row.cause != LOST
        if stored != one.keys if is_told else not one.keys.startswith(stored):
            facts = {"call": one.call, "pressed": one.keys, "stored": stored, "told": is_told}
            yield Broken(Promise.KEYS, "a CDR has other keys than were pressed", facts)


def _settled(evidence: Evidence) -> Iterator[tuple[CallRow, Conversation]]:
    for one in conversations(evidence):
        row = evidence.rows.calls.get(one.call)
        if row is not None and row.state == CallState.ENDED:
            yield row, one


def codes_left_behind(evidence: Evidence) -> Iterator[Broken]:
    """Find files in which a code is, and sounds of single calls that outlived them."""
    for file, number in evidence.speech.found:
        yield Broken(Promise.CODES, "a code was found afterwards", {"file": file, "number": number})
    for sound in evidence.speech.left_over:
        yield Broken(Promise.CODES, "a sound of one call is still there", {"sound": sound})


def at_stake(evidence: Evidence) -> Mapping[Promise, int]:
    """Count what each promise was held against."""
    spoken = list(conversations(evidence))
    opted_out = [one for one in spoken if OPTS_OUT in one.keys and _offers_keys(one, evidence=evidence)]
    return {
        Promise.SILENCE: len(spoken),
        Promise.MESSAGE: sum(bool(one.said) for one in spoken),
        Promise.KEYS: sum(bool(one.keys) for one in spoken),
        Promise.OPT_OUT: len(opted_out),
        Promise.CODES: len(evidence.speech.codes),
    }


def without_a_word(evidence: Evidence) -> int:
    """Count the answered calls that ended because nothing could be said."""
    ends = ((one.end, one.said) for one in conversations(evidence))
    return sum(end is not None and end.cause == UNPLAYED and not said for end, said in ends)
