"""PUT: the documented body as it stands, what is absent unchanged, what is refused without effect."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, make_carrier
from tests.builders.documented_put import seed_body
from tests.fakes.services import FakeServices

PATH = f"/v3/campaign/{SEED_CAMPAIGN}"
TYPES = 'type must be one of the following: "autodialer", "autocall", "inbound", "manual"'
SERVER_MANAGED = {"created_at", "updated_at"}


@pytest.fixture(autouse=True)
def _stored(campaign: str) -> None:
    assert campaign == SEED_CAMPAIGN


def test_the_documented_body_is_accepted_and_reads_back_equal(client: TestClient) -> None:
    answer = client.put(PATH, json=seed_body())

    assert (answer.status_code, answer.json()) == (200, {"campaign_uuid": SEED_CAMPAIGN})
    read = client.get(PATH).json()
    read["schedules"] = [{k: v for k, v in row.items() if k.endswith("_time")} for row in read["schedules"]]
    for key in seed_body().keys() - SERVER_MANAGED:
        assert read[key] == seed_body()[key], key


def test_what_is_read_may_be_put_back(client: TestClient) -> None:
    client.put(PATH, json=seed_body())
    read = client.get(PATH).json()

    assert client.put(PATH, json=read).status_code == 200

    again = client.get(PATH).json()
    assert again == read | {"revision": read["revision"] + 1}


def test_every_put_raises_the_revision(client: TestClient) -> None:
    before = client.get(PATH).json()["revision"]

    client.put(PATH, json={})

    assert client.get(PATH).json()["revision"] == before + 1


def test_absent_keys_stay_as_they_are(client: TestClient) -> None:
    client.put(PATH, json=seed_body() | {"description": "long", "network": {"viettel": 3, "mobi": 4}})

    client.put(PATH, json={"concurrent_call": 2, "network": {"mobi": None}, "schedules": None})

    read = client.get(PATH).json()
    assert (read["concurrent_call"], read["description"], len(read["schedules"])) == (2, "long", 1)
    assert read["network"] == {"viettel": 3, "mobi": 0, "vina": 0, "tel": 0, "offnet": 0}


def test_no_schedule_at_all_is_no_restriction(client: TestClient) -> None:
    client.put(PATH, json={"schedules": []})

    assert client.get(PATH).json()["schedules"] == []


@pytest.mark.parametrize(
    ("sent", "read"),
    [("parallel", "parralel"), ("parralel", "parralel"), ("", "direct"), ("serial", "serial")],
)
def test_the_wires_spellings_of_the_mode(client: TestClient, sent: str, read: str) -> None:
    client.put(PATH, json={"mode_call": sent})

    assert client.get(PATH).json()["mode_call"] == read


def test_the_paths_id_wins_and_another_one_is_refused(client: TestClient) -> None:
    answer = client.put(PATH, json=seed_body() | {"campaign_uuid": SEED_CARRIER})

    assert (answer.status_code, answer.json()) == (400, {"error": "campaign_uuid is invalid"})


def test_a_taken_name_is_told(client: TestClient) -> None:
    client.post("/v3/campaign", json={"campaign_name": "second", "type": "autocall"})

    answer = client.put(PATH, json={"campaign_name": "second", "description": "never stored"})

    assert (answer.status_code, answer.json()) == (409, {"error": "campaign_name is already taken"})
    assert client.get(PATH).json()["description"] == ""


def test_an_unknown_campaign_is_not_found(client: TestClient) -> None:
    answer = client.put("/v3/campaign/6b1d6d3c-0000-4000-8000-000000000000", json={})

    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"type": "robocall"}, {"type": TYPES}),
        ({"campaign_name": ""}, {"campaign_name": "String length must be greater than or equal to 1"}),
        ({"concurrent_call": "5"}, {"concurrent_call": "Invalid type. Expected: integer, given: string"}),
        ({"concurrent_call": -1}, {"concurrent_call": "Must be greater than or equal to 0"}),
        ({"concurrent_call": 10**30}, {"concurrent_call": "Invalid type. Expected: integer, given: number"}),
        ({"active": 1}, {"active": "Invalid type. Expected: boolean, given: integer"}),
        ({"active": None}, {"active": "Invalid type. Expected: boolean, given: null"}),
        ({"network": {"viettel": -1}}, {"network.viettel": "Must be greater than or equal to 0"}),
        ({"network": 5}, {"network": "Invalid type. Expected: object, given: integer"}),
        ({"schedules": [{"monday_end_time": 86_400_000_000_001}]},
         {"schedules.0.monday_end_time": "Must be less than or equal to 86400000000000"}),
        ({"schedules": {}}, {"schedules": "Invalid type. Expected: array, given: object"}),
        ({"callback_url": "http://exa mple.com/"}, {"callback_url": "Does not match format 'uri'"}),
        ({"callback_url": "http://[::1/"}, {"callback_url": "Does not match format 'uri'"}),
        ({"callback_url": "http://example.com:99999/"}, {"callback_url": "Does not match format 'uri'"}),
        ({"call_timeout": 60.5}, {"call_timeout": "Invalid type. Expected: integer, given: number"}),
        ({"local_start_time": "24:00:00"},
         {"local_start_time": "Does not match pattern '^(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])?$'"}),
        ({"description": "x" * 4001}, {"description": "String length must be less than or equal to 4000"}),
        ({"callback_url": "ftp://example.com/"}, {"callback_url": "Does not match format 'uri'"}),
        ({"callback_url": "http://user:password@example.com/"}, {"callback_url": "Does not match format 'uri'"}),
        ({"lead_expired_at": "tomorrow"}, {"lead_expired_at": "Does not match format 'date-time'"}),
        ({"lead_expired_at": 1}, {"lead_expired_at": "Invalid type. Expected: string, given: integer"}),
        ({"schedule_recall": "minute"}, {"schedule_recall_duration": "Must be greater than or equal to 1"}),
        ({"type": "autodialer", "hopper": 9}, {"hopper": "Must be greater than or equal to 10"}),
        ({"type": "autodialer", "hopper": 101}, {"hopper": "Must be less than or equal to 100"}),
    ],
)  # fmt: skip
def test_nonsense_is_told_by_field_and_changes_nothing(
    client: TestClient, sent: dict[str, Any], error: dict[str, str]
) -> None:
    before = client.get(PATH).json()

    answer = client.put(PATH, json=sent)

    assert (answer.status_code, answer.json()) == (400, {"error": [error]})
    assert client.get(PATH).json() == before


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"carrier_uuid": "6b1d6d3c-0000-4000-8000-000000000000"}, "carrier is not found"),
        ({"carrier_uuid": "nonsense"}, "carrier is not found"),
        ({"template_uuid": "6b1d6d3c-0000-4000-8000-000000000000"}, "template is not found"),
        ({"status": "start", "active": False}, "campaign is not active"),
        ({"status": "start", "carrier_uuid": ""}, "carrier_uuid is missing"),
        ({"status": "start", "template_uuid": ""}, "template_uuid is missing"),
        ({"status": "pause", "template_uuid": ""}, "template_uuid is missing"),
        ({"status": "pause", "active": False}, "campaign is not active"),
        ({"status": "start", "type": "manual"}, "only a campaign of type autocall can run"),
    ],
)
def test_what_contradicts_the_store_is_told_in_one_sentence(
    client: TestClient, sent: dict[str, Any], error: str
) -> None:
    answer = client.put(PATH, json=sent)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_change_asks_for_plans_of_the_old_and_the_new_carrier(client: TestClient, services: FakeServices) -> None:
    other = make_carrier(client, carrier_name="other")
    services.queue.plans.clear()

    client.put(PATH, json={"carrier_uuid": other})

    assert sorted(map(str, services.queue.plans)) == sorted([SEED_CARRIER, other])


def test_a_refused_change_asks_for_no_plan(client: TestClient, services: FakeServices) -> None:
    services.queue.plans.clear()

    client.put(PATH, json={"status": "start", "template_uuid": ""})

    assert services.queue.plans == []


def test_an_autodialers_empty_status_leaves_the_run_state(client: TestClient) -> None:
    client.put(PATH, json={"status": "start"})
    run_id = client.get(PATH).json()["run_id"]

    client.put(PATH, json={"status": "", "concurrent_call": 7})

    read = client.get(PATH).json()
    assert (read["status"], read["run_id"]) == ("start", run_id)


def test_a_value_without_effect_on_dialling_is_kept_too(client: TestClient) -> None:
    client.put(
        PATH,
        json={
            "lead_expired_at": None,
            "statuses_selectable": [1],
            "hopper": 50,
            "allow_search_lead": False,
            "recall_status": None,
        },
    )

    read = client.get(PATH).json()
    assert (read["statuses"], read["hopper"], read["allow_search_lead"], read["recall_status"]) == (
        [1],
        50,
        False,
        None,
    )


def test_urls_for_callbacks_are_kept(client: TestClient) -> None:
    client.put(PATH, json={"callback_url": "https://example.com:8443/cdr?x=1"})

    assert client.get(PATH).json()["callback_url"] == "https://example.com:8443/cdr?x=1"


def test_a_running_campaign_keeps_its_template(client: TestClient) -> None:
    client.put(PATH, json=seed_body() | {"status": "start"})

    answer = client.put(PATH, json={"template_uuid": "", "description": "silent"})

    assert (answer.status_code, answer.json()) == (400, {"error": "template_uuid is missing"})
    assert client.get(PATH).json()["description"] == ""
