"""Which rows of an import become leads: once in their scope, of the number plan, before the expiry."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from tests.builders.api import SEED_CAMPAIGN, SEED_TEMPLATE, make_list
from tests.fakes.services import FakeServices
from worker.domain.lead import Ending, Stage
from worker.store.base.tables import campaigns, leads

PATTERN = "Does not match pattern '^(84|0[3|5|7|8|9])+([0-9]{8})$'"
NOBODY = "6b1d6d3c-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("scope", "taken"),
    [("list", {"here", "there", "elsewhere"}), ("campaign", {"elsewhere"}), ("tenant", set()), (None, {"elsewhere"})],
)
def test_a_number_is_once_where_the_import_says(
    client: TestClient, campaign: str, scope: str | None, taken: set[str]
) -> None:
    body = {"campaign_name": "second", "type": "autocall", "concurrent_call": 1, "template_uuid": SEED_TEMPLATE}
    second = client.post("/v3/campaign", json=body).json()["campaign_uuid"]
    first = make_list(client, campaign, name="first")
    client.post("/v3/lead", json={"list_uuid": first, "phone_number": "0981000001"})
    lists = {"here": make_list(client, campaign, name="here"), "elsewhere": make_list(client, second, name="elsewhere")}
    lists["there"] = make_list(client, campaign, name="there")
    asked = {} if scope is None else {"duplicate_scope": scope}
    rows = [{"phone_number": "0981000001"}]

    answers = {n: client.post("/v3/lead/multi", json={"list_uuid": u, "data": rows} | asked) for n, u in lists.items()}

    assert {name for name, answer in answers.items() if answer.json()["total_insert"]} == taken
    refused = [answer.json()["fail"] for name, answer in answers.items() if name not in taken]
    assert all(fail == [{"row": 0, "error": "phone_number is duplicate"}] for fail in refused)
    twice = client.post("/v3/lead", json={"list_uuid": first, "phone_number": "0981000001"} | asked)
    assert (twice.status_code, twice.json()) == (409, {"error": "phone_number is duplicate"})


def test_a_single_call_is_nobodys_duplicate(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})
    with services.store.transaction() as tx:
        tx.connection.execute(update(leads).values(call_id=uuid7()))

    again = client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})

    assert again.status_code == 200


def test_a_number_in_a_deleted_campaign_bars_nobody(client: TestClient, list_uuid: str) -> None:
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})
    client.patch(f"/v3/campaign/{SEED_CAMPAIGN}/active", json={"active": False})
    client.delete(f"/v3/campaign/{SEED_CAMPAIGN}")
    body = {"campaign_name": "second", "type": "autocall", "concurrent_call": 1, "template_uuid": SEED_TEMPLATE}
    second = client.post("/v3/campaign", json=body).json()["campaign_uuid"]
    lead = {"list_uuid": make_list(client, second), "phone_number": "0981000001", "duplicate_scope": "tenant"}

    assert client.post("/v3/lead", json=lead).status_code == 200


def test_a_scope_that_is_none_is_told(client: TestClient, list_uuid: str) -> None:
    answer = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": [], "duplicate_scope": "world"})

    told = 'duplicate_scope must be one of the following: "list", "campaign", "tenant"'
    assert (answer.status_code, answer.json()) == (400, {"error": [{"duplicate_scope": told}]})


def test_leads_of_an_expired_campaign_end_at_once(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    with services.store.transaction() as tx:
        tx.connection.execute(update(campaigns).values(lead_expired_at=services.clock.now()))

    answer = client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})

    assert answer.status_code == 200
    with services.store.reading() as tx:
        row = tx.connection.execute(select(leads.c.stage, leads.c.ending)).one()
    assert tuple(row) == (Stage.DONE, Ending.EXPIRED)
    read = client.get("/v3/lead").json()["data"][0]
    assert (read["status"], read["alt_status"]) == ("EXPIRED", "expired")


def test_leads_that_come_before_the_expiry_wait(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    with services.store.transaction() as tx:
        tx.connection.execute(update(campaigns).values(lead_expired_at=services.clock.now().add(microseconds=1)))

    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})

    with services.store.reading() as tx:
        assert tx.connection.scalar(select(leads.c.stage)) is Stage.NEW


def test_a_number_that_no_prefix_covers_is_refused_with_the_reason(client: TestClient, list_uuid: str) -> None:
    rows = [{"phone_number": "0992234567"}]

    answer = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": rows}).json()

    assert answer["fail"] == [{"row": 0, "error": "phone number is not of the number plan"}]
