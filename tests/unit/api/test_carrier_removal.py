"""A carrier is deleted once nothing uses it; what uses it is named."""

from uuid import UUID

from fastapi.testclient import TestClient
from uuid_utils.compat import uuid7

from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, a_tenant, make_campaign, make_carrier, make_leads
from tests.fakes.services import FakeServices
from worker.domain.ids import CarrierId
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.api_tokens import create_token

PATH = f"/v3/carrier/{SEED_CARRIER}"


def test_a_carrier_of_a_campaign_stays_and_the_campaign_is_named(client: TestClient) -> None:
    make_campaign(client)

    answer = client.delete(PATH)

    assert (answer.status_code, answer.json()) == (409, {"error": "carrier is used by campaign first"})
    assert client.get(PATH).status_code == 200


def test_the_first_five_campaigns_are_named(client: TestClient) -> None:
    make_carrier(client, carrier_uuid=SEED_CARRIER)
    for number in range(7):
        assert client.post("/v3/campaign", json={"campaign_name": f"c{number}", "type": "autocall"}).status_code == 200

    error = client.delete(PATH).json()["error"]

    assert error.endswith(" and 2 more")
    assert error.count(",") == 4


def test_a_carrier_with_live_calls_stays(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    make_leads(client, list_uuid, "0981000001")
    client.post(f"/v3/campaign/{SEED_CAMPAIGN}/run/start")
    plan_carrier(
        services.store,
        queue=services.queue,
        carrier_id=CarrierId(UUID(SEED_CARRIER)),
        now=services.clock.now(),
        new_id=uuid7,
    )
    client.put(f"/v3/campaign/{SEED_CAMPAIGN}", json={"status": "stop", "carrier_uuid": ""})

    answer = client.delete(PATH)

    assert (answer.status_code, answer.json()) == (409, {"error": "carrier has 1 live calls"})


def test_an_unused_carrier_is_deleted_and_its_name_is_free(client: TestClient) -> None:
    make_carrier(client, carrier_uuid=SEED_CARRIER)

    answer = client.delete(PATH)

    assert (answer.status_code, answer.json()) == (200, {"carrier_uuid": SEED_CARRIER, "deleted": True})
    assert client.get("/v3/carrier").json()["total"] == 0
    assert client.get(PATH).status_code == 404
    assert (client.delete(PATH).status_code, client.delete(PATH).json()) == (
        404,
        {"error": "carrier_name is not exists"},
    )
    assert client.put(PATH, json={"carrier_name": "main"}).status_code == 404
    assert make_carrier(client) != SEED_CARRIER


def test_a_campaign_cannot_get_a_deleted_carrier(client: TestClient) -> None:
    make_carrier(client, carrier_uuid=SEED_CARRIER)
    client.delete(PATH)

    body = {"campaign_name": "late", "type": "autocall", "carrier_uuid": SEED_CARRIER}

    assert client.post("/v3/campaign", json=body).json() == {"error": "carrier is not found"}


def test_a_carrier_of_another_tenant_is_not_found(client: TestClient, services: FakeServices) -> None:
    make_carrier(client, carrier_uuid=SEED_CARRIER)
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=services.clock.now(), chance=lambda: 0.25)

    answer = client.delete(PATH, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 404
    assert client.get(PATH).status_code == 200
