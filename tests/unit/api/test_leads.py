"""Leads: one, many, and reading them."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, make_list
from tests.fakes.services import FakeServices
from worker.domain.call import Outcome
from worker.domain.lead import Ending
from worker.store.base.tables import leads

PATTERN = "Does not match pattern '^(84|0[3|5|7|8|9])+([0-9]{8})$'"
NOBODY = "6b1d6d3c-0000-4000-8000-000000000000"


def test_a_lead_is_normalised_classified_and_read_whole(client: TestClient, list_uuid: str) -> None:
    sent = {"list_uuid": list_uuid, "phone_number": "+84 981-000.001", "lead_name": "An", "order": {"id": 7}}

    created = client.post("/v3/lead", json=sent).json()

    read = client.get(f"/v3/lead/{created['lead_uuid']}").json()
    assert (read["phone_number"], read["network"], read["lead_name"]) == ("0981000001", "viettel", "An")
    assert json.loads(read["additional"]) == {"order": {"id": 7}}
    assert (read["status"], read["alt_status"], read["called_count"]) == ("NEW", "new", 0)
    assert read["last_call_time"] == "1970-01-01T08:00:01+08:00"
    assert read["identity_issued_on"] == "0001-01-01T00:00:00Z"
    assert (read["list_name"], read["campaign_name"], read["after_day"]) == ("monday", "first", 0)
    assert len(read) == 37


def test_a_lead_asks_for_a_plan_at_once(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    services.queue.plans.clear()
    services.clock.wait(60)

    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})

    assert list(map(str, services.queue.plans)) == [SEED_CARRIER]
    with services.store.reading() as tx:
        assert list(map(str, tx.plans.due_carriers(now=services.clock.now()))) == [SEED_CARRIER]


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ({"phone_number": "12345"}, 400, [{"phone_number": PATTERN}]),
        ({"phone_number": ""}, 400,
         [{"phone_number": "String length must be greater than or equal to 1"}, {"phone_number": PATTERN}]),
        ({"phone_number": 981000001}, 400, [{"phone_number": PATTERN}]),
        ({"list_uuid": "short"}, 400, [{"list_uuid": "String length must be greater than or equal to 36"}]),
        ({"list_uuid": NOBODY}, 404, "list is not found"),
        ({"list_uuid": "x" * 36}, 404, "list is not found"),
        ({"phone_number": "0981000009"}, 409, "phone_number is duplicate"),
        ({"after_day": -1}, 400, [{"after_day": "Must be greater than or equal to 0"}]),
        ({"big": "x" * 9000}, 400, [{"additional": "additional is too large"}]),
    ],
)  # fmt: skip
def test_a_lead_that_cannot_be_called(
    client: TestClient, list_uuid: str, sent: dict[str, Any], status: int, error: object
) -> None:
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000009"})

    answer = client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"} | sent)

    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_what_a_lead_needs_is_told(client: TestClient) -> None:
    answer = client.post("/v3/lead", json={})

    assert answer.json() == {"error": [{"(root)": "phone_number is required"}, {"(root)": "list_uuid is required"}]}


def test_one_rows_problem_does_not_fail_the_rest(client: TestClient, list_uuid: str, campaign: str) -> None:
    other = make_list(client, campaign, name="tuesday")
    client.post("/v3/lead", json={"list_uuid": other, "phone_number": "0981000009"})
    rows = [
        {"phone_number": "0981000001", "lead_name": "An"},
        {"phone_number": 5},
        {"phone_number": "19001234"},
        {"phone_number": "84981000001"},
        {"phone_number": "0981000009"},
        "nonsense",
        {"lead_name": "nobody"},
        {"phone_number": "0901000001", "additional": "[1]"},
        {"phone_number": "0901000002", "additional": '{"k": 1}', "after_day": 2},
        {"phone_number": "0901000003", "big": "x" * 9000},
    ]

    answer = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": rows})

    assert answer.status_code == 200
    assert answer.json() == {
        "message": "success",
        "total_insert": 2,
        "total_fail": 8,
        "fail": [
            {"row": 1, "error": "not a Vietnamese phone number"},
            {"row": 2, "error": "a premium number (1900) is not for campaigns"},
            {"row": 3, "error": "phone_number is duplicate"},
            {"row": 4, "error": "phone_number is duplicate"},
            {"row": 5, "error": "(root): Invalid type. Expected: object, given: string"},
            {"row": 6, "error": "(root): phone_number is required"},
            {"row": 7, "error": "additional: Invalid type. Expected: object, given: array"},
            {"row": 9, "error": "additional is too large"},
        ],
    }


def test_two_thousand_rows_are_taken_and_one_more_is_not(client: TestClient, list_uuid: str) -> None:
    rows = [{"phone_number": f"0981{number:06d}"} for number in range(2001)]

    taken = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": rows[:2000]})
    refused = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": rows})

    assert taken.json() == {"message": "success", "total_insert": 2000, "total_fail": 0, "fail": []}
    assert (refused.status_code, refused.json()) == (400, {"error": [{"data": "Array must have at most 2000 items"}]})


def test_many_leads_need_a_list(client: TestClient) -> None:
    answer = client.post("/v3/lead/multi", json={"data": []})

    assert (answer.status_code, answer.json()) == (400, {"error": "list_uuid is missing"})


def test_a_lead_waits_for_the_days_it_is_told(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    row = {"phone_number": "0981000001", "after_day": 2}

    client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": [row]})

    read = client.get("/v3/lead").json()["data"][0]
    assert read["after_day"] == 2
    with services.store.reading() as tx:
        assert tx.connection.scalar(select(leads.c.due_at)) == NOON.add(days=2)


def test_leads_are_found_by_list_campaign_and_number(client: TestClient, list_uuid: str) -> None:
    rows = [{"phone_number": "0981000001"}, {"phone_number": "0901000001"}]
    client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": rows})

    def found(query: str) -> list[str]:
        return [row["phone_number"] for row in client.get(f"/v3/lead?{query}").json()["data"]]

    assert found("phone_number=84901000001") == ["0901000001"]
    assert found(f"list_uuid={list_uuid}&campaign_uuid={SEED_CAMPAIGN}") == ["0981000001", "0901000001"]
    assert found(f"list_uuid={NOBODY}") == []
    assert found("limit=1&offset=1") == ["0901000001"]
    assert client.get("/v3/lead?list_uuid=x").json() == {"error": "list_uuid is invalid"}
    assert client.get(f"/v3/lead/{NOBODY}").status_code == 404


def test_a_campaign_without_a_carrier_takes_leads_too(client: TestClient, services: FakeServices) -> None:
    campaign = client.post("/v3/campaign", json={"campaign_name": "first", "type": "autocall"}).json()["campaign_uuid"]
    body = {"list_uuid": make_list(client, campaign), "phone_number": "0981000001"}

    assert client.post("/v3/lead", json=body).status_code == 200

    assert services.queue.plans == []


def test_a_called_lead_shows_its_last_outcome(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})
    change_lead(services, called_count=2, last_outcome=Outcome.BUSY, last_call_at=NOON)

    read = client.get("/v3/lead").json()["data"][0]

    assert (read["status"], read["alt_status"], read["called_count"]) == ("busy", "busy", 2)
    assert read["last_call_time"] == "2026-11-23T12:00:00.000000+07:00"


def test_a_lead_that_nobody_may_dial_says_so(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})
    change_lead(services, ending=Ending.DO_NOT_CALL)

    read = client.get("/v3/lead").json()["data"][0]

    assert (read["status"], read["alt_status"]) == ("DNC", "dnc")


def test_additional_is_an_object_or_the_text_of_one(client: TestClient, list_uuid: str) -> None:
    rows: list[dict[str, Any]] = [
        {"phone_number": "0981000001", "additional": "{"},
        {"phone_number": "0981000002", "additional": ""},
        {"phone_number": "0981000003", "additional": {"k": 1}, "k": 2, "l": 3},
    ]

    answer = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": rows}).json()

    assert answer["fail"] == [{"row": 0, "error": "additional: must be an object or the text of one"}]
    read = client.get("/v3/lead?phone_number=0981000003").json()["data"][0]
    assert json.loads(read["additional"]) == {"k": 1, "l": 3}


@pytest.mark.parametrize(
    ("additional", "error"),
    [
        ('{"a":"\\u0000"}', "text must not contain NUL"),
        ('{"a":' + "[" * 40 + "]" * 40 + "}", "body is nested too deep"),
        ('{"a":[1e308]}', "additional holds a number beyond 64 bits"),
        ({"a": 10**30}, "additional holds a number beyond 64 bits"),
    ],
)
def test_data_that_would_not_come_back_as_it_came_is_refused_row_by_row(
    client: TestClient, list_uuid: str, additional: object, error: str
) -> None:
    rows = [{"phone_number": "0981000001", "additional": additional}, {"phone_number": "0981000002"}]

    answer = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": rows}).json()

    assert (answer["total_insert"], answer["fail"]) == (1, [{"row": 0, "error": error}])
    assert client.get("/v3/lead").json()["total"] == 1


def test_the_largest_number_that_is_kept_comes_back(client: TestClient, list_uuid: str) -> None:
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001", "contract": 2**63 - 1})

    assert json.loads(client.get("/v3/lead").json()["data"][0]["additional"]) == {"contract": 2**63 - 1}


def change_lead(services: FakeServices, **changed: object) -> None:
    with services.store.transaction() as tx:
        tx.connection.execute(update(leads).values(changed))
