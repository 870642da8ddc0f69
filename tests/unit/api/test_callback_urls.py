"""A URL to which no callback can be sent is refused where it is set, with the rule."""

import pytest
from fastapi.testclient import TestClient

from tests.builders.api import SEED_CAMPAIGN
from tests.fakes.services import FakeServices

RULE = "Must begin with https://: callbacks are sent over TLS only"
PLACES = [
    ("PUT", f"/v3/campaign/{SEED_CAMPAIGN}", "callback_url", {}),
    ("PUT", f"/v3/campaign/{SEED_CAMPAIGN}", "answer_callback_url", {}),
    ("POST", "/v3/campaign", "callback_url", {"campaign_name": "another", "type": "autocall"}),
    ("POST", "/v3/campaign", "answer_callback_url", {"campaign_name": "another", "type": "autocall"}),
    ("POST", "/v1/event", "callback_url", {"event": "answered"}),
]


@pytest.fixture(autouse=True)
def _stored(campaign: str, services: FakeServices) -> None:
    assert campaign == SEED_CAMPAIGN
    services.callback_https_only = True
    services.why_never_sent = lambda url: "port 22 is not one that callbacks may go to" if ":22" in url else ""


@pytest.mark.parametrize(("method", "path", "field", "rest"), PLACES)
def test_a_url_without_tls_is_refused_and_nothing_is_stored(
    client: TestClient, method: str, path: str, field: str, rest: dict[str, str]
) -> None:
    before = client.get("/v3/campaign").json(), client.get("/v1/event").json()

    answer = client.request(method, path, json={**rest, field: "http://crm.example/"})

    assert (answer.status_code, answer.json()) == (400, {"error": [{field: RULE}]})
    assert (client.get("/v3/campaign").json(), client.get("/v1/event").json()) == before


@pytest.mark.parametrize(("method", "path", "field", "rest"), PLACES)
@pytest.mark.parametrize("url", ["https://crm.example/", "HTTPS://crm.example/"])
def test_a_url_with_tls_is_taken(
    client: TestClient, method: str, path: str, field: str, rest: dict[str, str], url: str
) -> None:
    assert client.request(method, path, json={**rest, field: url}).status_code == 200


@pytest.mark.parametrize(("method", "path", "field", "rest"), PLACES)
def test_a_url_that_nothing_can_reach_is_refused(
    client: TestClient, method: str, path: str, field: str, rest: dict[str, str]
) -> None:
    answer = client.request(method, path, json={**rest, field: "https://crm.example:22/"})

    rule = "No callback can be sent there: port 22 is not one that callbacks may go to"
    assert (answer.status_code, answer.json()) == (400, {"error": [{field: rule}]})


def test_a_campaign_with_an_older_url_can_be_sent_back_and_stopped(client: TestClient, services: FakeServices) -> None:
    services.callback_https_only = False
    client.put(f"/v3/campaign/{SEED_CAMPAIGN}", json={"callback_url": "http://crm.example/"})
    services.callback_https_only = True
    whole = client.get(f"/v3/campaign/{SEED_CAMPAIGN}").json()

    same = client.put(f"/v3/campaign/{SEED_CAMPAIGN}", json=whole | {"status": "stop"})
    other = client.put(f"/v3/campaign/{SEED_CAMPAIGN}", json={"callback_url": "http://crm.example/other"})

    assert (same.status_code, other.status_code) == (200, 400)


def test_an_unknown_campaign_is_not_found_whatever_its_url(client: TestClient) -> None:
    path = "/v3/campaign/6b1d6d3c-0000-4000-8000-000000000000"

    assert client.put(path, json={"callback_url": "http://crm.example/"}).status_code == 404


def test_no_url_is_none_that_is_refused(client: TestClient) -> None:
    assert client.put(f"/v3/campaign/{SEED_CAMPAIGN}", json={"callback_url": ""}).status_code == 200
