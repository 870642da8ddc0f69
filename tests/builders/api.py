"""What tests of the API store and create before they begin."""

from typing import Any

from fastapi.testclient import TestClient
from uuid_utils.compat import uuid7

from tests.builders import HANOI, NOON
from worker.ports.records.entities import Tenant
from worker.store.transaction import SqlStore
from worker.usecases.records.tenants import create_tenant_if_missing

SEED_CAMPAIGN = "c2da23c0-9739-4287-828a-7b15cf0fb19e"
SEED_CARRIER = "a18b400f-d487-4e17-b5e7-eba5fe6fa54f"
SEED_TEMPLATE = "5f427552-857e-4939-8edf-cbd0f1ef6842"


def make_campaign(client: TestClient) -> str:
    """Make carrier, template and campaign under the seed's ids; give the campaign's."""
    make_carrier(client, carrier_uuid=SEED_CARRIER)
    template = {"template_uuid": SEED_TEMPLATE, "template_name": "hello", "voice_type": "tts", "content": "Hi"}
    assert client.post("/v3/template", json=template).status_code == 200
    body = {"campaign_uuid": SEED_CAMPAIGN, "campaign_name": "first", "type": "autocall", "concurrent_call": 1}
    assert client.post("/v3/campaign", json=body | {"template_uuid": SEED_TEMPLATE}).status_code == 200
    return SEED_CAMPAIGN


def a_tenant(store: SqlStore, *, name: str) -> Tenant:
    """Store a tenant."""
    return create_tenant_if_missing(store, name=name, timezone=HANOI, now=NOON, new_id=uuid7, chance=lambda: 0.5)


def make_carrier(client: TestClient, **changed: Any) -> str:
    """Create a carrier; give its id."""
    given = {
        "carrier_name": "main",
        "gateway_uuid": "6f1c1f0e-1111-4222-8333-444455556666",
        "dial_type": "sip_one_for_all",
        "caller_id": "02873003586",
        "concurrent_call": 10,
    }
    response = client.post("/v3/carrier", json=given | changed)
    assert response.status_code == 200, response.text
    return str(response.json()["carrier_uuid"])


def make_leads(client: TestClient, list_uuid: str, *phones: str) -> list[str]:
    """Import these numbers into a list; give the ids of the leads."""
    for phone in phones:
        assert client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": phone}).status_code == 200
    found = client.get(f"/v3/lead?list_uuid={list_uuid}&limit=1000").json()["data"]
    ids = {lead["phone_number"]: lead["lead_uuid"] for lead in found}
    return [ids[phone] for phone in phones]


def without_version(read: dict[str, Any]) -> dict[str, Any]:
    """Return an object that was read without what every change of it changes."""
    return {name: value for name, value in read.items() if name not in {"revision", "updated_at"}}


def make_list(client: TestClient, campaign: str, *, name: str = "monday") -> str:
    """Create a list; give its id."""
    response = client.post("/v3/list", json={"campaign_uuid": campaign, "list_name": name})
    assert response.status_code == 200, response.text
    return str(response.json()["list_uuid"])
