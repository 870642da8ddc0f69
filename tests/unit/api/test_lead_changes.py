"""A lead is corrected and removed, and the very next dial obeys."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, SEED_TEMPLATE, a_tenant, make_leads
from tests.fakes.services import FakeServices
from worker.domain.call import CallState
from worker.domain.ids import CarrierId
from worker.domain.lead import Stage
from worker.store.base.tables import calls, leads
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.api_tokens import create_token

PHONE, OTHER = "0981000001", "0901000002"
NOBODY = "6b1d6d3c-0000-4000-8000-000000000000"
READ = {"lead_name": "An", "address": "1 Tràng Tiền", "additional": {"amount": 5}, "own": "kept"}


@pytest.fixture
def lead(client: TestClient, list_uuid: str) -> str:
    """Import one lead, with data."""
    body = {"list_uuid": list_uuid, "phone_number": PHONE, **READ}
    return str(client.post("/v3/lead", json=body).json()["lead_uuid"])


def test_a_change_keeps_what_it_does_not_name(client: TestClient, lead: str) -> None:
    before = client.get(f"/v3/lead/{lead}").json()

    answer = client.put(f"/v3/lead/{lead}", json={"phone_number": PHONE, "lead_name": "Bình", "colour": "red"})

    after = client.get(f"/v3/lead/{lead}").json()
    assert (answer.status_code, answer.json()) == (200, {"lead_uuid": lead})
    assert after["additional"] == '{"own":"kept","amount":5,"colour":"red"}'
    assert after == before | {"lead_name": "Bình", "additional": after["additional"], "updated_at": after["updated_at"]}


def test_a_lead_that_was_read_can_be_sent_back(client: TestClient, lead: str) -> None:
    read = client.get(f"/v3/lead/{lead}").json()

    answer = client.put(f"/v3/lead/{lead}", json=read)

    after = client.get(f"/v3/lead/{lead}").json()
    assert answer.status_code == 200, answer.text
    assert after == read | {"updated_at": after["updated_at"]}


def test_a_corrected_number_has_its_own_network_and_no_call_to_the_old_one(
    client: TestClient, services: FakeServices, lead: str
) -> None:
    run_and_plan(client, services)

    answer = client.put(f"/v3/lead/{lead}", json={"phone_number": "+84 901 000 002"})

    read = client.get(f"/v3/lead/{lead}").json()
    assert answer.status_code == 200, answer.text
    assert (read["phone_number"], read["network"]) == (OTHER, "mobi")
    assert states(services) == [(PHONE, CallState.CANCELLED)]
    assert plan(services) == 1
    assert states(services)[-1] == (OTHER, CallState.QUEUED)


def test_a_number_stays_while_it_is_being_called(client: TestClient, services: FakeServices, lead: str) -> None:
    run_and_plan(client, services)
    set_state(services, CallState.RINGING)

    refused = client.put(f"/v3/lead/{lead}", json={"phone_number": OTHER})
    renamed = client.put(f"/v3/lead/{lead}", json={"phone_number": PHONE, "lead_name": "Bình"})

    assert (refused.status_code, refused.json()) == (
        409,
        {"error": "phone_number cannot be changed while the lead is being called"},
    )
    assert renamed.status_code == 200
    assert states(services) == [(PHONE, CallState.RINGING)]


def test_a_code_stays_encrypted_when_its_lead_is_changed(
    client: TestClient, services: FakeServices, campaign: str
) -> None:
    body = {"campaign_uuid": campaign, "phone_number": PHONE, "template": "hello", "code_otp": "1234"}
    lead = client.post("/v3/autocall/otp", json=body).json()["lead_uuid"]
    with services.store.reading() as tx:
        before = tx.connection.execute(select(leads.c.additional)).scalar_one()

    client.put(f"/v3/lead/{lead}", json={"phone_number": PHONE, "lead_name": "An"})

    with services.store.reading() as tx:
        assert tx.connection.execute(select(leads.c.additional)).scalar_one() == before


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ({}, 400, [{"(root)": "phone_number is required"}]),
        ({"phone_number": OTHER}, 409, "phone_number is duplicate"),
        ({"phone_number": "1900123456"}, 400, None),
        ({"phone_number": PHONE, "lead_uuid": NOBODY}, 400, "lead_uuid is invalid"),
        ({"phone_number": PHONE, "list_uuid": NOBODY}, 400, "list_uuid cannot be changed"),
        ({"phone_number": PHONE, "additional": {"a": "x" * 9000}}, 400, [{"additional": "additional is too large"}]),
        (
            {"phone_number": PHONE, "afterday": 3},
            400,
            [{"(root)": "afterday is unknown: after_day was probably meant"}],
        ),
    ],
)
def test_a_change_that_cannot_be(
    client: TestClient, list_uuid: str, lead: str, sent: dict[str, Any], status: int, error: object
) -> None:
    make_leads(client, list_uuid, OTHER)
    before = client.get(f"/v3/lead/{lead}").json()

    answer = client.put(f"/v3/lead/{lead}", json=sent)

    assert answer.status_code == status, answer.text
    assert error is None or answer.json() == {"error": error}
    assert client.get(f"/v3/lead/{lead}").json() == before


def test_a_value_that_the_template_needs_stays(client: TestClient, lead: str) -> None:
    client.put(f"/v3/template/{SEED_TEMPLATE}", json={"template_name": "hello", "content": "Hi {{lead_name}}"})

    answer = client.put(f"/v3/lead/{lead}", json={"phone_number": PHONE, "lead_name": ""})

    assert answer.status_code == 400
    assert "lead_name" in answer.text


def test_days_until_the_first_call_move_it(client: TestClient, services: FakeServices, lead: str) -> None:
    client.put(f"/v3/lead/{lead}", json={"phone_number": PHONE, "after_day": 1})

    run_and_plan(client, services)

    assert states(services) == []
    assert client.get(f"/v3/lead/{lead}").json()["after_day"] == 1


def test_a_removed_lead_is_gone_and_its_number_may_be_imported_again(
    client: TestClient, services: FakeServices, list_uuid: str, lead: str
) -> None:
    answer = client.delete(f"/v3/lead/{lead}")

    assert (answer.status_code, answer.json()) == (200, {"lead_uuid": lead})
    assert client.get(f"/v3/lead/{lead}").status_code == 404
    assert client.get(f"/v3/lead/{lead}/why").status_code == 404
    assert client.delete(f"/v3/lead/{lead}").json() == {"error": "Not Found"}
    assert client.get("/v3/lead").json()["total"] == 0
    assert rows(services) == 0
    assert make_leads(client, list_uuid, PHONE) != [lead]


def test_a_removed_lead_is_not_dialled_though_its_call_was_queued(
    client: TestClient, services: FakeServices, list_uuid: str, lead: str
) -> None:
    run_and_plan(client, services)

    client.delete(f"/v3/lead/{lead}")

    assert states(services) == [(PHONE, CallState.CANCELLED)]
    assert plan(services) == 0
    assert client.get(f"/v3/list/{list_uuid}").json()["total_leads"] == 0
    assert client.get(f"/v3/campaign/{SEED_CAMPAIGN}/monitor").json()["total_remain"] == 0
    assert rows(services) == 1  # of the cancelled call
    make_leads(client, list_uuid, PHONE)
    assert plan(services) == 1


def test_an_unknown_lead_is_not_found(client: TestClient, services: FakeServices, lead: str) -> None:
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=services.clock.now(), chance=lambda: 0.25)
    theirs = {"Authorization": f"Bearer {token}"}

    assert client.put(f"/v3/lead/{lead}", json={"phone_number": OTHER}, headers=theirs).status_code == 404
    assert client.delete(f"/v3/lead/{lead}", headers=theirs).status_code == 404
    assert client.delete(f"/v3/lead/{NOBODY}").status_code == 404
    assert client.get(f"/v3/lead/{lead}").json()["phone_number"] == PHONE


def run_and_plan(client: TestClient, services: FakeServices) -> None:
    client.post(f"/v3/campaign/{SEED_CAMPAIGN}/run/start")
    plan(services)


def plan(services: FakeServices) -> int:
    carrier = CarrierId(UUID(SEED_CARRIER))
    now = services.clock.now()
    return plan_carrier(services.store, queue=services.queue, carrier_id=carrier, now=now, new_id=uuid7)


def set_state(services: FakeServices, state: CallState) -> None:
    with services.store.transaction() as tx:
        tx.connection.execute(update(calls).values(state=state))


def states(services: FakeServices) -> list[tuple[str, CallState]]:
    with services.store.reading() as tx:
        return [tuple(row) for row in tx.connection.execute(select(calls.c.phone, calls.c.state).order_by(calls.c.id))]


def rows(services: FakeServices) -> int:
    with services.store.reading() as tx:
        found = tx.connection.execute(select(leads.c.phone, leads.c.stage, leads.c.parked)).all()
    assert all(phone.startswith("removed ") and stage is Stage.DONE and parked for phone, stage, parked in found)
    return len(found)
