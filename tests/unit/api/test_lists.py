"""Lists: created, read, switched."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, a_tenant
from tests.fakes.services import FakeServices
from worker.store.base.tables import leads
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.run_backfills import run_backfills

PATTERN = "Does not match pattern '^(84|0[3|5|7|8|9])+([0-9]{8})$'"
NOBODY = "6b1d6d3c-0000-4000-8000-000000000000"


def test_a_list_is_created_and_read(client: TestClient, list_uuid: str) -> None:
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})

    read = client.get(f"/v3/list/{list_uuid}").json()

    assert (read["list_name"], read["campaign_uuid"], read["campaign_name"]) == ("monday", SEED_CAMPAIGN, "first")
    assert (read["total_leads"], read["active"], read["recall_status"]) == (1, True, None)
    assert client.get("/v3/list").json()["data"] == [read]


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ({"list_name": "monday"}, 409, "list_name is exists"),
        ({"campaign_uuid": NOBODY}, 404, "campaign is not found"),
        ({"campaign_uuid": "x"}, 400, "campaign_uuid is invalid"),
        ({"campaign_uuid": ""}, 400, [{"campaign_uuid": "String length must be greater than or equal to 1"}]),
    ],
)
def test_a_list_that_cannot_be(
    client: TestClient, list_uuid: str, sent: dict[str, Any], status: int, error: str | list[dict[str, str]]
) -> None:
    assert list_uuid

    answer = client.post("/v3/list", json={"campaign_uuid": SEED_CAMPAIGN, "list_name": "tuesday"} | sent)

    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_a_list_is_switched_and_its_leads_follow(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})
    services.queue.plans.clear()
    path = f"/v3/list/{list_uuid}/active"

    off = client.patch(path, json={"active": False})
    asked = list(map(str, services.queue.plans))
    run_backfills(services.store, queue=services.queue, now=services.clock.now())
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000002"})
    parked = parked_leads(services)
    on = client.patch(path, json={"active": True})
    run_backfills(services.store, queue=services.queue, now=services.clock.now())

    assert (off.status_code, off.json()) == (200, {"active": False, "list_uuid": list_uuid})
    assert on.json() == {"active": True, "list_uuid": list_uuid}
    assert (parked, parked_leads(services)) == (["0981000001", "0981000002"], [])
    assert asked == [SEED_CARRIER]
    assert client.get(f"/v3/list/{list_uuid}").json()["active"] is True


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        (NOBODY, {"active": True}, 404, "Not Found"),
        ("nonsense", {"active": True}, 404, "Not Found"),
        (None, {}, 400, "active is missing"),
        (None, {"active": None}, 400, "active is missing"),
        (None, {"active": 1}, 400, [{"active": "Invalid type. Expected: boolean, given: integer"}]),
    ],
)
def test_a_switch_that_cannot_be(
    client: TestClient, list_uuid: str, path: str | None, body: dict[str, Any], status: int, error: object
) -> None:
    answer = client.patch(f"/v3/list/{path or list_uuid}/active", json=body)

    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_a_list_of_another_tenant_is_not_found(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    other = create_token(services.store, tenant=a_tenant(services.store, name="other"), now=NOON, chance=lambda: 0.25)
    client.headers["Authorization"] = f"Bearer {other}"

    assert client.patch(f"/v3/list/{list_uuid}/active", json={"active": False}).status_code == 404


def parked_leads(services: FakeServices) -> list[str]:
    with services.store.reading() as tx:
        return list(tx.connection.scalars(select(leads.c.phone).where(leads.c.parked).order_by(leads.c.phone)))
