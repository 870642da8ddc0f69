"""Callbacks as operators read them and send them again."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from tests.builders import NOON
from tests.builders.api import a_tenant, make_list
from tests.builders.stored_calls import URL, store_call, store_delivery
from tests.fakes.services import FakeServices
from worker.domain.callback_url import UrlStanding
from worker.domain.retry import Answer, Dead, Delivered, RetryAt
from worker.ports.callbacks.deliveries import Attempt
from worker.ports.dispatch.outbox import Delivery
from worker.store.base.callback_tables import deliveries
from worker.usecases.records.api_tokens import create_token

PHONES = ("0981000001", "0981000002", "0981000003")
GONE = Answer(410, "the receiver answered 410")
AWAY = Answer(None, "no connection")


@pytest.fixture
def told(client: TestClient, services: FakeServices, campaign: str) -> list[str]:
    """Store three callbacks: a dead letter, one that was delivered at the second attempt, and one that waits."""
    data = [{"phone_number": phone} for phone in PHONES]
    client.post("/v3/lead/multi", json={"list_uuid": make_list(client, campaign), "data": data})
    dead, had, waits = (
        store_delivery(services.store, call_id=store_call(services.store, phone=phone), at=NOON.add(days=day))
        for day, phone in enumerate(PHONES)
    )
    record(services, Attempt(dead, NOON, 30, GONE, Dead("the receiver answered 410 Gone")))
    record(services, Attempt(had, NOON, 5000, AWAY, RetryAt(NOON.add(seconds=5))))
    second = Delivery(**{name: getattr(had, name) for name in Delivery.__dataclass_fields__} | {"attempt": 1})
    record(services, Attempt(second, NOON.add(seconds=5), 20, Answer(200), Delivered()))
    return [str(delivery.id) for delivery in (dead, had, waits)]


def record(services: FakeServices, attempt: Attempt) -> None:
    with services.store.transaction() as tx:
        tx.deliveries.record([attempt], now=NOON)


def found(client: TestClient, query: str = "") -> list[str]:
    answer = client.get(f"/v3/callback?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["data"])
    return [row["id"] for row in answer.json()["data"]]


def rows(services: FakeServices) -> dict[str, Any]:
    with services.store.reading() as tx:
        return {str(row.id): row for row in tx.connection.execute(select(deliveries))}


def test_a_callback_is_told_with_each_attempt(client: TestClient, told: list[str], campaign: str) -> None:
    read = client.get(f"/v3/callback?campaign_uuid={campaign}&state=delivered").json()["data"]

    assert [row["id"] for row in read] == [told[1]]
    assert read[0] | {"call_id": "", "id": ""} == {
        "id": "",
        "campaign_uuid": campaign,
        "call_id": "",
        "subscription_id": "",
        "event": "cdr",
        "url": URL,
        "state": "delivered",
        "attempt": 2,
        "next_at": "",
        "last_status": 200,
        "last_error": "",
        "replayed_at": "",
        "created_at": "2026-11-24T12:00:00.000000+07:00",
        "updated_at": "2026-11-23T12:00:00.000000+07:00",
        "attempts": [
            {
                "number": 1,
                "sent_at": "2026-11-23T12:00:00.000000+07:00",
                "milliseconds": 5000,
                "status": 0,
                "error": "no connection",
            },
            {
                "number": 2,
                "sent_at": "2026-11-23T12:00:05.000000+07:00",
                "milliseconds": 20,
                "status": 200,
                "error": "",
            },
        ],
    }


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [2, 1, 0]),
        ("state=dead", [0]),
        ("state=pending", [2]),
        ("event=answered", []),
        ("start_date=2026-11-24", [2, 1]),
        ("end_date=2026-11-24", [1, 0]),
        ("start_date=2026-11-24 12:00:00&end_date=2026-11-24 12:00:00", [1]),
        ("campaign_uuid=6b1d6d3c-0000-4000-8000-000000000000", []),
    ],
)
def test_callbacks_are_found_by_what_they_are(
    client: TestClient, told: list[str], query: str, numbers: list[int]
) -> None:
    assert found(client, query) == [told[number] for number in numbers]


def test_the_callbacks_of_a_call_are_found(client: TestClient, told: list[str]) -> None:
    call_id = client.get(f"/v3/callback/{told[1]}").json()["call_id"]

    assert found(client, f"call_id={call_id}") == [told[1]]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("state=lost", {"state": 'state must be one of the following: "", "pending", "delivered", "dead"'}),
        ("start_date=yesterday", {"start_date": "Does not match format 'YYYY-MM-DD hh:mm:ss'"}),
    ],
)
def test_what_cannot_be_asked_is_refused(client: TestClient, query: str, error: dict[str, str]) -> None:
    answer = client.get(f"/v3/callback?{query}")

    assert (answer.status_code, answer.json()["error"]) == (400, [error])


def test_one_callback_is_told_with_its_body(client: TestClient, told: list[str]) -> None:
    read = client.get(f"/v3/callback/{told[2]}").json()

    assert (read["body"], read["attempts"], read["state"]) == ('{"note":""}', [], "pending")
    assert read["next_at"] == "2026-11-25T12:00:00.000000+07:00"


def test_a_dead_letter_is_sent_again_with_its_id_and_a_whole_schedule(
    client: TestClient, services: FakeServices, told: list[str]
) -> None:
    answer = client.post(f"/v3/callback/{told[0]}/replay")

    row = rows(services)[told[0]]
    assert (answer.status_code, answer.json()) == (200, {"id": told[0], "replayed": 1})
    assert (row.state, row.next_at, row.attempt, row.attempts_before) == ("pending", NOON, 1, 1)
    assert services.queue.deliveries == ["crm.example"]


def test_what_was_delivered_may_be_sent_again(client: TestClient, services: FakeServices, told: list[str]) -> None:
    client.post(f"/v3/callback/{told[1]}/replay")

    assert rows(services)[told[1]].state == "pending"


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ({}, [0]),
        ({"state": "delivered"}, [1]),
        ({"state": ""}, [0, 1, 2]),
        ({"start_date": "2026-11-24", "state": ""}, [1, 2]),
        ({"end_date": "2026-11-23", "state": ""}, [0]),
        ({"event": "answered"}, []),
    ],
)
def test_a_campaign_s_callbacks_are_sent_again_dead_letters_unless_others_are_named(
    client: TestClient, services: FakeServices, told: list[str], campaign: str, body: dict[str, str], numbers: list[int]
) -> None:
    answer = client.post("/v3/callback/replay", json={"campaign_uuid": campaign} | body)

    again = [row_id for row_id, row in rows(services).items() if row.replayed_at is not None]
    assert (answer.status_code, answer.json()) == (200, {"replayed": len(numbers)})
    assert sorted(again) == sorted(told[number] for number in numbers)


@pytest.mark.usefixtures("told")
def test_those_of_a_period_are_sent_again(client: TestClient) -> None:
    body = {"start_date": "2026-11-23", "end_date": "2026-11-24", "state": ""}

    assert client.post("/v3/callback/replay", json=body).json() == {"replayed": 2}


def test_everything_that_there_is_is_not_sent_again_by_mistake(client: TestClient) -> None:
    answer = client.post("/v3/callback/replay", json={})

    assert (answer.status_code, answer.json()["error"]) == (
        400,
        [{"(root)": "campaign_uuid, call_id or start_date is required"}],
    )


def test_a_url_that_was_disabled_is_told_with_its_reason_and_can_be_enabled(
    client: TestClient, services: FakeServices
) -> None:
    disable(services)

    listed = client.get("/v3/callback/url").json()
    answer = client.post("/v3/callback/url/enable", json={"url": URL})

    assert listed["data"] == [
        {
            "url": URL,
            "disabled": True,
            "reason": "the receiver answered 410 Gone",
            "refusals": 0,
            "failing_since": "2026-11-23T12:00:00.000000+07:00",
            "failed_at": "2026-11-23T12:00:00.000000+07:00",
            "delivered_at": "",
            "next_trial_at": "",
            "disabled_at": "2026-11-23T12:00:00.000000+07:00",
        }
    ]
    assert (answer.status_code, answer.json()) == (200, {"url": URL, "enabled": True})
    assert client.get("/v3/callback/url").json()["total"] == 0
    assert client.post("/v3/callback/url/enable", json={"url": URL}).status_code == 404


def test_a_url_that_fails_is_told_with_its_refusals_and_its_next_trial(
    client: TestClient, services: FakeServices, told: list[str]
) -> None:
    later = NOON.add(days=5)
    shut = UrlStanding(NOON, NOON, refusals=21, weight=21, shut_until=later, delivered_at=NOON)
    with services.store.transaction() as tx:
        tenant = tx.tenants.named("default")
        assert tenant is not None
        tx.callback_urls.save({(tenant.id, URL): shut})

    (listed,) = client.get("/v3/callback/url").json()["data"]
    waiting = client.get(f"/v3/callback/{told[2]}").json()
    client.post("/v3/callback/url/enable", json={"url": URL})
    (opened,) = client.get("/v3/callback/url").json()["data"]

    assert (listed["disabled"], listed["refusals"]) == (False, 21)
    assert listed["next_trial_at"] == waiting["next_at"] == "2026-11-28T12:00:00.000000+07:00"
    assert listed["delivered_at"] == "2026-11-23T12:00:00.000000+07:00"
    assert (opened["refusals"], opened["next_trial_at"]) == (21, "")


def test_who_sends_again_says_that_the_receiver_is_well(
    client: TestClient, services: FakeServices, told: list[str]
) -> None:
    disable(services)

    client.post(f"/v3/callback/{told[0]}/replay")

    assert client.get("/v3/callback/url").json()["total"] == 0


def disable(services: FakeServices) -> None:
    with services.store.transaction() as tx:
        tenant = tx.tenants.named("default")
        assert tenant is not None
        tx.callback_urls.save({(tenant.id, URL): UrlStanding(NOON, NOON, NOON, "the receiver answered 410 Gone")})


def test_another_tenant_sees_and_replays_nothing(
    client: TestClient, services: FakeServices, told: list[str], campaign: str
) -> None:
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=NOON, chance=lambda: 0.25)
    client.headers["Authorization"] = f"Bearer {token}"

    assert found(client) == []
    assert client.get(f"/v3/callback/{told[0]}").status_code == 404
    assert client.post(f"/v3/callback/{told[0]}/replay").status_code == 404
    assert client.post("/v3/callback/replay", json={"campaign_uuid": campaign}).json() == {"replayed": 0}


@pytest.mark.parametrize("path", ["6b1d6d3c-0000-4000-8000-000000000000", "nobody"])
def test_an_unknown_callback_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"/v3/callback/{path}").status_code == 404
    assert client.post(f"/v3/callback/{path}/replay").status_code == 404
