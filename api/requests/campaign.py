"""A campaign as clients send it: to create one, and to change what they name of it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal, cast

from pydantic import AfterValidator, Field

from api.requests.fields import (
    LARGEST_INT,
    Body,
    Channels,
    Line,
    Name,
    NetworkBody,
    Number,
    Text,
    Things,
    Url,
    channels_of,
    to_uuid,
)
from api.timestamps import to_moment
from worker.domain.campaign import Mode, Priority, Status
from worker.domain.campaign_settings import DEFAULT_EXTRAS, CampaignChanges
from worker.domain.ids import CampaignId, CarrierId, TemplateId
from worker.domain.window import DAY_NS

MODES: Final = {"": Mode.DIRECT, "parallel": Mode.PARALLEL, **{mode.value: mode for mode in Mode}}
LONGEST_TIMEOUT: Final = 3600
MOST_RECALLS: Final = 1000
LONGEST_PAUSE: Final = 525_600
"""A year, in minutes."""

Type = Literal["autodialer", "autocall", "inbound", "manual"]
Outcomes = Literal[
    "answered",
    "busy",
    "failed",
    "no-answered",
    "not-available",
    "voicemail",
    "invalid-number",
    "phone-block",
    "congestion",
]
TimeOfDay = Annotated[str, Field(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])?$")]
Nanoseconds = Annotated[int, Field(ge=0, le=DAY_NS)]


def _check_moment(text: str) -> str:
    """Refuse what is no moment in any zone; which one it is, the tenant's zone decides."""
    try:
        to_moment(text, zone="UTC")
    except ValueError as error:
        raise ValueError("Does not match format 'date-time'") from error
    return text


class ScheduleBody(Body):
    """One row of windows: nanoseconds after local midnight; a day that is left out is closed."""

    monday_start_time: Nanoseconds = 0
    monday_end_time: Nanoseconds = 0
    tuesday_start_time: Nanoseconds = 0
    tuesday_end_time: Nanoseconds = 0
    wednesday_start_time: Nanoseconds = 0
    wednesday_end_time: Nanoseconds = 0
    thursday_start_time: Nanoseconds = 0
    thursday_end_time: Nanoseconds = 0
    friday_start_time: Nanoseconds = 0
    friday_end_time: Nanoseconds = 0
    saturday_start_time: Nanoseconds = 0
    saturday_end_time: Nanoseconds = 0
    sunday_start_time: Nanoseconds = 0
    sunday_end_time: Nanoseconds = 0


class CampaignBody(Body):
    """A campaign: a key that is not sent stays as it is; keys that the server manages are ignored."""

    campaign_uuid: Line = ""
    campaign_name: Name = ""
    type: Type = "autocall"
    type_autocall: Literal["", "autocall_voice_tts", "autocall_audio", "autocall_voice_otp"] = ""
    description: Text = ""
    active: bool = True
    status: Literal["", "start", "stop", "pause"] = ""
    concurrent_call: Channels = 1
    carrier_uuid: Line = ""
    template_uuid: Line = ""
    mode_call: Literal["", "direct", "serial", "parralel", "parallel"] = "direct"
    network: NetworkBody | None = None
    call_timeout: Annotated[int, Field(ge=0, le=LONGEST_TIMEOUT)] = 60
    recall_times: Annotated[int, Field(ge=0, le=MOST_RECALLS)] = 0
    limit_recall_duration: Number = 0
    schedule_recall: Literal["after", "minute"] = "after"
    schedule_recall_duration: Annotated[int, Field(ge=0, le=LONGEST_PAUSE)] = 0
    priority_recall: Literal["", "normal", "recall"] = "normal"
    recall_status: Annotated[list[Outcomes], Field(max_length=100)] | None = None
    schedules: Annotated[list[ScheduleBody], Field(max_length=100)] | None = None
    local_start_time: TimeOfDay = ""
    local_end_time: TimeOfDay = ""
    callback_url: Url = ""
    answer_callback_url: Url = ""
    lead_expired_at: Annotated[str, AfterValidator(_check_moment)] | None = None
    ratio: Literal[100, 150, 200, 300, 400, 500] = 100
    hopper: Annotated[int, Field(ge=0, le=LARGEST_INT)] = 20
    customer_order: Line = "id"
    call_center_queue_uuid: Line = ""
    call_center_queue_strategy: Literal[
        "", "ring-all", "top-down", "agent-with-fewest-calls", "round-robin", "random"
    ] = ""
    allow_manual_dial: bool = True
    allow_search_lead: bool = True
    enable_callback_alert: bool = True
    enable_encrypt: bool = False
    default_list_uuid: Line = ""
    script_uuid: Line = ""
    orig_campaign_uuid: Line = ""
    users: Things | None = None
    groups: Things | None = None
    statuses: Things | None = None
    statuses_selectable: Things | None = None

    def id(self) -> CampaignId | None:
        """Give the id that the client names; raise ``Invalid`` when it is none."""
        found = to_uuid(self.campaign_uuid, otherwise="campaign_uuid is invalid")
        return None if found is None else CampaignId(found)

    def changes(self, *, zone: str) -> CampaignChanges:
        """Give what was sent, in stored form; an empty ``status`` and null ``schedules`` say nothing."""
        changes: dict[str, Any] = {  # Any: each key's own type, which ``_STORED_FORM`` gives it
            name: form(getattr(self, name)) for name, form in _STORED_FORM.items() if name in self.model_fields_set
        }
        if self.status:
            changes["status"] = Status(self.status)
        if self.schedules is not None:
            changes["schedules"] = tuple(row.model_dump() for row in self.schedules)
        if "lead_expired_at" in self.model_fields_set:
            changes["lead_expired_at"] = to_moment(self.lead_expired_at or "", zone=zone)
        return cast("CampaignChanges", {**changes, "extras": self._extras()})

    def _extras(self) -> dict[str, Any]:  # Any: kept as it came
        extras = {name: getattr(self, name) for name in self.model_fields_set & DEFAULT_EXTRAS.keys()}
        if "statuses_selectable" in self.model_fields_set:
            extras.setdefault("statuses", self.statuses_selectable)
        return extras


class NewCampaignBody(CampaignBody):
    """A campaign to be created: a name and a type are needed."""

    campaign_name: Name
    type: Type


def _as_it_is(value: Any) -> Any:  # Any: a field's value
    return value


def _carrier(text: str) -> CarrierId | None:
    found = to_uuid(text, otherwise="carrier is not found")
    return None if found is None else CarrierId(found)


def _template(text: str) -> TemplateId | None:
    found = to_uuid(text, otherwise="template is not found")
    return None if found is None else TemplateId(found)


def _outcomes(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


_STORED_FORM: Final[Mapping[str, Callable[[Any], Any]]] = {  # Any: each field's own type
    **dict.fromkeys(
        "campaign_name type type_autocall description active concurrent_call call_timeout recall_times "
        "limit_recall_duration schedule_recall schedule_recall_duration local_start_time local_end_time "
        "callback_url answer_callback_url".split(),
        _as_it_is,
    ),
    "carrier_uuid": _carrier,
    "template_uuid": _template,
    "mode_call": MODES.__getitem__,
    "priority_recall": lambda text: Priority(text or Priority.NORMAL),
    "network": channels_of,
    "recall_status": _outcomes,
}


class ActiveBody(Body):
    """The master switch; an absent ``active`` is told in the wire's own words."""

    active: bool | None = None
