"""What a tenant sees of itself."""

import pytest
from fastapi.testclient import TestClient

from tests.builders import HANOI
from tests.builders.api import SEED_CARRIER, make_campaign, make_list
from tests.fakes.services import FakeServices
from worker.domain.caps import Cap
from worker.domain.destinations import FORBIDDEN
from worker.usecases.records.save_tenant import save_tenant

GUARD = "/v3/operator/tenant/default"


def test_a_tenant_without_a_cap(client: TestClient) -> None:
    read = client.get("/v3/tenant").json()

    assert read.pop("domain_uuid")
    assert set(read.pop("caps")) == set(Cap)
    unlimited: dict[str, object] = {"concurrent_call": None, "calls_per_day": None, "destinations": []}
    assert read == {"name": "default", "timezone": HANOI, "in_use": 0, **unlimited}


def test_a_tenant_with_a_cap_in_its_own_zone(client: TestClient, services: FakeServices) -> None:
    changes = {"concurrent_call": 30, "timezone": "Europe/Berlin"}
    save_tenant(services.store, name="default", changes=changes, now=services.clock.now())  # type: ignore[arg-type]  # a dict of both

    read = client.get("/v3/tenant").json()

    assert (read["timezone"], read["concurrent_call"]) == ("Europe/Berlin", 30)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "DELETE"])
def test_it_is_the_operators_to_change(client: TestClient, method: str) -> None:
    assert client.request(method, "/v3/tenant", json={"concurrent_call": 100}).status_code == 405


def test_nobody_sees_it_without_a_token(anonymous: TestClient) -> None:
    assert anonymous.get("/v3/tenant").status_code == 401


def test_an_operator_guards_what_a_tenant_spends(client: TestClient) -> None:
    guard = {"calls_per_day": 500, "destinations": ["viettel", "!0981", "viettel"], "concurrent_call": 30}

    changed = client.put(GUARD, json=guard)
    seen = client.get("/v3/tenant").json()
    lifted = client.put(GUARD, json={"calls_per_day": None}).json()["data"]

    assert changed.status_code == 200
    assert changed.json()["data"] == seen
    assert [seen[key] for key in guard] == [500, ["viettel", "!0981"], 30]
    assert [lifted[key] for key in guard] == [None, ["viettel", "!0981"], 30]
    assert client.get(GUARD).json()["data"] == lifted


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"destinations": ["+84"]}, "destinations"),
        ({"destinations": ["09"] * 1001}, "destinations"),
        ({"calls_per_day": -1}, "calls_per_day"),
        ({"calls_per_days": 1}, "calls_per_days"),
    ],
)
def test_a_wrong_guard_is_refused(client: TestClient, body: dict[str, object], key: str) -> None:
    answer = client.put(GUARD, json=body)

    assert answer.status_code == 400
    assert key in answer.text


def test_a_tenant_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.get("/v3/operator/tenant/nobody").status_code == 404
    assert client.put("/v3/operator/tenant/nobody", json={"calls_per_day": 1}).status_code == 404


def test_forbidden_destinations_are_refused_row_by_row(client: TestClient) -> None:
    client.put(GUARD, json={"destinations": ["!0981"]})
    campaign = make_campaign(client)
    client.put(f"/v3/campaign/{campaign}", json={"carrier_uuid": SEED_CARRIER, "active": True})
    rows = [{"phone_number": "0981000001"}, {"phone_number": "0971000001"}]

    imported = client.post("/v3/lead/multi", json={"list_uuid": make_list(client, campaign), "data": rows}).json()
    asked = {"campaign_uuid": campaign, "phone_number": "0981000001", "param": {}}
    single = client.post("/v3/autocall/import", json=asked)

    assert (imported["total_insert"], imported["fail"]) == (1, [{"row": 0, "error": FORBIDDEN}])
    assert (single.status_code, {"phone_number": FORBIDDEN} in single.json()["error"]) == (400, True)
