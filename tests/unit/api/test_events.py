"""Subscriptions to events: kept, listed and taken back."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import a_tenant
from tests.fakes.services import FakeServices
from worker.usecases.records.api_tokens import create_token

WANTED = {"callback_url": "https://crm.example/events", "event": "answered"}


def listed(client: TestClient) -> list[dict[str, Any]]:
    answer = client.get("/v1/event").json()
    assert answer["total"] == len(answer["data"])
    data: list[dict[str, Any]] = answer["data"]
    return data


def test_a_subscription_is_listed_under_both_of_its_names(client: TestClient) -> None:
    created = client.post("/v1/event", json=WANTED | {"callback_apikey": "s3cret"})

    (one,) = listed(client)
    assert created.json() == {"created": True, "id": one["id"]}
    assert (one["event"], one["event_name"], one["domain_name"]) == ("answered", "answered", "default")
    assert (one["callback_url"], one["callback_apikey"]) == (WANTED["callback_url"], "********")


def test_a_subscription_without_a_key_shows_none(client: TestClient) -> None:
    client.post("/v1/event", json=WANTED)

    (one,) = listed(client)
    assert one["callback_apikey"] == ""


@pytest.mark.parametrize(
    "event",
    [
        "ringing",
        "answered",
        "hangup",
        "cdr",
        "missed",
        "cdr_autocall",
        "carrier_failing",
        "carrier_recovered",
        "campaign_stalled",
        "campaign_finished",
        "callback_url_failing",
        "switch_gone",
    ],
)
def test_every_documented_event_may_be_asked_for(client: TestClient, event: str) -> None:
    assert client.post("/v1/event", json=WANTED | {"event": event}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"event": "create"}, "event"),
        ({"event": ""}, "event"),
        ({"callback_url": ""}, "callback_url"),
        ({"callback_url": "ftp://crm.example/"}, "callback_url"),
        ({"callback_url": "http://crm.example/\r\nX-Evil: 1"}, "callback_url"),
        ({"callback_apikey": "key\r\nX-Evil: 1"}, "callback_apikey"),
        ({"callback_apikey": "key\n"}, "callback_apikey"),
        ({"callback_apikey": "khoá"}, "callback_apikey"),
    ],
)
def test_what_could_not_be_told_is_refused(client: TestClient, changed: dict[str, str], field: str) -> None:
    answer = client.post("/v1/event", json=WANTED | changed)

    assert answer.status_code == 400
    assert [list(problem) for problem in answer.json()["error"]] == [[field]]
    assert listed(client) == []


def test_a_subscription_is_taken_back_once(client: TestClient) -> None:
    created = client.post("/v1/event", json=WANTED).json()["id"]

    first, second = (client.delete(f"/v1/event/{created}") for _ in range(2))

    assert (first.json(), second.status_code) == ({"deleted": True}, 404)
    assert listed(client) == []


def test_another_tenant_s_subscriptions_are_not_there(client: TestClient, services: FakeServices) -> None:
    created = client.post("/v1/event", json=WANTED).json()["id"]
    other = a_tenant(services.store, name="other")
    client.headers["Authorization"] = (
        f"Bearer {create_token(services.store, tenant=other, now=NOON, chance=lambda: 0.25)}"
    )

    assert listed(client) == []
    assert client.delete(f"/v1/event/{created}").status_code == 404


def test_switches_are_the_operators_alone(client: TestClient, services: FakeServices) -> None:
    other = a_tenant(services.store, name="other")
    client.headers["Authorization"] = (
        f"Bearer {create_token(services.store, tenant=other, now=NOON, chance=lambda: 0.25)}"
    )

    answer = client.post("/v1/event", json=WANTED | {"event": "switch_gone"})

    assert answer.status_code == 400
    assert [list(problem) for problem in answer.json()["error"]] == [["event"]]
