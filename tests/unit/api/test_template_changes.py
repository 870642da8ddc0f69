"""Templates are changed and deleted, and campaigns that play them obey."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from uuid_utils.compat import uuid7

from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, SEED_TEMPLATE, a_tenant, make_leads, without_version
from tests.fakes.services import FakeServices
from worker.domain.ids import CarrierId
from worker.domain.reason import Reason
from worker.store.base.tables import calls
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.api_tokens import create_token

PATH = f"/v3/template/{SEED_TEMPLATE}"
NOBODY = "6b1d6d3c-0000-4000-8000-000000000000"


def test_a_change_keeps_what_it_does_not_name(client: TestClient, campaign: str) -> None:
    assert campaign
    before = client.get(PATH).json()

    answer = client.put(PATH, json={"template_name": "hello", "content": "Xin chào"})

    assert (answer.status_code, answer.json()) == (
        200,
        {"created": True, "template_uuid": SEED_TEMPLATE, "updated": "true"},
    )
    after = client.get(PATH).json()
    assert without_version(after) == without_version(before) | {"content": "Xin chào"}


def test_a_template_that_was_read_can_be_sent_back(client: TestClient, campaign: str) -> None:
    assert campaign
    option = {"press_num": "1", "voice_type": "tts", "content": "Bye"}
    client.put(PATH, json={"template_name": "hello", "enable_option": True, "press_options": [option]})
    read = client.get(PATH).json()

    answer = client.put(PATH, json=read)

    assert answer.status_code == 200, answer.text
    assert "ignored" not in answer.json()
    assert without_version(client.get(PATH).json()) == without_version(read)


@pytest.mark.parametrize(
    ("path", "sent", "status", "error"),
    [
        (PATH, {}, 400, [{"(root)": "template_name is required"}]),
        (PATH, {"template_name": "other"}, 409, "template is existed!"),
        (PATH, {"template_name": "hello", "template_uuid": NOBODY}, 400, "template_uuid is invalid"),
        (f"/v3/template/{NOBODY}", {"template_name": "hello"}, 404, "template not found"),
        ("/v3/template/nonsense", {"template_name": "hello"}, 404, "Not Found"),
    ],
)
def test_a_change_that_cannot_be(
    client: TestClient, campaign: str, path: str, sent: dict[str, Any], status: int, error: object
) -> None:
    assert campaign
    client.post("/v3/template", json={"template_name": "other"})

    answer = client.put(path, json=sent)

    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_the_schema_of_a_change_has_no_defaults(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()["components"]["schemas"]["ChangedTemplateBody"]

    assert [name for name, one in schema["properties"].items() if "default" in one] == []


def test_a_deleted_template_stops_its_campaigns_and_names_them(
    client: TestClient, services: FakeServices, list_uuid: str
) -> None:
    make_leads(client, list_uuid, "0981000001")
    client.post(f"/v3/campaign/{SEED_CAMPAIGN}/run/start")
    services.queue.plans.clear()

    answer = client.delete(PATH)

    assert (answer.status_code, answer.json()) == (200, {"deleted": "true", "stopped": [SEED_CAMPAIGN]})
    read = client.get(f"/v3/campaign/{SEED_CAMPAIGN}").json()
    assert (read["status"], read["template_uuid"]) == ("stop", "")
    assert list(map(str, services.queue.plans)) == [SEED_CARRIER]
    assert client.get(PATH).status_code == 404
    assert client.get("/v3/template").json()["total"] == 0
    assert client.delete(PATH).json() == {"error": "template not found"}
    assert client.post(f"/v3/campaign/{SEED_CAMPAIGN}/run/start").json() == {"error": "template_uuid is missing"}


def test_the_name_of_a_deleted_template_is_free_again(client: TestClient, campaign: str) -> None:
    assert campaign
    assert client.delete(PATH).json() == {"deleted": "true"}  # its campaign did not run

    again = client.post("/v3/template", json={"template_name": "hello"})

    assert again.status_code == 200
    assert [one["template_name"] for one in client.get("/v3/template").json()["data"]] == ["hello"]


def test_a_code_whose_template_is_deleted_is_not_read_out(
    client: TestClient, services: FakeServices, campaign: str
) -> None:
    body = {"campaign_uuid": campaign, "phone_number": "0981000001", "template": "hello", "code_otp": "1234"}
    lead = client.post("/v3/autocall/otp", json=body).json()["lead_uuid"]

    client.delete(PATH)

    carrier = CarrierId(UUID(SEED_CARRIER))
    planned = plan_carrier(
        services.store, queue=services.queue, carrier_id=carrier, now=services.clock.now(), new_id=uuid7
    )
    reasons = client.get(f"/v3/lead/{lead}/why").json()["reasons"]
    assert planned == 0
    assert (reasons[0]["code"], reasons[0]["cause"]) == (Reason.VALUE_MISSING.value, "the template is deleted")
    with services.store.reading() as tx:
        assert tx.connection.execute(calls.select()).all() == []


def test_a_template_of_another_tenant_is_not_found(client: TestClient, services: FakeServices, campaign: str) -> None:
    assert campaign
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=services.clock.now(), chance=lambda: 0.25)
    theirs = {"Authorization": f"Bearer {token}"}

    changed = client.put(PATH, json={"template_name": "x"}, headers=theirs)
    deleted = client.delete(PATH, headers=theirs)

    assert (changed.status_code, deleted.status_code) == (404, 404)
    assert client.get(PATH).json()["template_name"] == "hello"
