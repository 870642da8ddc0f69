"""A campaign as clients send it, to create one or to change some of its settings."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter, with_config

from api.requests.body import Body
from api.requests.fields import (
    LARGEST_INT,
    Channels,
    Line,
    Name,
    NetworkBody,
    Number,
    Outcomes,
    Text,
    Things,
    Url,
    channels_of,
    meaning,
    to_uuid,
    without_defaults,
)
from api.requests.schedule import Moment, ScheduleBody, TimeOfDay
from api.requests.unused_keys import OF_CAMPAIGN
from api.timestamps import to_moment
from worker.domain.agents.service import DEFAULT_WRAP_UP
from worker.domain.agents_rule import HIGHEST_TARGET_PER_MILLE
from worker.domain.campaign import Mode, Priority
from worker.domain.campaign_settings import DEFAULT_EXTRAS, CampaignChanges
from worker.domain.ids import CampaignId
from worker.domain.json_value import Json
from worker.domain.recording import DEFAULT_DAYS, MOST_DAYS

MODES: Final = {"": Mode.DIRECT, "parallel": Mode.PARALLEL, **{mode.value: mode for mode in Mode}}
LONGEST_TIMEOUT: Final = 3600
MOST_RECALLS: Final = 1000
LONGEST_PAUSE: Final = 525_600
"""A year, in minutes."""

STORED_ONLY: Final = "Stored and returned; an autocall does not use it."

Type = Literal["autodialer", "autocall", "inbound", "manual"]


class CampaignBody(Body):
    """A campaign: a key that is not sent stays as it is; keys that the server manages are ignored."""

    UNUSED = OF_CAMPAIGN

    campaign_uuid: Annotated[Line, meaning("The campaign's id; on create, an id that the client chooses.")] = ""
    campaign_name: Annotated[Name, meaning("Name, unique among the tenant's campaigns.")] = ""
    type: Annotated[
        Type,
        meaning(
            "What happens when a callee answers. Only `autocall` can run: it plays the template.",
            "The other types are stored and returned, and a start of such a campaign is refused.",
        ),
    ] = "autocall"
    type_autocall: Annotated[
        Literal["", "autocall_voice_tts", "autocall_audio", "autocall_voice_otp"],
        meaning("Kind of autocall, as the client's own screens show it."),
    ] = ""
    description: Annotated[Text, meaning("Free text.")] = ""
    active: Annotated[
        bool,
        meaning(
            "Master switch: `false` stops every new call, OTP too, whatever `status` says.",
            "`status` stays as it is. Only an inactive campaign can be deleted.",
        ),
    ] = True
    status: Annotated[
        Literal["", "start", "stop", "pause"],
        meaning(
            "`start` dials inside the windows, `stop` never resumes by itself, `pause` resumes when a window opens.",
            "An empty text changes nothing. A pause inside an open window waits for the next opening; a campaign whose "
            "windows never close stays paused until it is started. A start after a stop is a new run (`run_id`) and "
            "continues with the leads that are not done. Starting needs `active`, a carrier and a template. Live calls "
            "always end by themselves.",
        ),
    ] = ""
    concurrent_call: Annotated[
        Channels,
        meaning(
            "Most live calls at once, over all carriers that the campaign has used.",
            "0 dials nobody. When it is lowered, the next dial waits until enough calls have ended.",
        ),
    ] = 1
    carrier_uuid: Annotated[Line, meaning("The carrier that places the calls; empty for none.")] = ""
    template_uuid: Annotated[Line, meaning("The template that the callee hears; empty for none.")] = ""
    mode_call: Annotated[
        Literal["", "direct", "serial", "parralel", "parallel"],
        meaning(
            "How channels are shared between networks and campaigns; empty means `direct`.",
            "`direct`: one pool for all networks. The carrier's own channels per network are not asked, but these "
            "calls count in them: beside serial campaigns of the carrier, a queued serial call may be cancelled once "
            "(`limit_lowered`) and planned again.",
            "`parralel` (or `parallel`): fixed channels for each network, `network.<name>`, never more than "
            "the carrier has.",
            "`serial`: the carrier's channels of each network are shared max-min fair between its campaigns. Idle ones "
            "are lent at once and come back as calls end. Campaigns that hold equally many are served in rotation.",
        ),
    ] = "direct"
    network: Annotated[
        NetworkBody | None,
        meaning(
            "Channels for each network: `viettel`, `mobi`, `vina`, `tel`, `offnet`; null means 0.",
            "0 means no cap in modes `direct` and `serial`; in mode `parralel` that network is not dialled.",
        ),
    ] = None
    call_timeout: Annotated[
        int,
        Field(ge=0, le=LONGEST_TIMEOUT),
        meaning(
            "Time of ringing without an answer; 0 means 60.",
            "The callee has all of it: the switch counts whole seconds, and ends the call up to 0.9 s later. "
            "It does not extend a window: the dial must fall inside, the call may outlast it.",
            unit="seconds",
        ),
    ] = 60
    recall_times: Annotated[
        int,
        Field(ge=0, le=MOST_RECALLS),
        meaning(
            "Extra attempts: a lead is called at most 1 + `recall_times` times.",
            "A lower value holds at once, for leads that already wait for a recall too.",
        ),
    ] = 0
    limit_recall_duration: Annotated[
        Number,
        meaning(
            "An answered call is called again only if its talk was shorter than this.",
            "`answered` must be in `recall_status` too. 0 means never.",
            unit="seconds",
        ),
    ] = 0
    schedule_recall: Annotated[
        Literal["after", "minute"],
        meaning("When a recall is due: `after` at once, `minute` after `schedule_recall_duration`."),
    ] = "after"
    schedule_recall_duration: Annotated[
        int,
        Field(ge=0, le=LONGEST_PAUSE),
        meaning(
            "Pause before a recall when `schedule_recall` is `minute`, counted from the end of the call.",
            "A recall that falls outside the windows waits for the next opening.",
            unit="minutes",
        ),
    ] = 0
    priority_recall: Annotated[
        Literal["", "normal", "recall"],
        meaning(
            "`normal` (or empty) calls new leads before due recalls, `recall` the other way round.",
            "Within a class the lead that has been due longest is called first. Single calls come before both.",
        ),
    ] = "normal"
    recall_status: Annotated[
        list[Outcomes] | None,
        Field(max_length=100),
        meaning(
            "Outcomes after which a lead is called again; null or an empty list means none.",
            "A new campaign has all nine: then `recall_times` alone decides, and for answered calls "
            "`limit_recall_duration`.",
            "The setting that holds when the call ends decides.",
        ),
    ] = None
    schedules: Annotated[
        list[ScheduleBody] | None,
        Field(max_length=100),
        meaning(
            "Weekly windows: rows with a start and an end for each weekday, after midnight in the tenant's zone.",
            "A new campaign has one row: every day from 08:00 to 21:00 in the tenant's zone.",
            "A window includes its start and excludes its end. Several rows are united. An empty list means no "
            "restriction; null leaves the windows as they are.",
            "Equal ends close the day. An end before its start runs over midnight and belongs to the day on which it "
            "starts. `86400000000000` is the end of the day. An hour that the zone repeats is open twice, one that it "
            "skips never.",
            "No dial begins in the last half second of a window, because a dial takes time to reach the switch.",
            unit="nanoseconds",
        ),
    ] = None
    local_start_time: Annotated[
        TimeOfDay,
        meaning("Start of the hours that must be open as well as the windows; empty means midnight."),
    ] = ""
    local_end_time: Annotated[
        TimeOfDay,
        meaning(
            "End of these hours; empty, or `23:59:59`, means the end of the day.",
            "`00:00:00` to `23:59:59` is no restriction.",
        ),
    ] = ""
    callback_url: Annotated[
        Url,
        meaning(
            "Receives the CDR of each call, at least once, signed; empty for none.",
            "See [callbacks](callbacks.md).",
        ),
    ] = ""
    enable_recording: Annotated[
        bool,
        meaning(
            "`true` records answered calls that `callbeat voice` speaks with, but for one-time codes.",
            "The callee first hears `recording_consent`; recording begins behind that sentence. It needs "
            "`CALLBEAT_RECORDINGS`. CDRs name the file in `recording_url`.",
        ),
    ] = False
    recording_consent: Annotated[
        Line,
        Field(pattern=r"^[^{}\[\]]*$"),
        meaning(
            "What a callee hears before the call is recorded; empty for a short sentence in the template's language.",
            "It has no placeholders, and is said with the template's voice.",
        ),
    ] = ""
    recording_days: Annotated[
        int,
        Field(ge=1, le=MOST_DAYS),
        meaning(
            "How long a recording is kept, counted from the end of the call.",
            "The setting that holds when the call ends decides. With its CDR or its person it is deleted earlier.",
            unit="days",
        ),
    ] = DEFAULT_DAYS
    answer_callback_url: Annotated[
        Url,
        meaning("Receives a notice when a callee answers, delivered like a CDR; empty for none."),
    ] = ""
    lead_expired_at: Annotated[
        Moment | None,
        meaning(
            "From this time on leads are not dialled, recalls neither, and end as `expired`.",
            "RFC 3339, or local time in the tenant's zone. Null, an empty text and the ends of the calendar (years 1, "
            "1970 and 9999) mean never. Leads that are imported later end at once. A lead that has ended stays so when "
            "the time is moved.",
        ),
    ] = None
    ratio: Annotated[
        Literal[100, 150, 200, 300, 400, 500],
        meaning(
            "Of an autodialer: most calls that ring or wait, in per cent of the agents ready or soon free.",
            "At 100 nobody is abandoned. An autocall does not use it.",
        ),
    ] = 100
    hopper: Annotated[
        int,
        Field(ge=0, le=LARGEST_INT),
        meaning("Of an autodialer: most calls that are planned ahead of their dial. An autocall does not use it."),
    ] = 20
    abandon_target_per_mille: Annotated[
        int,
        Field(ge=0, le=HIGHEST_TARGET_PER_MILLE),
        meaning(
            "Of an autodialer: most calls that may be abandoned, of each thousand that a person answers, over 30 days.",
        ),
    ] = HIGHEST_TARGET_PER_MILLE
    customer_order: Annotated[Line, meaning(STORED_ONLY)] = "id"
    call_center_queue_uuid: Annotated[Line, meaning(STORED_ONLY)] = ""
    call_center_queue_strategy: Annotated[
        Literal["", "ring-all", "top-down", "agent-with-fewest-calls", "round-robin", "random"], meaning(STORED_ONLY)
    ] = ""
    wrap_up_seconds: Annotated[
        int,
        Field(ge=0, le=3600),
        meaning("An agent's time after a call, before the next one.", unit="seconds"),
    ] = DEFAULT_WRAP_UP
    allow_manual_dial: Annotated[bool, meaning(STORED_ONLY)] = True
    allow_search_lead: Annotated[bool, meaning(STORED_ONLY)] = True
    enable_callback_alert: Annotated[bool, meaning(STORED_ONLY)] = True
    enable_encrypt: Annotated[
        bool,
        meaning(
            "Hides its leads' numbers from keys below admin, and encrypts them at rest.",
            "Keys with the role operator or read-only see `098*****01` in leads, CDRs and callbacks. See "
            "[hidden numbers](README.md#hidden-numbers).",
        ),
    ] = False
    default_list_uuid: Annotated[Line, meaning(STORED_ONLY)] = ""
    script_uuid: Annotated[Line, meaning(STORED_ONLY)] = ""
    orig_campaign_uuid: Annotated[Line, meaning(STORED_ONLY)] = ""
    users: Annotated[Things | None, meaning(STORED_ONLY)] = None
    groups: Annotated[Things | None, meaning(STORED_ONLY)] = None
    statuses: Annotated[Things | None, meaning(STORED_ONLY)] = None
    statuses_selectable: Annotated[Things | None, meaning("Another name of `statuses`.")] = None

    def id(self) -> CampaignId | None:
        """Return the id that the client names; raises ``Invalid`` when it is not an id."""
        found = to_uuid(self.campaign_uuid, otherwise="campaign_uuid is invalid")
        return None if found is None else CampaignId(found)

    def changes(self, *, zone: str) -> CampaignChanges:
        """Return what was sent, in stored form; raises ``Invalid`` for an id that is none.

        A setting whose stored form is its wire form needs no line here. An empty ``status`` and null ``schedules``
        change nothing.
        """
        sent = {name: getattr(self, name) for name in self.model_fields_set & _STORED_SETTINGS}
        for name in sent.keys() & _STORED_FORMS.keys():
            sent[name] = _STORED_FORMS[name](sent[name])
        if "lead_expired_at" in sent:
            sent["lead_expired_at"] = to_moment(self.lead_expired_at or "", zone=zone)
        if not self.status:
            sent.pop("status", None)
        if self.schedules is None:
            sent.pop("schedules", None)
        return _CHANGES.validate_python({**sent, "extras": self._extras()})

    def _extras(self) -> dict[str, Json]:
        extras: dict[str, Json] = {name: getattr(self, name) for name in self.model_fields_set & DEFAULT_EXTRAS.keys()}
        if "statuses_selectable" in self.model_fields_set:
            extras.setdefault("statuses", self.statuses_selectable)
        return extras


class NewCampaignBody(CampaignBody):
    """A campaign to be created: a name and a type are needed; a key that is not sent has the server's default."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    campaign_name: Annotated[Name, meaning("Name, unique among the tenant's campaigns.")]
    type: Annotated[Type, meaning("What happens when a callee answers. Only `autocall` can run.")]


@with_config(ConfigDict(arbitrary_types_allowed=True))
class _Changes(CampaignChanges, total=False):
    """The domain's own type, which Pydantic fills: what it gives has the types that the use case asks for."""


_CHANGES: Final = TypeAdapter(_Changes)
_STORED_SETTINGS: Final = CampaignChanges.__annotations__.keys() - {"extras"}


def _carrier(text: str) -> UUID | None:
    return to_uuid(text, otherwise="carrier is not found")


def _template(text: str) -> UUID | None:
    return to_uuid(text, otherwise="template is not found")


def _priority(text: str) -> str:
    return text or Priority.NORMAL


def _rows(schedules: list[ScheduleBody] | None) -> list[dict[str, int]]:
    return [row.model_dump() for row in schedules or []]


_STORED_FORMS: Final[Mapping[str, Callable[..., object]]] = {
    "carrier_uuid": _carrier,
    "template_uuid": _template,
    "mode_call": MODES.__getitem__,
    "priority_recall": _priority,
    "network": channels_of,
    "schedules": _rows,
}
"""Settings whose stored form is not the wire's."""
