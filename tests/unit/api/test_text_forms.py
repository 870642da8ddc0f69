"""Numbers and names that look the same are the same, however they are written."""

import unicodedata
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from tests.builders.api import SEED_TEMPLATE, make_carrier
from tests.fakes.services import FakeServices
from worker.store.base.tables import templates

COMPOSED = unicodedata.normalize("NFC", "Chiến dịch")
TAKEN_APART = unicodedata.normalize("NFD", COMPOSED)
SAME_NAMES = [
    TAKEN_APART,
    f"{COMPOSED} ",
    f"\u00a0{TAKEN_APART}\t",
    f"{COMPOSED}\u200b",
    f"\ufeff{COMPOSED[:3]}\u2060{COMPOSED[3:]}",
]
SAME_NUMBERS = [
    "\u202a0912345601\u202c",
    "0912\u2013345\u2013601",
    "\uff10\uff19\uff11\uff12\uff13\uff14\uff15\uff16\uff10\uff11",
    "tel:+84912345601",
]


def creating(client: TestClient, kind: str, name: str, campaign: str) -> int:
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "campaign": ("/v3/campaign", {"campaign_name": name, "type": "autocall"}),
        "list": ("/v3/list", {"list_name": name, "campaign_uuid": campaign}),
        "template": ("/v3/template", {"template_name": name, "content": "Hi"}),
    }
    path, body = bodies[kind]
    return client.post(path, json=body).status_code


@pytest.mark.parametrize("kind", ["campaign", "list", "template"])
@pytest.mark.parametrize("same", SAME_NAMES)
def test_a_name_that_looks_the_same_is_taken(client: TestClient, campaign: str, kind: str, same: str) -> None:
    assert creating(client, kind, COMPOSED, campaign) == 200

    assert creating(client, kind, same, campaign) == 409


@pytest.mark.parametrize("blank", [" ", "\t\u00a0", "\u200b", " \ufeff\u200e "])
def test_blanks_are_no_name(client: TestClient, campaign: str, blank: str) -> None:
    assert creating(client, "template", blank, campaign) == 400


def test_a_carriers_name_is_stored_as_it_is_compared(client: TestClient) -> None:
    made = make_carrier(client, carrier_name=f" {TAKEN_APART} ")

    assert client.get(f"/v3/carrier/{made}").json()["carrier_name"] == COMPOSED


@pytest.mark.parametrize("stored", [COMPOSED, TAKEN_APART])
@pytest.mark.parametrize("asked", [COMPOSED, *SAME_NAMES])
def test_a_template_is_found_in_every_form_also_one_of_an_earlier_release(
    client: TestClient, services: FakeServices, campaign: str, stored: str, asked: str
) -> None:
    with services.store.transaction() as tx:
        tx.connection.execute(update(templates).values(name=stored))
    body = {"campaign_uuid": campaign, "phone_number": "0912345601", "template": asked, "code_otp": "1"}

    found = client.get("/v3/template", params={"template_name": asked}).json()

    assert client.post("/v3/autocall/otp", json=body).status_code == 200
    assert [one["template_uuid"] for one in found["data"]] == [SEED_TEMPLATE]


@pytest.mark.parametrize("number", SAME_NUMBERS)
def test_a_number_is_one_number_in_imports_filters_and_do_not_call(
    client: TestClient, list_uuid: str, number: str
) -> None:
    client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": [{"phone_number": number}]})
    blocked = client.post("/v1/blacklist", json={"blacklist": [{"phone_number": number}]}).json()

    (lead,) = client.get("/v3/lead", params={"phone_number": number}).json()["data"]
    assert lead["phone_number"] == "0912345601"
    assert blocked["success"] == [number]
    assert client.get("/v1/blacklist").json()["data"][0]["phone_number"] == "0912345601"


@pytest.mark.parametrize("number", ["091234560¹", "091234560①", "0912x45601", "tel:", "phone:0912345601"])
def test_what_only_resembles_a_number_is_none(client: TestClient, number: str) -> None:
    answer = client.post("/v1/blacklist", json={"blacklist": [{"phone_number": number}]})

    assert answer.json()["success"] == []
