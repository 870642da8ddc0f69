"""What one tenant may store is bounded; another tenant's use does not count."""

from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import a_tenant
from tests.fakes.services import FakeServices
from worker.domain.caps import DEFAULT_CAPS, Cap
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.save_tenant import TenantChanges, save_tenant


def limit(services: FakeServices, caps: Mapping[Cap, int]) -> None:
    services.caps = {**DEFAULT_CAPS, **caps}


def subscribe(client: TestClient, number: int, *, event: str = "cdr") -> tuple[int, dict[str, object]]:
    body = {"event": event, "callback_url": f"https://crm.example/{number}"}
    answer = client.post("/v1/event", json=body)
    return answer.status_code, answer.json()


def test_the_fifty_first_subscription_is_refused_and_says_why(client: TestClient) -> None:
    statuses = [subscribe(client, number)[0] for number in range(50)]

    status, answer = subscribe(client, 50)

    assert statuses == [200] * 50
    assert (status, answer) == (
        429,
        {
            "error": "over the cap of subscriptions: 50 are allowed, 50 are in use, 1 more were asked",
            "cap": "subscriptions",
            "value": 50,
            "used": 50,
            "asked": 1,
        },
    )


def test_a_deleted_subscription_makes_room(client: TestClient, services: FakeServices) -> None:
    limit(services, {Cap.SUBSCRIPTIONS: 1})
    _, first = subscribe(client, 1)

    full = subscribe(client, 2)[0]
    client.delete(f"/v1/event/{first['id']}")

    assert (full, subscribe(client, 2)[0]) == (429, 200)


def test_an_equal_subscription_is_refused(client: TestClient) -> None:
    statuses = [subscribe(client, 1)[0], subscribe(client, 1)[0], subscribe(client, 1, event="hangup")[0]]

    assert statuses == [200, 409, 200]
    assert client.get("/v1/event").json()["total"] == 2


@pytest.mark.parametrize("url", ["HTTPS://CRM.example/1", "https://crm.example:443/1", "https://crm.example/1#again"])
def test_a_subscription_that_is_equal_but_for_its_writing_is_refused(client: TestClient, url: str) -> None:
    subscribe(client, 1)

    assert client.post("/v1/event", json={"event": "cdr", "callback_url": url}).status_code == 409


def test_another_tenant_has_caps_of_its_own(client: TestClient, services: FakeServices) -> None:
    limit(services, {Cap.SUBSCRIPTIONS: 1})
    subscribe(client, 1)
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=NOON, chance=lambda: 0.25)

    client.headers["Authorization"] = f"Bearer {token}"

    assert [subscribe(client, 1)[0], subscribe(client, 2)[0]] == [200, 429]


def test_an_operator_gives_a_tenant_caps_and_takes_them_back(client: TestClient, services: FakeServices) -> None:
    limit(services, {Cap.SUBSCRIPTIONS: 1})

    def give(value: int | None) -> None:
        changes = TenantChanges(caps={"subscriptions": value})
        save_tenant(services.store, name="default", changes=changes, now=NOON)

    give(2)
    own = client.get("/v3/tenant").json()["caps"]
    statuses = [subscribe(client, number)[0] for number in range(3)]
    give(None)

    assert (own["subscriptions"], own["campaigns"]) == (2, DEFAULT_CAPS[Cap.CAMPAIGNS])
    assert statuses == [200, 200, 429]
    assert client.get("/v3/tenant").json()["caps"]["subscriptions"] == 1


def test_campaigns_and_lists_are_capped(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    limit(services, {Cap.CAMPAIGNS: 1, Cap.LISTS: 1})
    campaign = client.get(f"/v3/list/{list_uuid}").json()["campaign_uuid"]

    more = client.post("/v3/campaign", json={"campaign_name": "more", "type": "autocall", "concurrent_call": 1})
    another = client.post("/v3/list", json={"campaign_uuid": campaign, "list_name": "more"})
    client.patch(f"/v3/campaign/{campaign}/active", json={"active": False})
    deleted = client.delete(f"/v3/campaign/{campaign}")
    again = client.post("/v3/campaign", json={"campaign_name": "more", "type": "autocall", "concurrent_call": 1})

    assert [(one.status_code, one.json()["cap"]) for one in (more, another)] == [(429, "campaigns"), (429, "lists")]
    assert (deleted.status_code, again.status_code) == (200, 200), deleted.text


def test_an_import_that_is_more_than_a_list_may_have_adds_nothing(
    client: TestClient, services: FakeServices, list_uuid: str
) -> None:
    limit(services, {Cap.LEADS: 3})

    def add(*phones: str) -> tuple[int, dict[str, object]]:
        data = [{"phone_number": phone} for phone in phones]
        answer = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": data})
        return answer.status_code, answer.json()

    first = add("0981000001", "0981000002")[0]
    status, answer = add("0981000003", "0981000004")
    last = add("0981000003")[0]

    assert (first, status, last) == (200, 429, 200)
    assert (answer["cap"], answer["value"], answer["used"], answer["asked"]) == ("leads", 3, 2, 2)
    assert client.get(f"/v3/lead?list_uuid={list_uuid}").json()["total"] == 3


@pytest.mark.parametrize("cap", Cap)
def test_every_cap_has_a_default(cap: Cap) -> None:
    assert DEFAULT_CAPS[cap] > 0
