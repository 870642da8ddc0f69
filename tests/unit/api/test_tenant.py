"""What a tenant sees of itself."""

import pytest
from fastapi.testclient import TestClient

from tests.builders import HANOI
from tests.fakes.services import FakeServices
from worker.domain.caps import Cap
from worker.usecases.records.save_tenant import save_tenant


def test_a_tenant_without_a_cap(client: TestClient) -> None:
    read = client.get("/v3/tenant").json()

    assert read.pop("domain_uuid")
    assert set(read.pop("caps")) == set(Cap)
    assert read == {"name": "default", "timezone": HANOI, "concurrent_call": None, "in_use": 0}


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
