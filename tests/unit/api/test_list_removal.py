"""Lists are changed and deleted; leads of deleted lists and campaigns are removed in batches."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, a_tenant, make_leads, make_list, without_version
from tests.fakes.services import FakeServices
from worker.domain.caps import Cap
from worker.store.base.tables import leads
from worker.usecases.records import delete_list
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.delete_list import clear_deleted_lists
from worker.usecases.records.run_backfills import run_backfills

NOBODY = "6b1d6d3c-0000-4000-8000-000000000000"
PHONES = [f"098100000{n}" for n in range(7)]


def test_a_list_gets_another_name(client: TestClient, list_uuid: str) -> None:
    before = client.get(f"/v3/list/{list_uuid}").json()

    answer = client.put(f"/v3/list/{list_uuid}", json=before | {"list_name": "tuesday"})

    assert (answer.status_code, answer.json()) == (200, {"list_uuid": list_uuid})
    after = client.get(f"/v3/list/{list_uuid}").json()
    assert without_version(after) == without_version(before) | {"list_name": "tuesday"}


def test_a_list_is_switched_off_by_a_change(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    make_leads(client, list_uuid, PHONES[0])
    services.queue.plans.clear()

    client.put(f"/v3/list/{list_uuid}", json={"list_name": "monday", "active": False})

    run_backfills(services.store, queue=services.queue, now=services.clock.now())
    assert client.get(f"/v3/list/{list_uuid}").json()["active"] is False
    assert SEED_CARRIER in map(str, services.queue.plans)
    with services.store.reading() as tx:
        assert tx.connection.scalars(select(leads.c.parked)).all() == [True]


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ({}, 400, [{"(root)": "list_name is required"}]),
        ({"list_name": "other"}, 409, "list_name is exists"),
        ({"list_name": "monday", "list_uuid": NOBODY}, 400, "list_uuid is invalid"),
        ({"list_name": "monday", "campaign_uuid": NOBODY}, 400, "campaign_uuid cannot be changed"),
    ],
)
def test_a_change_that_cannot_be(
    client: TestClient, list_uuid: str, sent: dict[str, Any], status: int, error: object
) -> None:
    make_list(client, SEED_CAMPAIGN, name="other")

    answer = client.put(f"/v3/list/{list_uuid}", json=sent)

    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_a_deleted_list_is_gone_at_once_and_its_leads_in_batches(
    client: TestClient, services: FakeServices, list_uuid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delete_list, "BATCH", 2)
    monkeypatch.setattr(delete_list, "BATCHES", 2)
    kept = make_list(client, SEED_CAMPAIGN, name="kept")
    make_leads(client, list_uuid, *PHONES)
    make_leads(client, kept, "0981000009")

    answer = client.delete(f"/v3/list/{list_uuid}")

    assert (answer.status_code, answer.json()) == (200, {"list_uuid": list_uuid})
    assert client.get(f"/v3/list/{list_uuid}").status_code == 404
    assert client.delete(f"/v3/list/{list_uuid}").json() == {"error": "Not Found"}
    assert client.get("/v3/lead").json()["total"] == 1
    assert [clear(services) for _ in range(4)] == [4, 3, 0, 0]
    assert stored(services) == 1
    assert make_leads(client, make_list(client, SEED_CAMPAIGN), PHONES[0])


def test_single_calls_of_a_deleted_list_are_removed_too(
    client: TestClient, services: FakeServices, campaign: str
) -> None:
    body = {"campaign_uuid": campaign, "phone_number": PHONES[0], "param": {"a": 1}}
    client.post("/v3/autocall/import", json=body)
    otp = {"campaign_uuid": campaign, "phone_number": PHONES[1], "template": "hello", "code_otp": "1234"}
    client.post("/v3/autocall/otp", json=otp)
    home = client.get("/v3/list").json()["data"][0]["list_uuid"]

    client.delete(f"/v3/list/{home}")

    assert (clear(services), stored(services)) == (2, 0)
    assert client.post("/v3/autocall/import", json=body).status_code == 200  # in a new list


def test_a_deleted_campaign_takes_its_lists_and_leads_along(
    client: TestClient, services: FakeServices, list_uuid: str
) -> None:
    lead = make_leads(client, list_uuid, *PHONES)[0]
    client.patch(f"/v3/campaign/{SEED_CAMPAIGN}/active", json={"active": False})

    client.delete(f"/v3/campaign/{SEED_CAMPAIGN}")

    assert client.get(f"/v3/lead/{lead}").status_code == 404
    assert client.get(f"/v3/list/{list_uuid}").status_code == 404
    assert (clear(services), stored(services)) == (len(PHONES), 0)


def test_a_list_that_is_deleted_makes_room_under_the_cap(
    client: TestClient, services: FakeServices, list_uuid: str
) -> None:
    with services.store.transaction() as tx:
        tenant = tx.tenants.named("default")
        assert tenant is not None
        used = tx.tenant_caps.used(tenant.id, Cap.LISTS)
    client.delete(f"/v3/list/{list_uuid}")

    with services.store.reading() as tx:
        assert (used, tx.tenant_caps.used(tenant.id, Cap.LISTS)) == (1, 0)


def test_a_list_of_another_tenant_is_not_found(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=services.clock.now(), chance=lambda: 0.25)
    theirs = {"Authorization": f"Bearer {token}"}

    assert client.delete(f"/v3/list/{list_uuid}", headers=theirs).status_code == 404
    assert client.put(f"/v3/list/{list_uuid}", json={"list_name": "x"}, headers=theirs).status_code == 404
    assert client.get(f"/v3/list/{list_uuid}").json()["list_name"] == "monday"


def clear(services: FakeServices) -> int:
    return clear_deleted_lists(services.store, now=services.clock.now())


def stored(services: FakeServices) -> int:
    with services.store.reading() as tx:
        return tx.connection.execute(select(func.count()).select_from(leads)).scalar_one()
