"""Answers of templates, their previews, and uploaded sounds."""

from typing import Any, Final, Literal
from uuid import UUID

from pydantic import Field, create_model

from api.requests.template import TemplateBody, VoiceType
from api.responses.models.base import MAYBE, Answer, Moment, Taken
from worker.domain.script import Finish
from worker.domain.speech.voice import Language


class Sound(Answer):
    """A sound that is played before the hang-up or after a wrong key."""

    enable: bool
    voice_type: VoiceType
    content: str
    audio_file: str


class PressOption(Answer):
    """What a key does; what is not set is left out."""

    toggled: bool = MAYBE
    voice_type: VoiceType = MAYBE
    enable: bool = MAYBE
    content: str = MAYBE
    audio_file: str = MAYBE
    type: str = MAYBE
    extension: str = MAYBE


class ManagedTemplate(Answer):
    """A template: what callees hear and may press."""

    domain_uuid: UUID
    template_uuid: UUID
    template_name: str
    press_options: list[dict[str, PressOption]]
    revision: int
    created_at: Moment
    updated_at: Moment


_OTHER_TYPES: Final[dict[str, Any]] = {"exit_sound": Sound | None, "invalid_sound": Sound | None}  # Any: types
_SINCE_0_2: Final = frozenset({"language", "advert", "defaults", "voicemail"})
"""Templates of release 0.1 are stored without them."""


def _speech() -> dict[str, Any]:  # Any: types and fields, as Pydantic takes them
    asked = {n: f for n, f in TemplateBody.model_fields.items() if n not in ManagedTemplate.model_fields}
    return {
        name: (
            _OTHER_TYPES.get(name, field.annotation),
            Field(None if name in _SINCE_0_2 else ..., description=field.description),
        )
        for name, field in asked.items()
    }


Template = create_model("Template", __base__=ManagedTemplate, __doc__=ManagedTemplate.__doc__, **_speech())


class TemplateCreated(Taken):
    """The new template; `created` is a text, as clients of the reference read it."""

    created: Literal["true"]
    template_uuid: UUID


class TemplateChanged(Taken):
    """The changed template."""

    created: bool
    template_uuid: UUID
    updated: Literal["true"]


class TemplateDeleted(Answer):
    """That a template was deleted."""

    deleted: Literal["true"]
    stopped: list[UUID] = MAYBE


class SpeechPart(Answer):
    """A part of what is heard: one of these keys."""

    word: str = MAYBE
    text: str = MAYBE
    audio_file: str = MAYBE
    pause_milliseconds: int = MAYBE


class Speech(Answer):
    """What is heard, as a text and in parts."""

    heard: str
    parts: list[SpeechPart]


class ScriptStep(Answer):
    """A step of a call; which other keys it has depends on `step`."""

    step: Literal["say", "menu", "transfer", "opt_out", "record", "repeat", "hangup"]
    heard: str = MAYBE
    parts: list[SpeechPart] = MAYBE
    extension: str = MAYBE
    finish: Finish = MAYBE
    plays: int = MAYBE
    wait_seconds: float = MAYBE
    bounce_seconds: float = MAYBE
    keys: dict[str, "list[ScriptStep]"] = MAYBE
    wrong_key: Speech = MAYBE
    after_wrong_keys: "list[ScriptStep]" = MAYBE


class TemplatePreview(Taken):
    """What a callee would hear and may press."""

    template_uuid: UUID
    template_name: str
    language: Language
    voice_tts: str
    speed_tts: float
    silent: bool
    steps: list[ScriptStep]
    sound: str = MAYBE
    milliseconds: int = MAYBE


class Audio(Answer):
    """An uploaded sound."""

    domain_uuid: UUID
    audio_uuid: UUID
    audio_name: str
    user_uuid: str
    milliseconds: int
    created_at: Moment


class TemplateNamed(Answer):
    """A template."""

    template_uuid: UUID
    template_name: str


class AudioInUse(Audio):
    """An uploaded sound, and the templates that play it."""

    used_by: list[TemplateNamed]


class AudioCreated(Taken):
    """The new sound."""

    created: bool
    id: UUID
    milliseconds: int


class Message(Answer):
    """That the request was carried out."""

    message: str
