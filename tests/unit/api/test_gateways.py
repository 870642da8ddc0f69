"""Gateways over HTTP: what operators keep, what tenants see, and that nobody dials over another tenant's."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access import NOT_AN_OPERATOR
from api.app import create_app
from tests.builders import NOON, a_switch
from tests.builders.api import a_tenant, make_carrier
from tests.fakes.services import FakeServices
from tests.fakes.telephony import SWITCH
from worker.domain.gateway import Gateway
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.save_carrier import NOT_GRANTED

GATEWAYS = "/v3/operator/gateway"
CARRIER = {"carrier_name": "main", "dial_type": "sip_one_for_all", "concurrent_call": 100}
REFUSED = {"error": [{"gateway_uuid": NOT_GRANTED}]}


def client_of(services: FakeServices, tenant: str) -> TestClient:
    owner = a_tenant(services.store, name=tenant)
    token = create_token(services.store, tenant=owner, now=NOON, chance=lambda: hash(tenant) % 1000 / 1000)
    return TestClient(create_app(services), headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def alpha(services: FakeServices) -> TestClient:
    return client_of(services, "alpha")


@pytest.fixture
def beta(services: FakeServices) -> TestClient:
    return client_of(services, "beta")


def grant(client: TestClient, gateway: str, *, tenant: str, caller_ids: list[str]) -> dict[str, Any]:
    answer = client.put(f"{GATEWAYS}/{gateway}/grant", json={"tenant": tenant, "caller_ids": caller_ids})
    assert answer.status_code == 200, answer.text
    shape: dict[str, Any] = answer.json()["data"]
    return shape


def test_no_tenant_dials_over_another_tenants_gateway(client: TestClient, alpha: TestClient, beta: TestClient) -> None:
    assert client.post(GATEWAYS, json={"gateway_uuid": "gw2", "concurrent_call": 30}).status_code == 200
    grant(client, "gw2", tenant="beta", caller_ids=["0287*"])
    betas = {**CARRIER, "gateway_uuid": "gw2", "caller_id": "02873003586"}

    stolen = alpha.post("/v3/carrier", json={**betas, "caller_id": "0249999999"})
    unheard_of = alpha.post("/v3/carrier", json={**betas, "gateway_uuid": "gw3"})
    forged = beta.post("/v3/carrier", json={**betas, "caller_id": "0249999999"})
    own = beta.post("/v3/carrier", json=betas)

    assert [(answer.status_code, answer.json()) for answer in (stolen, unheard_of)] == [(400, REFUSED)] * 2
    assert (forged.status_code, forged.json()) == (400, {"error": [{"caller_id": NOT_GRANTED}]})
    assert own.status_code == 200


def test_a_carrier_cannot_be_moved_to_another_tenants_gateway(client: TestClient, alpha: TestClient) -> None:
    for gateway in ("gw1", "gw2"):
        client.post(GATEWAYS, json={"gateway_uuid": gateway})
    grant(client, "gw1", tenant="alpha", caller_ids=["*"])
    carrier = make_carrier(alpha, gateway_uuid="gw1")

    answer = alpha.put(f"/v3/carrier/{carrier}", json={"carrier_name": "main", "gateway_uuid": "gw2"})

    assert (answer.status_code, answer.json()) == (400, REFUSED)
    assert alpha.get(f"/v3/carrier/{carrier}").json()["gateway_uuid"] == "gw1"


@pytest.mark.usefixtures("beta")
def test_an_operator_keeps_gateways(client: TestClient) -> None:
    added = client.post(GATEWAYS, json={"gateway_uuid": "gw2", "concurrent_call": 30}).json()["data"]
    granted = grant(client, "gw2", tenant="beta", caller_ids=["0287*", "0281"])
    changed = client.put(f"{GATEWAYS}/gw2", json={"concurrent_call": None, "calls_per_second": 5}).json()["data"]
    revoked = client.delete(f"{GATEWAYS}/gw2/grant/beta").json()["data"]

    now = NOON.to_iso8601_string()
    assert added == {
        "gateway_uuid": "gw2",
        "concurrent_call": 30,
        "calls_per_second": 0,
        "in_use": 0,
        "revision": 1,
        "grants": [],
        "created_at": now,
        "updated_at": now,
    }
    to_beta = {"tenant": "beta", "caller_ids": ["0287*", "0281"], "is_revoked": False, "since": now}
    assert granted == added | {"revision": 2, "grants": [to_beta]}
    assert changed == granted | {"revision": 3, "concurrent_call": None, "calls_per_second": 5}
    assert revoked["grants"] == [to_beta | {"caller_ids": [], "is_revoked": True}]
    assert client.get(GATEWAYS).json() == {"data": [revoked]}
    assert client.get(f"{GATEWAYS}/gw2").json() == {"data": revoked}
    assert client.delete(f"{GATEWAYS}/gw2").json() == {"gateway_uuid": "gw2", "deleted": True}
    assert client.get(f"{GATEWAYS}/gw2").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("POST", "", {"gateway_uuid": "gw2"}),
        ("PUT", "/gw2", {}),
        ("DELETE", "/gw2", None),
        ("PUT", "/gw2/grant", {"tenant": "beta", "caller_ids": ["*"]}),
        ("DELETE", "/gw2/grant/beta", None),
    ],
)
def test_a_tenant_keeps_no_gateways(beta: TestClient, method: str, path: str, body: Any) -> None:
    answer = beta.request(method, GATEWAYS + path, json=body)

    assert (answer.status_code, answer.json()) == (403, {"error": NOT_AN_OPERATOR})


@pytest.mark.parametrize("pattern", ["", "0 1", "0*1", "**", "0" * 65])
def test_a_pattern_that_means_nothing_is_refused(client: TestClient, pattern: str) -> None:
    client.post(GATEWAYS, json={"gateway_uuid": "gw2"})

    answer = client.put(f"{GATEWAYS}/gw2/grant", json={"tenant": "beta", "caller_ids": [pattern]})

    assert answer.status_code == 400
    assert "caller_ids.0" in answer.json()["error"][0]


def test_a_tenant_sees_the_gateways_that_it_may_use(
    client: TestClient, beta: TestClient, services: FakeServices
) -> None:
    with services.store.transaction() as tx:
        tx.switches.insert_missing([a_switch(SWITCH)])
    services.telephony.listed_gateways = [
        Gateway(name=name, profile="external", is_up=True, state="NOREG") for name in ("gw1", "gw2", "gw3")
    ]
    for gateway in ("gw1", "gw2"):
        client.post(GATEWAYS, json={"gateway_uuid": gateway})
    grant(client, "gw2", tenant="beta", caller_ids=["*"])

    seen = {
        name: [row["gateway_uuid"] for row in one.get("/v3/gateway").json()["data"]]
        for name, one in (("operator", client), ("beta", beta))
    }

    assert seen == {"operator": ["gw3"], "beta": ["gw2"]}
    assert beta.get("/v3/gateway").json()["total"] == 1


def test_only_the_operators_own_tenant_reads_the_addresses_of_switches(
    client: TestClient, beta: TestClient, services: FakeServices
) -> None:
    with services.store.transaction() as tx:
        tx.switches.insert_missing([a_switch(SWITCH)])
    services.telephony.listed_gateways = [Gateway(name="gw2", profile="external", is_up=True, state="NOREG")]
    client.post(GATEWAYS, json={"gateway_uuid": "gw2"})
    for tenant in ("default", "beta"):
        grant(client, "gw2", tenant=tenant, caller_ids=["*"])

    (ours,), (theirs,) = (one.get("/v3/gateway").json()["data"] for one in (client, beta))

    assert (ours["description"], list(ours["switches"])) == (f"UP on {SWITCH}", [SWITCH])
    assert (theirs["description"], list(theirs["switches"])) == ("UP on switch 1", ["switch 1"])
