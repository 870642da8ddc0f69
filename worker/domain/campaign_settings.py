"""A campaign's settings as operators write and read them, and their translation for the planner."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid5

from pendulum import DateTime, Duration
from typing_extensions import TypedDict  # the standard library's from Python 3.12 on: Pydantic reads it

from worker.domain.agents.service import DEFAULT_WRAP_UP, WRAP_UP
from worker.domain.agents_rule import DEFAULT_HOPPER, HIGHEST_TARGET_PER_MILLE, PROGRESSIVE, TARGET, rule_of
from worker.domain.call import Outcome
from worker.domain.campaign import AUTODIALER, Campaign, Mode, Priority, Status
from worker.domain.ids import CampaignId, CarrierId, RunId, TemplateId, TenantId
from worker.domain.json_value import Json
from worker.domain.network import Network
from worker.domain.recall import RecallPolicy
from worker.domain.recording import DEFAULT_DAYS
from worker.domain.window import DAY_NS, WHOLE_DAY, Span, Week, Windows

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SCHEDULE_KEYS: Final = tuple(f"{day}_{edge}_time" for day in WEEKDAYS for edge in ("start", "end"))
DEFAULT_SCHEDULE: Final[Mapping[str, int]] = {
    key: 28_800_000_000_000 if key.endswith("start_time") else 75_600_000_000_000 for key in SCHEDULE_KEYS
}
"""Every day 08:00 to 21:00, in nanoseconds after midnight: a new campaign's (worker/REFERENCE.md#schedules)."""

HIDES_NUMBERS: Final = "enable_encrypt"
DEFAULT_EXTRAS: Final[Mapping[str, Json]] = {
    "ratio": PROGRESSIVE,
    "call_center_queue_uuid": "",
    "hopper": DEFAULT_HOPPER,
    TARGET: HIGHEST_TARGET_PER_MILLE,
    "customer_order": "id",
    "allow_manual_dial": True,
    "allow_search_lead": True,
    "enable_callback_alert": True,
    "default_list_uuid": "",
    "script_uuid": "",
    "call_center_queue_strategy": "",
    WRAP_UP: DEFAULT_WRAP_UP,
    "users": None,
    "groups": None,
    "statuses": None,
    HIDES_NUMBERS: False,
    "orig_campaign_uuid": "",
}
"""Fields that a campaign stores and returns, and that dialling never uses (worker/REFERENCE.md#campaign-object)."""

DEFAULT_CALL_TIMEOUT: Final = 60
"""Seconds of ringing when ``call_timeout`` is 0, which means "the server decides" on the wire."""

SECOND_NS: Final = 1_000_000_000
CLOCK_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])", re.ASCII)
LAST_CLOCK_TIME: Final = "23:59:59"
"""As an end it means the end of the day, because the wire cannot express 24:00:00."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSettings:
    """One stored campaign, field by field as on the wire; ``extras`` holds fields that dialling does not use."""

    campaign_uuid: CampaignId
    tenant_id: TenantId
    campaign_name: str
    type: str
    type_autocall: str = ""
    description: str = ""
    active: bool = True
    status: Status = Status.STOP
    run_id: RunId | None = None
    resume_at: DateTime | None = None
    steered_at: DateTime | None = None
    """When ``status`` or ``active`` was last changed; later than any copy that was read before."""
    revision: int = 1
    concurrent_call: int = 1
    carrier_uuid: CarrierId | None = None
    template_uuid: TemplateId | None = None
    mode_call: Mode = Mode.DIRECT
    network: Mapping[str, int] = field(default_factory=dict)
    call_timeout: int = DEFAULT_CALL_TIMEOUT
    recall_times: int = 0
    limit_recall_duration: int = 0
    schedule_recall: str = "after"
    schedule_recall_duration: int = 0
    priority_recall: Priority = Priority.NORMAL
    recall_status: tuple[str, ...] | None = tuple(Outcome)
    schedules: tuple[Mapping[str, int], ...] = (DEFAULT_SCHEDULE,)
    local_start_time: str = "00:00:00"
    local_end_time: str = LAST_CLOCK_TIME
    callback_url: str = ""
    answer_callback_url: str = ""
    lead_expired_at: DateTime | None = None
    enable_recording: bool = False
    recording_consent: str = ""
    recording_days: int = DEFAULT_DAYS
    extras: Mapping[str, Json] = field(default_factory=dict)
    created_at: DateTime
    updated_at: DateTime

    @property
    def hides_numbers(self) -> bool:
        """Return True when its leads' numbers are shown whole to admins only, and are encrypted at rest."""
        return self.extras.get(HIDES_NUMBERS) is True


class CampaignChanges(TypedDict, total=False):
    """The fields that a PUT sent, validated and in stored form; an absent key leaves its field unchanged."""

    campaign_name: str
    type: str
    type_autocall: str
    description: str
    active: bool
    status: Status
    concurrent_call: int
    carrier_uuid: CarrierId | None
    template_uuid: TemplateId | None
    mode_call: Mode
    network: Mapping[str, int]
    call_timeout: int
    recall_times: int
    limit_recall_duration: int
    schedule_recall: str
    schedule_recall_duration: int
    priority_recall: Priority
    recall_status: tuple[str, ...] | None
    schedules: tuple[Mapping[str, int], ...]
    local_start_time: str
    local_end_time: str
    callback_url: str
    answer_callback_url: str
    lead_expired_at: DateTime | None
    enable_recording: bool
    recording_consent: str
    recording_days: int
    extras: Mapping[str, Json]


def to_campaign(settings: CampaignSettings, *, zone: str) -> Campaign:
    """Translate the settings into what planning, dialling and recalling use; ``zone`` is the tenant's time zone."""
    return Campaign(
        id=settings.campaign_uuid,
        tenant_id=settings.tenant_id,
        carrier_id=settings.carrier_uuid,
        template_id=settings.template_uuid,
        revision=settings.revision,
        status=settings.status,
        active=settings.active,
        concurrent_call=settings.concurrent_call,
        windows=to_windows(settings, zone=zone),
        recall=to_recall_policy(settings),
        mode=settings.mode_call,
        network={Network(name): channels for name, channels in settings.network.items()},
        priority=settings.priority_recall,
        call_timeout_seconds=settings.call_timeout or DEFAULT_CALL_TIMEOUT,
        run_id=settings.run_id,
        resume_at=settings.resume_at,
        expires_at=settings.lead_expired_at,
        consent=settings.recording_consent if settings.enable_recording else None,
        callback_url=settings.callback_url,
        answer_callback_url=settings.answer_callback_url,
        agents=rule_of(settings.extras) if settings.type == AUTODIALER else None,
    )


def to_windows(settings: CampaignSettings, *, zone: str) -> Windows:
    """Translate schedule rows and local times; without a row every time of the week is open."""
    rows = tuple(_week(row) for row in settings.schedules)
    return Windows(zone=zone, rows=rows, local=local_span(settings.local_start_time, settings.local_end_time))


def to_recall_policy(settings: CampaignSettings) -> RecallPolicy:
    """Translate the recall settings; ``after`` means that a recall is due at once."""
    minutes = settings.schedule_recall_duration if settings.schedule_recall == "minute" else 0
    return RecallPolicy(
        times=settings.recall_times,
        statuses=frozenset(Outcome(status) for status in settings.recall_status or ()),
        answered_below_seconds=settings.limit_recall_duration,
        pause=Duration(minutes=minutes),
    )


def local_span(start: str, end: str) -> Span:
    """Read two times ``HH:MM:SS``; an empty one does not restrict, and the end 23:59:59 means the end of the day."""
    closes = DAY_NS if end in {"", LAST_CLOCK_TIME} else _clock_ns(end)
    opens = 0 if not start else _clock_ns(start)
    return WHOLE_DAY if (opens, closes) == (0, DAY_NS) else Span(opens, closes)


def _clock_ns(text: str) -> int:
    hours, minutes, seconds = map(int, text.split(":"))
    return ((hours * 60 + minutes) * 60 + seconds) * SECOND_NS


def _week(row: Mapping[str, int]) -> Week:
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (_span(row, weekday=day) for day in WEEKDAYS)
    return Week((monday, tuesday, wednesday, thursday, friday, saturday, sunday))


def _span(row: Mapping[str, int], *, weekday: str) -> Span:
    return Span(row.get(f"{weekday}_start_time", 0), row.get(f"{weekday}_end_time", 0))


def schedule_row_id(campaign_id: CampaignId, number: int) -> UUID:
    """Return the id under which the API shows schedule row ``number`` (from 0) of a campaign; it never changes."""
    return uuid5(campaign_id, f"schedule row {number}")
