"""Subscriptions to daily reports over HTTP: what they need, what they show, and who may have them."""

import pytest
from fastapi.testclient import TestClient

from tests.fakes.mails import FakeMails
from tests.fakes.services import FakeServices

PATH = "/v3/report/subscription"


def body(campaign: str, **changed: object) -> dict[str, object]:
    return {"campaign_uuid": campaign, "address": "an@example.com", **changed}


def test_a_subscription_is_made_shown_and_deleted(client: TestClient, campaign: str) -> None:
    made = client.post(PATH, json=body(campaign, format="xlsx", language="vi", time="06:30"))
    (shown,) = client.get(PATH).json()["data"]
    again = client.post(PATH, json=body(campaign, format="xlsx", language="vi", time="08:00"))
    answers = [client.delete(f"{PATH}/{made.json()['id']}").status_code for _ in range(2)]

    assert shown == {
        "id": made.json()["id"],
        "campaign_uuid": campaign,
        "channel": "mail",
        "address": "an@example.com",
        "format": "xlsx",
        "language": "vi",
        "time": "06:30",
        "next_at": "2026-11-24T06:30:00.000000+07:00",
        "last_day": "",
        "last_state": "",
        "last_error": "",
        "attempt": 0,
    }
    assert (again.status_code, answers, client.get(PATH).json()["total"]) == (409, [200, 404], 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "an"},
        {"address": "an@example.com\nBcc: b@example.com"},
        {"channel": "fax"},
        {"channel": "webhook"},
        {"channel": "webhook", "address": "ftp://crm.example"},
        {"format": "doc"},
        {"language": "fr"},
        {"time": "24:00"},
        {"time": "7:00"},
        {"campaign_uuid": "7"},
    ],
)
def test_what_makes_no_sense_is_refused(client: TestClient, campaign: str, wrong: dict[str, object]) -> None:
    assert client.post(PATH, json=body(campaign) | wrong).status_code == 400
    assert client.get(PATH).json()["total"] == 0


def test_a_webhook_must_be_one_that_callbacks_may_reach(
    client: TestClient, services: FakeServices, campaign: str
) -> None:
    services.why_never_sent = lambda url: "it is a private address" if "10.0.0.7" in url else ""
    urls = ("https://10.0.0.7/x", "https://crm.example/x")

    found = [client.post(PATH, json=body(campaign, channel="webhook", address=url)).status_code for url in urls]

    assert found == [400, 200]


def test_without_a_mail_server_no_mail_is_promised(client: TestClient, services: FakeServices, campaign: str) -> None:
    assert isinstance(services.mails, FakeMails)
    services.mails.set_up = False

    answer = client.post(PATH, json=body(campaign))

    assert (answer.status_code, "no mail server" in answer.text) == (400, True)


def test_an_unknown_campaign_is_not_found(client: TestClient) -> None:
    assert client.post(PATH, json=body("00000000-0000-7000-8000-000000000001")).status_code == 404
