"""A client that has an answer already is told so, without a body."""

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, SEED_TEMPLATE, make_leads
from tests.builders.stored_calls import store_call, store_delivery
from tests.fakes.services import FakeServices

LIST = "8d3f1c7e-2222-4333-8444-555566667777"
CAMPAIGN_PATH, CARRIER_PATH = f"/v3/campaign/{SEED_CAMPAIGN}", f"/v3/carrier/{SEED_CARRIER}"


@pytest.fixture(autouse=True)
def _stored(client: TestClient, campaign: str) -> None:
    body = {"campaign_uuid": campaign, "list_name": "monday", "list_uuid": LIST}
    assert client.post("/v3/list", json=body).status_code == 200


def paths(client: TestClient, services: FakeServices) -> list[str]:
    (lead,) = make_leads(client, LIST, "0981000001")
    call_id = store_call(services.store, phone="0981000001")
    delivery = store_delivery(services.store, call_id=call_id, at=NOON).id
    return [
        CAMPAIGN_PATH,
        CARRIER_PATH,
        f"/v3/template/{SEED_TEMPLATE}",
        f"/v3/list/{LIST}",
        f"/v3/lead/{lead}",
        f"/v3/cdr/{call_id}",
        f"/v3/callback/{delivery}",
        f"/v1/campaign/{SEED_CAMPAIGN}",
        f"/v1/cdr/{call_id}",
        f"/v2/customer/{lead}",
        f"/v3/campaign/{SEED_CAMPAIGN}/monitor",
    ]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"77", {}', "*", " * "])
def test_what_a_client_has_is_not_sent_again(client: TestClient, services: FakeServices, form: str) -> None:
    for path in paths(client, services):
        tag = client.get(path).headers["ETag"]

        again = client.get(path, headers={"If-None-Match": form.format(tag)})

        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag), path
        assert again.headers.get("X-Request-Id"), path


@pytest.mark.parametrize("form", ["", "x", '"77"', ",", '"', '"1"'])
def test_what_a_client_does_not_have_is_sent(client: TestClient, services: FakeServices, form: str) -> None:
    for path in paths(client, services):
        assert client.get(path, headers={"If-None-Match": form}).status_code == 200, path


def test_two_headers_are_one_list(client: TestClient) -> None:
    tag = client.get(CAMPAIGN_PATH).headers["ETag"]
    headers = [("If-None-Match", '"1"'), ("If-None-Match", tag)]
    assert client.get(CAMPAIGN_PATH, headers=headers).status_code == 304


def test_an_answer_that_is_another_is_sent_although_its_object_is_the_same(client: TestClient) -> None:
    """A list's answer holds its campaign's name, which changes without a revision of the list."""
    path = f"/v3/list/{LIST}"
    before = client.get(path)
    assert client.put(CAMPAIGN_PATH, json={"campaign_name": "renamed"}).status_code == 200

    again = client.get(path, headers={"If-None-Match": before.headers["ETag"]})

    assert (again.status_code, again.json()["campaign_name"]) == (200, "renamed")
    assert again.json()["revision"] == before.json()["revision"]


def test_counters_of_a_list_count(client: TestClient) -> None:
    before = client.get(f"/v3/list/{LIST}")
    make_leads(client, LIST, "0981000003")
    again = client.get(f"/v3/list/{LIST}", headers={"If-None-Match": before.headers["ETag"]})
    assert (again.status_code, again.json()["total_leads"]) == (200, before.json()["total_leads"] + 1)


def test_what_is_not_there_stays_not_found(client: TestClient) -> None:
    path = "/v3/template/00000000-0000-4000-8000-000000000000"
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 404


def test_the_document_names_the_header_and_the_answer(client: TestClient) -> None:
    told = client.get("/openapi.json").json()["paths"]["/v3/lead/{lead_uuid}"]
    assert "304" in told["get"]["responses"]
    assert [one["name"] for one in told["get"]["parameters"]].count("If-None-Match") == 1
    assert "304" not in told["put"]["responses"]
