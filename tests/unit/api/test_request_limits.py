"""A tenant that sends too much has to wait, and keeps neither its own stops nor other tenants from being heard."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import a_tenant
from tests.fakes.clock import Seconds
from tests.fakes.services import FakeServices
from worker.coordination.request_limits import LocalRequestLimits
from worker.domain.caps import DEFAULT_CAPS, Cap
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.save_tenant import TenantChanges, save_tenant

pytestmark = pytest.mark.usefixtures("seconds")


@pytest.fixture
def seconds(services: FakeServices, list_uuid: str) -> Seconds:
    """Limit a tenant to 2 requests a second and 3 at once, and to one import; give the clock of its bucket."""
    assert list_uuid  # made before the limits hold
    seconds = Seconds()
    services.request_limits = LocalRequestLimits(seconds)
    services.caps = {**DEFAULT_CAPS, Cap.REQUESTS: 2, Cap.BURST: 3, Cap.IMPORTS: 1}
    return seconds


def fill(client: TestClient) -> list[int]:
    return [client.get("/v3/tenant").status_code for _ in range(5)]


def test_what_is_more_than_the_burst_is_told_what_and_when(client: TestClient) -> None:
    statuses = fill(client)
    refused = client.get("/v3/tenant")

    assert statuses == [200, 200, 200, 429, 429]
    assert refused.headers["Retry-After"] == "1"
    assert refused.json() == {
        "error": "over the cap of request_burst: 3 are allowed, 3 are in use, 1 more were asked",
        "cap": "request_burst",
        "value": 3,
        "used": 3,
        "asked": 1,
    }


def test_a_second_makes_room_for_the_requests_of_a_second(client: TestClient, seconds: Seconds) -> None:
    fill(client)
    seconds.pass_by(1)

    assert fill(client) == [200, 200, 429, 429, 429]


def test_what_keeps_calls_from_being_dialled_has_room_of_its_own(
    client: TestClient, campaign: str, list_uuid: str, seconds: Seconds
) -> None:
    fill(client)
    requests: list[Callable[[], int]] = [
        lambda: client.post(f"/v3/campaign/{campaign}/run/stop").status_code,
        lambda: client.post(f"/v1/campaign/{campaign}/run/pause").status_code,
        lambda: client.patch(f"/v3/campaign/{campaign}/active", json={"active": False}).status_code,
        lambda: client.patch(f"/v3/list/{list_uuid}/active", json={"active": False}).status_code,
        lambda: client.post("/v1/blacklist", json={"blacklist": [{"phone_number": "0911111113"}]}).status_code,
        lambda: client.get("/v3/operator/gateway").status_code,
    ]
    statuses = []
    for request in requests:
        statuses.append(request())
        seconds.pass_by(0.5)  # one more stop may come, and one more request, which fills the place again
        client.get("/v3/tenant")

    assert statuses == [200] * len(requests)
    assert client.get("/v3/tenant").status_code == 429


def test_stops_are_bounded_too(client: TestClient, campaign: str) -> None:
    statuses = [client.post(f"/v3/campaign/{campaign}/run/stop").status_code for _ in range(5)]

    assert statuses == [200, 200, 200, 429, 429]


def test_health_and_metrics_are_never_refused(client: TestClient) -> None:
    fill(client)

    statuses = {client.get(path).status_code for path in ("/health/live", "/health/ready", "/metrics")}

    assert statuses == {200}


def test_another_tenant_is_not_refused(client: TestClient, services: FakeServices) -> None:
    fill(client)
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=NOON, chance=lambda: 0.25)

    assert client.get("/v3/tenant", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_tenant_may_have_a_rate_of_its_own(client: TestClient, services: FakeServices, seconds: Seconds) -> None:
    save_tenant(services.store, name="default", changes=TenantChanges(caps={"request_burst": 1}), now=NOON)

    assert fill(client)[:2] == [200, 429]
    seconds.pass_by(1)
    assert client.get("/v3/tenant").json()["caps"]["request_burst"] == 1


def test_no_more_imports_run_at_once_than_the_cap(
    client: TestClient, services: FakeServices, list_uuid: str, seconds: Seconds
) -> None:
    seconds.pass_by(10)
    whose = client.get("/v3/tenant").json()["domain_uuid"]
    body = {"list_uuid": list_uuid, "data": [{"phone_number": "0981000001"}]}
    with services.store.reading() as tx:
        tenant = tx.tenants.named("default")
    assert tenant is not None
    release = services.request_limits.begin_import(tenant.id, at_once=1)
    assert release is not None

    refused = client.post("/v3/lead/multi", json=body)
    release()
    seconds.pass_by(10)
    statuses = [client.post("/v3/lead/multi", json=body).status_code for _ in range(2)]

    assert (str(tenant.id), refused.status_code, refused.headers["Retry-After"]) == (whose, 429, "1")
    assert (refused.json()["cap"], refused.json()["value"], refused.json()["used"]) == ("imports_at_once", 1, 1)
    assert statuses == [200, 200]
