"""The form of what operators change daily, and its translation to and from the API's body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from api.errors import problems_of
from api.ops.forms import FormRequest
from api.ops.wording import Wording
from api.requests.campaign_copy import ChangedCampaignBody
from worker.domain.call import Outcome
from worker.domain.campaign import Mode
from worker.domain.campaign_settings import SECOND_NS, WEEKDAYS, CampaignSettings
from worker.domain.errors import InvalidFields, Problem
from worker.domain.json_value import Json
from worker.domain.network import Network
from worker.domain.window import DAY_NS

NUMBERS: Final = ("concurrent_call", "recall_times", "limit_recall_duration")
MIDNIGHT: Final = "24:00"
"""The end of a day; browsers' own fields for times cannot say it, so these are texts."""
_MINUTE_NS: Final = 60 * SECOND_NS
_PAUSE: Final = "pause_minutes"


@dataclass(frozen=True, slots=True)
class Day:
    """One weekday's window as the form shows it; both ends are empty for a closed day."""

    weekday: int
    name: str
    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditForm:
    """What the fields of the form hold."""

    numbers: Mapping[str, str]
    mode: str
    networks: Mapping[str, str]
    days: Sequence[Day] | None
    """None when the campaign's windows do not fit into the form."""
    rows: int
    pause_minutes: str
    outcomes: frozenset[str]
    revision: int


def form_of(settings: CampaignSettings) -> EditForm:
    """Return the form with what is stored."""
    return EditForm(
        numbers={name: str(getattr(settings, name)) for name in NUMBERS},
        mode=settings.mode_call.value,
        networks={network.value: str(settings.network.get(network.value, 0)) for network in Network},
        days=_days(settings),
        rows=len(settings.schedules),
        pause_minutes=str(settings.schedule_recall_duration if settings.schedule_recall == "minute" else 0),
        outcomes=frozenset(settings.recall_status or ()),
        revision=settings.revision,
    )


def refilled(shown: EditForm, sent: FormRequest) -> EditForm:
    """Return the form with what was sent, so that a mistake costs no typing."""
    days = shown.days and [
        Day(day.weekday, day.name, sent.one(f"{day.name}_start"), sent.one(f"{day.name}_end")) for day in shown.days
    ]
    return EditForm(
        numbers={name: sent.one(name) for name in NUMBERS},
        mode=sent.one("mode_call"),
        networks={network.value: sent.one(f"network_{network}") for network in Network},
        days=days,
        rows=shown.rows,
        pause_minutes=sent.one(_PAUSE),
        outcomes=frozenset(sent.every("recall_status")),
        revision=shown.revision,
    )


def body_of(sent: FormRequest, *, settings: CampaignSettings) -> ChangedCampaignBody:
    """Return the API's body with what the form says; raises ``InvalidFields`` with the API's own words.

    What is as stored is left out, so that nobody else's change is undone.
    """
    body: dict[str, Json] = {name: number_in(name, sent.one(name)) for name in NUMBERS}
    body["mode_call"] = sent.one("mode_call")
    body["network"] = {
        network.value: number_in(f"network.{network}", sent.one(f"network_{network}")) for network in Network
    }
    pause = number_in(_PAUSE, sent.one(_PAUSE))
    body["schedule_recall"] = "minute" if pause else "after"
    body["schedule_recall_duration"] = pause or settings.schedule_recall_duration
    body["recall_status"] = [outcome.value for outcome in Outcome if outcome.value in sent.every("recall_status")]
    if _days(settings) is not None:
        body["schedules"] = _rows(sent)
    changed = {name: value for name, value in body.items() if value != _stored(name, settings)}
    revision = number_in("revision", sent.one("revision"))
    try:
        return ChangedCampaignBody.model_validate({**changed, "revision": revision})
    except ValidationError as error:
        raise refused_fields(error) from error


def refused_fields(error: ValidationError) -> InvalidFields:
    """Return the error of a body, field by field, in the API's own words."""
    found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
    return InvalidFields(tuple(Problem(name, message) for one in problems_of(found) for name, message in one.items()))


def _stored(name: str, settings: CampaignSettings) -> Json:
    match name:
        case "mode_call":
            return settings.mode_call.value
        case "network":
            return {network.value: settings.network.get(network.value, 0) for network in Network}
        case "recall_status":
            return [outcome.value for outcome in Outcome if outcome.value in (settings.recall_status or ())]
        case "schedules":
            return [dict(row) for row in settings.schedules]
        case _:
            stored: Json = getattr(settings, name)
            return stored


def number_in(name: str, text: str) -> int:
    """Return the integer that a field holds; raises ``InvalidFields``."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):  # noqa: PLR2004 - digits of the largest integer
        raise InvalidFields((Problem(name, "Invalid type. Expected: integer"),))
    return int(text)


def _days(settings: CampaignSettings) -> list[Day] | None:
    """Return the days of the one row of windows; None when there are more, or one is not in whole minutes."""
    if len(settings.schedules) > 1:
        return None
    row = settings.schedules[0] if settings.schedules else {}
    if not settings.schedules:
        row = {f"{day}_{edge}_time": DAY_NS if edge == "end" else 0 for day in WEEKDAYS for edge in ("start", "end")}
    ends = [(row.get(f"{day}_start_time", 0), row.get(f"{day}_end_time", 0)) for day in WEEKDAYS]
    if any(edge % _MINUTE_NS for both in ends for edge in both):
        return None
    return [
        Day(number, name, "" if start == end else _clock(start), "" if start == end else _clock(end))
        for number, (name, (start, end)) in enumerate(zip(WEEKDAYS, ends, strict=True))
    ]


def hours_of(settings: CampaignSettings, *, say: Wording) -> str:
    """Return the windows of a week in one line; how many rows there are when the form cannot show them."""
    days = _days(settings)
    if days is None:
        return say.text("rows_of_windows", rows=len(settings.schedules))
    return ", ".join(f"{say.day(day.weekday)} {day.start}-{day.end}" for day in days if day.start)


def _clock(edge: int) -> str:
    hours, minutes = divmod(edge // _MINUTE_NS, 60)
    return f"{hours:02}:{minutes:02}"


def _rows(sent: FormRequest) -> list[Json]:
    row: dict[str, Json] = {}
    for name in WEEKDAYS:
        start, end = sent.one(f"{name}_start"), sent.one(f"{name}_end")
        if not start and not end:
            row |= {f"{name}_start_time": 0, f"{name}_end_time": 0}
        else:
            row |= {f"{name}_start_time": _edge(name, start), f"{name}_end_time": _edge(name, end)}
    is_always = all(row[f"{name}_start_time"] == 0 and row[f"{name}_end_time"] == DAY_NS for name in WEEKDAYS)
    return [] if is_always else [row]


def _edge(day: str, text: str) -> int:
    hours, colon, minutes = text.partition(":")
    is_time = colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == len("00") and text.isascii()
    if not is_time or not ((int(minutes) < 60 and int(hours) < 24) or text == MIDNIGHT):  # noqa: PLR2004 - a clock
        raise InvalidFields((Problem(day, "HH:MM, from 00:00 to 24:00"),))
    return (int(hours) * 60 + int(minutes)) * _MINUTE_NS


MODES: Final = tuple(Mode)
