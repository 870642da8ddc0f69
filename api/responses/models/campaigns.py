"""Answers of campaigns."""

from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from pydantic import Field, create_model
from pydantic.fields import FieldInfo

from api.requests.campaign import CampaignBody
from api.responses.models.base import MAYBE, Answer, Channels, IdOrEmpty, Moment, Taken
from api.responses.models.reports import CallCharts
from worker.domain.campaign import Mode, Status
from worker.domain.campaign_settings import DEFAULT_EXTRAS, SCHEDULE_KEYS, CampaignSettings
from worker.domain.network import Network
from worker.domain.reason import Reason

ScheduleRow = create_model(
    "ScheduleRow",
    __base__=Answer,
    __doc__="One row of windows, in nanoseconds after local midnight.",
    domain_uuid=(UUID, ...),
    id=(UUID, ...),
    campaign_uuid=(UUID, ...),
    **dict.fromkeys(SCHEDULE_KEYS, (int, ...)),  # type: ignore[call-overload]  # fields that are made
)


class ManagedCampaign(Answer):
    """A campaign: its settings, and what the server manages."""

    domain_uuid: UUID
    domain_name: str
    campaign_uuid: UUID
    template_name: str
    carrier_name: str
    run_id: IdOrEmpty
    revision: int
    created_at: Moment
    updated_at: Moment


_OTHER_TYPES: Final[dict[str, Any]] = {  # Any: types
    "status": Status,
    "mode_call": Mode,
    "network": Channels,
    "schedules": list[ScheduleRow] | None,
    "lead_expired_at": Moment | None,
}
"""Settings that answers write in another form than requests."""


def _settings() -> dict[str, Any]:  # Any: types and fields, as Pydantic takes them
    """Return a setting's type with the description that its request model has: both follow from one place."""
    shown = {field.name for field in fields(CampaignSettings)} | DEFAULT_EXTRAS.keys()
    asked = CampaignBody.model_fields
    wanted = shown & asked.keys() - ManagedCampaign.model_fields.keys()
    return {name: (_OTHER_TYPES.get(name, asked[name].annotation), _described(asked[name])) for name in sorted(wanted)}


def _described(asked: FieldInfo) -> FieldInfo:
    found: FieldInfo = Field(description=asked.description, json_schema_extra=asked.json_schema_extra)
    return found


Campaign = create_model("Campaign", __base__=ManagedCampaign, __doc__=ManagedCampaign.__doc__, **_settings())


class CampaignNamed(Answer):
    """The campaign."""

    campaign_uuid: UUID


class CampaignSteered(CampaignNamed):
    """The campaign, and what a client may not expect."""

    kept: dict[str, str | bool] = MAYBE
    never_open: bool = MAYBE


class CampaignCreated(CampaignSteered):
    """The new campaign."""

    created: bool
    ignored: list[str] = MAYBE


class Change(Answer):
    """A setting before and after."""

    before: Any  # Any: a setting's value
    after: Any  # Any: see above


class ChannelsChanged(Answer):
    """A network's channels before and after."""

    before: int
    after: int
    gained: int


class CampaignChanged(CampaignSteered):
    """The changed campaign; with `dry_run`, what would change."""

    ignored: list[str] = MAYBE
    dry_run: bool = MAYBE
    changes: dict[str, Change] = MAYBE
    calls_cancelled: int = MAYBE
    cancelled_by: dict[Reason, int] = MAYBE
    next_dial_at: Moment | None = MAYBE
    channels: dict[Network, ChannelsChanged] = MAYBE


class CampaignSwitched(Taken):
    """The campaign's master switch."""

    active: bool
    campaign_uuid: UUID


class Monitor(Answer):
    """A campaign's progress."""

    campaign_uuid: UUID
    campaign_name: str
    type: str
    mode_call: str
    status: str
    total_lead: int
    total_incall: int
    total_called: int
    total_lead_called: int
    total_dnc: int
    total_remain: int
    total_remain_viettel: int
    total_remain_mobi: int
    total_remain_vina: int
    total_remain_tel: int
    total_remain_offnet: int
    press_key: dict[str, int]
    finished: bool
    charts: CallCharts


class OldCampaign(Answer):
    """A campaign in the older shape, with fewer settings."""

    domain_uuid: UUID
    campaign_uuid: UUID
    campaign_name: str
    template_uuid: IdOrEmpty
    template_name: str
    dial_method: str
    description: str
    status: bool
    concurrent_call: int
    ratio: int
    created_at: Moment
    updated_at: Moment


class OldCampaignCreated(Taken):
    """The new campaign."""

    campaign_uuid: UUID
    created: bool
