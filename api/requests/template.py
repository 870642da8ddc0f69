"""A template as clients send it."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from api.requests.body import Body
from api.requests.fields import Line, Name, Revision, Text, meaning, to_uuid, uuid_of, without_defaults
from api.requests.unused_keys import OF_TEMPLATE
from api.requests.values import Values
from worker.domain.errors import NotFound
from worker.domain.ids import LeadId, TemplateId
from worker.domain.json_value import Json

LONGEST_SPEECH = 10_000
MOST_KEYS = 100


def _canonical(text: str) -> str:
    """Return an id as its sound is named; other texts, of dialplans of operators, stay."""
    found = uuid_of(text)
    return text if found is None else str(found)


VoiceType = Literal["tts", "audio_file"]
Speech = Annotated[str, Field(max_length=LONGEST_SPEECH)]
Seconds = Annotated[int, Field(ge=0, le=3600)]
AudioFile = Annotated[Line, AfterValidator(_canonical)]
Times = Annotated[int, Field(ge=0, le=100)]


class SoundBody(Body):
    """A sound that is played before the hang-up or after a wrong key."""

    enable: bool = True
    voice_type: VoiceType = "tts"
    content: Speech = ""
    audio_file: AudioFile = ""


class PressOptionBody(Body):
    """What a key does."""

    press_num: Annotated[str, Field(pattern="^[0-9]$")]
    toggled: bool = True
    voice_type: VoiceType = "tts"
    enable: bool = True
    content: Speech = ""
    audio_file: AudioFile = ""
    type: Line = ""
    extension: Line = ""


KeyBodies = Annotated[list[PressOptionBody], Field(max_length=MOST_KEYS)]


def _keys(value: Any) -> Any:  # Any: checked as a list after this
    """Return keys that are given as an answer of ours writes them, by digit, in the form in which they are sent."""
    if not isinstance(value, list):
        return value
    return [_key(one) for one in value]


def _key(one: Any) -> Any:  # Any: see above
    if isinstance(one, dict) and len(one) == 1:
        digit, option = next(iter(one.items()))
        if isinstance(option, dict):
            return {**option, "press_num": digit}
    return one


class TemplateBody(Body):
    """A template to be created."""

    UNUSED = OF_TEMPLATE

    template_uuid: Line = ""
    template_name: Name
    voice_type: VoiceType = "tts"
    voice_tts: Literal["", "north-m-01", "north-f-01", "north-m-02", "north-f-02", "south-m-03", "south-f-03"] = ""
    speed_tts: Annotated[float, Field(ge=0, le=2)] = 1
    content: Speech = ""
    audio_file: AudioFile = ""
    enable_option: bool = False
    exit_sound: SoundBody | None = None
    invalid_sound: SoundBody | None = None
    press_options: Annotated[KeyBodies | None, BeforeValidator(_keys)] = None
    press_timeout: Seconds = 1
    max_timeout: Times = 1
    inter_digit_timeout: Seconds = 1
    description: Text = ""
    language: Annotated[Literal["vi", "en"], meaning("The language in which numbers and dates are read aloud.")] = "vi"
    advert: Annotated[
        bool, meaning("True: every callee may opt out, by key 9 unless another key has the type `opt_out`.")
    ] = False
    voicemail: Annotated[
        Literal["", "hang_up", "leave_message", "answered"],
        meaning(
            "What is done when the carrier's `voicemail_detector` finds a machine.",
            "Empty: the message goes on, and the call is `voicemail`. `hang_up` ends it; `leave_message` says the "
            "message once, behind the beep or after 30 s; `answered` treats it as a person.",
        ),
    ] = ""
    defaults: Annotated[
        Values, meaning("Values of placeholders for leads that have none; without one, such a lead is refused.")
    ] = {}  # noqa: RUF012 - Pydantic copies defaults

    def id(self) -> TemplateId | None:
        """Return the id that the client names; raises ``Invalid`` when it is not an id."""
        found = to_uuid(self.template_uuid, otherwise="template_uuid is invalid")
        return None if found is None else TemplateId(found)

    def stored(self) -> dict[str, Json]:
        """Return what is stored and returned."""
        return self.model_dump(exclude={"template_uuid", "template_name"})


class ChangedTemplateBody(TemplateBody):
    """A template to be changed: the name is required; any other key that is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)
    UNUSED = OF_TEMPLATE - {"revision"}

    revision: Revision = None

    def changes(self) -> dict[str, Json]:
        """Return what was sent, as it is stored."""
        return self.model_dump(exclude={"template_uuid", "template_name", "revision"}, include=self.model_fields_set)


class PreviewBody(Body):
    """What to preview a template for: a lead, or values, or both; values go before those of the lead."""

    template_uuid: Name
    lead_uuid: Line = ""
    values: Annotated[Values, meaning("Values by placeholder, as `param` of a single call.")] = {}  # noqa: RUF012
    sound: Annotated[
        bool, meaning("True: render the message too; `sound` of the answer is its path, for a quarter of an hour.")
    ] = False

    def template(self) -> TemplateId:
        """Return the template's id; raises ``NotFound``."""
        return TemplateId(_existing(self.template_uuid, otherwise="template not found"))

    def lead(self) -> LeadId | None:
        """Return the lead's id, None when it is empty; raises ``NotFound``."""
        return LeadId(_existing(self.lead_uuid, otherwise="lead is not found")) if self.lead_uuid else None


def _existing(text: str, *, otherwise: str) -> UUID:
    found = uuid_of(text)
    if found is None:
        raise NotFound(otherwise)
    return found
