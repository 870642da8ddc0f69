"""A campaign setting stands once: request, stored form, response, OpenAPI and settings table agree on every field."""

from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any, Final, get_args

import pytest
from fastapi.testclient import TestClient

from api.requests.campaign import CampaignBody
from api.requests.fields import Outcomes
from api.settings_table import DOCUMENT, document
from tests.builders.api import SEED_CARRIER, SEED_TEMPLATE
from worker.domain.call import Outcome
from worker.domain.campaign_settings import DEFAULT_EXTRAS, CampaignChanges, CampaignSettings
from worker.domain.json_value import Json
from worker.store.base.campaign_columns import COLUMN_OF
from worker.store.base.tables import campaigns

MANAGED: Final = {
    "campaign_uuid",
    "tenant_id",
    "run_id",
    "resume_at",
    "steered_at",
    "revision",
    "created_at",
    "updated_at",
}
"""Fields that the server sets, and no request."""
SETTINGS: Final = sorted({field.name for field in fields(CampaignSettings)} - MANAGED - {"extras"})
REQUEST_ONLY: Final = {"campaign_uuid", "statuses_selectable"}
OTHERS: Final[dict[str, Json]] = {
    "campaign_name": "another name",
    "type": "manual",
    "type_autocall": "autocall_audio",
    "description": "words",
    "active": False,
    "status": "stop",
    "concurrent_call": 7,
    "carrier_uuid": SEED_CARRIER,
    "template_uuid": SEED_TEMPLATE,
    "mode_call": "serial",
    "network": {"viettel": 1, "mobi": 2, "vina": 3, "tel": 4, "offnet": 5},
    "call_timeout": 9,
    "recall_times": 3,
    "limit_recall_duration": 11,
    "schedule_recall": "minute",
    "schedule_recall_duration": 13,
    "priority_recall": "recall",
    "recall_status": ["busy", "failed"],
    "local_start_time": "09:00:00",
    "local_end_time": "17:00:00",
    "callback_url": "http://127.0.0.1/cdr",
    "answer_callback_url": "http://127.0.0.1/answered",
    "enable_recording": True,
    "recording_consent": "Xin phép ghi âm.",
    "recording_days": 90,
    "lead_expired_at": "2031-02-03T04:05:06.000000+07:00",
}
"""A value for each setting that is not its default."""


def test_every_field_can_be_changed_and_each_change_is_a_field() -> None:
    assert sorted(CampaignChanges.__annotations__.keys() - {"extras"}) == SETTINGS


def test_every_setting_is_a_key_of_the_request_and_each_key_is_a_setting() -> None:
    assert CampaignBody.model_fields.keys() - REQUEST_ONLY == {*SETTINGS, *DEFAULT_EXTRAS}


def test_every_field_has_its_column() -> None:
    stored = {COLUMN_OF.get(field.name, field.name) for field in fields(CampaignSettings)}

    assert stored | {"deleted_at"} == set(campaigns.c.keys())


def test_every_setting_is_described_once_in_the_api_description(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    silent = {
        f"{model}.{name}"
        for model in ("ChangedCampaignBody", "NewCampaignBody")
        for name, field in schemas[model]["properties"].items()
        if not field.get("description")
    }

    assert silent == set()


def test_a_default_of_the_request_is_the_default_of_the_stored_campaign() -> None:
    """But where a request that leaves the key out means to leave the setting as it is."""
    defaults = {field.name: field.default for field in fields(CampaignSettings) if field.default is not MISSING}
    asked = {name: field.default for name, field in CampaignBody.model_fields.items()}
    same = defaults.keys() & asked.keys() - {"schedules", "recall_status", "local_start_time", "local_end_time"}

    assert {name: asked[name] for name in same if _wire(defaults[name]) != asked[name] and asked[name]} == {}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_read_back_as_it_was_put(client: TestClient, campaign: str, name: str) -> None:
    wanted: Any = OTHERS[name] if name in OTHERS else [_a_week()]
    client.put(
        f"/v3/campaign/{campaign}", json={"schedule_recall_duration": 5, "template_uuid": "", "carrier_uuid": ""}
    )

    changed = client.put(f"/v3/campaign/{campaign}", json={name: wanted})

    found = client.get(f"/v3/campaign/{campaign}").json()
    assert changed.status_code == 200, changed.text
    if name == "schedules":
        found[name] = [{key: row[key] for key in _a_week()} for row in found[name]]
    assert found[name] == wanted


def test_the_settings_table_is_up_to_date() -> None:
    """``python -m api.settings_table`` writes it again."""
    text = DOCUMENT.read_text(encoding="utf-8")

    assert document(text) == text


@pytest.mark.parametrize("name", sorted({*SETTINGS, *DEFAULT_EXTRAS}))
def test_the_settings_table_names_every_setting(name: str) -> None:
    assert f"`{name}`" in DOCUMENT.read_text(encoding="utf-8")


def _a_week() -> dict[str, int]:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    keys = [f"{day}_{edge}_time" for day in days for edge in ("start", "end")]
    return {key: number * 3_600_000_000_000 for number, key in enumerate(keys, start=1)}


def _wire(value: object) -> object:
    match value:
        case None:
            return ""
        case StrEnum():
            return value.value
        case _:
            return value


def test_the_outcomes_of_requests_are_those_of_the_domain() -> None:
    assert sorted(get_args(Outcomes)) == sorted(Outcome)
