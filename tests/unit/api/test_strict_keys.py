"""A misspelt key is refused with what was probably meant; a foreign one is ignored and named."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.requests.campaign import CampaignBody
from api.requests.strict_keys import meant
from api.requests.unused_keys import OF_CAMPAIGN
from tests.builders.api import SEED_CAMPAIGN
from tests.builders.documented_put import seed_body

PATH = f"/v3/campaign/{SEED_CAMPAIGN}"
HOUR_NS = 3_600_000_000_000
NEAR = [
    ("Schedules", "schedules"),
    ("schedule", "schedules"),
    ("scheduels", "schedules"),
    ("recallTimes", "recall_times"),
    ("recal_times", "recall_times"),
    ("concurent_call", "concurrent_call"),
    ("concurrent-call", "concurrent_call"),
    ("callback_ulr", "callback_url"),
    ("staus", "status"),
    ("Active", "active"),
    ("lead_expires_at", "lead_expired_at"),
]


@pytest.fixture(autouse=True)
def _stored(campaign: str) -> None:
    assert campaign == SEED_CAMPAIGN


def put(client: TestClient, body: dict[str, Any]) -> tuple[int, Any]:
    answer = client.put(PATH, json=body)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(("key", "near"), NEAR)
def test_a_key_that_is_nearly_one_of_ours_is_refused_by_name(client: TestClient, key: str, near: str) -> None:
    before = client.get(PATH).json()

    assert put(client, {"description": "new", key: 1}) == (
        400,
        {"error": [{"(root)": f"{key} is unknown: {near} was probably meant"}]},
    )
    assert client.get(PATH).json() == before


def test_a_create_is_as_strict(client: TestClient) -> None:
    answer = client.post("/v3/campaign", json={"campaign_name": "b", "type": "autocall", "Schedules": []})

    assert (answer.status_code, answer.json()["error"][0]["(root)"][:20]) == (400, "Schedules is unknown")


def test_foreign_keys_are_ignored_and_named(client: TestClient) -> None:
    assert put(client, {"description": "new", "x_vendor": {"a": 1}, "pbx_node": 7}) == (
        200,
        {"campaign_uuid": SEED_CAMPAIGN, "ignored": ["pbx_node", "x_vendor"]},
    )
    assert client.get(PATH).json()["description"] == "new"


def test_a_body_of_foreign_keys_alone_is_refused(client: TestClient) -> None:
    assert put(client, {"pbx_node": 7}) == (400, {"error": [{"(root)": "none of the keys is known: pbx_node"}]})


@pytest.mark.parametrize("key", ["network", "schedules"])
def test_what_the_api_itself_returns_is_taken_in_silence(client: TestClient, key: str) -> None:
    client.put(PATH, json=seed_body())
    read = client.get(PATH).json()

    assert read.keys() <= CampaignBody.model_fields.keys() | OF_CAMPAIGN
    assert put(client, read) == put(client, {key: read[key]}) == (200, {"campaign_uuid": SEED_CAMPAIGN})


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"monday_strat_time": 0, "monday_end_time": HOUR_NS}, "monday_strat_time is unknown: monday_start_time"),
        ({"Monday_start_time": 0, "monday_end_time": HOUR_NS}, "Monday_start_time is unknown: monday_start_time"),
        ({"note": "x"}, "note is unknown"),
        ({"monday_start_time": 0}, "monday_end_time is missing: a day has both ends or neither"),
        ({"sunday_end_time": HOUR_NS}, "sunday_start_time is missing: a day has both ends or neither"),
        ({"monday_start_time": 28_800, "monday_end_time": 75_600}, "times are in nanoseconds"),
        ({"monday_start_time": 0, "monday_end_time": 59_999_999_999}, "times are in nanoseconds"),
    ],
)
def test_a_row_of_windows_that_would_mean_something_else_is_refused(
    client: TestClient, row: dict[str, Any], why: str
) -> None:
    code, answer = put(client, {"schedules": [{"friday_start_time": 0, "friday_end_time": HOUR_NS}, row]})

    assert (code, why in answer["error"][0]["schedules.1"]) == (400, True)


@pytest.mark.parametrize("row", [{}, {"monday_start_time": 0, "monday_end_time": 0}, {"id": "x", "campaign_uuid": "y"}])
def test_a_row_that_closes_days_is_taken(client: TestClient, row: dict[str, Any]) -> None:
    assert put(client, {"schedules": [row]})[0] == 200


def test_a_network_that_is_not_one_of_the_five_is_refused(client: TestClient) -> None:
    assert put(client, {"network": {"vietel": 3}}) == (
        400,
        {"error": [{"network": "vietel is unknown: viettel was probably meant"}]},
    )


@pytest.mark.parametrize("key", ["hotline", "users_online", "x", "name", "timezone", "extension"])
def test_what_resembles_none_of_ours_means_none(key: str) -> None:
    assert meant(key, CampaignBody.model_fields) == ""
