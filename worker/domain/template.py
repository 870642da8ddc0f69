"""A template as it is played: every field of the wire with its meaning (worker/REFERENCE.md#template)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from worker.domain.errors import Problem
from worker.domain.json_value import Json
from worker.domain.speech.pattern import Malformed, pattern_of
from worker.domain.speech.voice import Language, Voice
from worker.domain.voicemail import VoicemailPolicy

DEFAULT_OPT_OUT: Final = "9"
"""The key by which a callee of an advert asks for no more calls, unless the template names another one."""


class KeyAction(StrEnum):
    """What a key does after its own sound."""

    SAY = "say"
    TRANSFER = "transfer"
    OPT_OUT = "opt_out"
    REPEAT = "repeat"
    HANG_UP = "hangup"


_ACTIONS: Final[Mapping[str, KeyAction]] = {
    **dict.fromkeys(("", "say", "content", "tts", "audio", "audio_file"), KeyAction.SAY),
    **dict.fromkeys(("transfer", "extension", "hotline", "agent"), KeyAction.TRANSFER),
    **dict.fromkeys(("opt_out", "optout", "dnc", "do_not_call"), KeyAction.OPT_OUT),
    **dict.fromkeys(("repeat", "replay"), KeyAction.REPEAT),
    **dict.fromkeys(("hangup", "hang_up"), KeyAction.HANG_UP),
}
"""``type`` of a key; the original names only a transfer, and shows no value of it."""

KEY_TYPES: Final = tuple(sorted(_ACTIONS))


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said in one place: text to be rendered, or an uploaded sound; both are empty for silence."""

    text: str = ""
    audio_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOption:
    """One key that the callee may press."""

    digit: str
    action: KeyAction
    prompt: Prompt
    extension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message, the keys that it offers, and how long it waits for them."""

    voice: Voice
    prompt: Prompt
    keys: tuple[KeyOption, ...] = ()
    wrong_key: Prompt = Prompt()
    farewell: Prompt = Prompt()
    plays: int = 1
    """How often the prompt is played when no key is pressed."""
    wait_seconds: int = 0
    """How long a key is waited for after each play."""
    bounce_seconds: int = 0
    """The same key again within this time is the same press."""
    defaults: Mapping[str, Json]
    """Values for leads that have none of this key."""
    is_advert: bool = False
    voicemail: VoicemailPolicy = VoicemailPolicy.PLAY_ON

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Return everything that may be said, in the order of the fields."""
        return (self.prompt, *(key.prompt for key in self.keys), self.wrong_key, self.farewell)

    @property
    def opt_out(self) -> KeyOption | None:
        """Return the key by which the callee asks for no more calls."""
        return next((key for key in self.keys if key.action is KeyAction.OPT_OUT), None)


def template_of(body: Mapping[str, Json]) -> Template:
    """Return a stored template; what is missing or of another type, as in rows of old releases, has its default."""
    is_advert = body.get("advert") is True
    defaults = body.get("defaults")
    options = body.get("press_options") if body.get("enable_option") is True else None
    keys = tuple(_keys(options if isinstance(options, list) else []))
    if is_advert and all(key.action is not KeyAction.OPT_OUT for key in keys):
        said = KeyOption(digit=DEFAULT_OPT_OUT, action=KeyAction.OPT_OUT, prompt=Prompt())
        keys = (*(key for key in keys if key.digit != DEFAULT_OPT_OUT), said)
    return Template(
        voice=Voice(_text(body, "voice_tts"), _number(body, "speed_tts", 1.0), _language(body)),
        prompt=_prompt(body),
        keys=keys,
        wrong_key=_sound(body.get("invalid_sound")),
        farewell=_sound(body.get("exit_sound")),
        plays=max(1, int(_number(body, "max_timeout", 1))),
        wait_seconds=int(_number(body, "press_timeout", 1)),
        bounce_seconds=int(_number(body, "inter_digit_timeout", 1)),
        defaults=defaults if isinstance(defaults, Mapping) else {},
        is_advert=is_advert,
        voicemail=_voicemail(body),
    )


def faults_of(body: Mapping[str, Json]) -> tuple[Problem, ...]:
    """Return what makes a template unplayable, whatever the lead's values are."""
    template = template_of(body)
    options = body.get("press_options")
    rows = [one for one in options if isinstance(one, Mapping)] if isinstance(options, list) else []
    return (*_malformed(template), *_wrong_keys(rows, is_advert=template.is_advert))


def reads_values(template: Template) -> bool:
    """Return True when what is heard depends on the lead, or when a placeholder is broken."""
    marks = ("{{", "[[", "}}", "]]")
    return any(mark in prompt.text for prompt in template.prompts for mark in marks)


def _malformed(template: Template) -> Iterable[Problem]:
    named = {
        "content": template.prompt,
        **{f"press_options {key.digit}": key.prompt for key in template.keys},
        "invalid_sound": template.wrong_key,
        "exit_sound": template.farewell,
    }
    for field, prompt in named.items():
        try:
            pattern_of(prompt.text)
        except Malformed as error:
            yield Problem(field, str(error))


def _wrong_keys(rows: Iterable[Mapping[str, Json]], *, is_advert: bool) -> Iterable[Problem]:
    seen: set[str] = set()
    actions: dict[str, KeyAction] = {}
    for row in rows:
        digit, kind = _text(row, "press_num"), _text(row, "type").strip().casefold()
        if kind not in _ACTIONS:
            known = ", ".join(f'"{name}"' for name in KEY_TYPES)
            yield Problem("press_options", f"type of key {digit} must be one of the following: {known}")
        if digit in seen:
            yield Problem("press_options", f"key {digit} is given twice")
        seen.add(digit)
        if _is_on(row, "toggled"):
            actions[digit] = _action(row)
    if is_advert and KeyAction.OPT_OUT not in actions.values() and DEFAULT_OPT_OUT in actions:
        yield Problem("press_options", f"key {DEFAULT_OPT_OUT} of an advert must be its opt-out, or name another one")


def _keys(rows: Iterable[Json]) -> Iterable[KeyOption]:
    """Yield the keys that are switched on; of a key that is given twice, the first."""
    seen: set[str] = set()
    for row in rows:
        if not isinstance(row, Mapping) or not _is_on(row, "toggled") or (digit := _text(row, "press_num")) in seen:
            continue
        seen.add(digit)
        yield KeyOption(digit=digit, action=_action(row), prompt=_sound(row), extension=_text(row, "extension").strip())


def _action(row: Mapping[str, Json]) -> KeyAction:
    """Return what the key does; one with an extension and no type transfers to it."""
    kind = _text(row, "type").strip().casefold()
    if not kind and _text(row, "extension").strip():
        return KeyAction.TRANSFER
    return _ACTIONS.get(kind, KeyAction.SAY)


def _sound(sound: Json) -> Prompt:
    """Return a sound of its own; a missing one and one that is switched off are silence."""
    return _prompt(sound) if isinstance(sound, Mapping) and _is_on(sound, "enable") else Prompt()


def _prompt(row: Mapping[str, Json]) -> Prompt:
    if row.get("voice_type") == "audio_file":
        return Prompt(audio_file=_text(row, "audio_file"))
    return Prompt(text=_text(row, "content"))


def _is_on(row: Mapping[str, Json], key: str) -> bool:
    return row.get(key) is not False


def _voicemail(body: Mapping[str, Json]) -> VoicemailPolicy:
    policy = _text(body, "voicemail")
    return VoicemailPolicy(policy) if policy in set(VoicemailPolicy) else VoicemailPolicy.PLAY_ON


def _language(body: Mapping[str, Json]) -> Language:
    return Language.ENGLISH if body.get("language") == Language.ENGLISH else Language.VIETNAMESE


def _text(row: Mapping[str, Json], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _number(row: Mapping[str, Json], key: str, default: float) -> float:
    value = row.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default
