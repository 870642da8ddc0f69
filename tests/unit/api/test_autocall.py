"""Single calls: the id is given out at once, and the call is planned at once."""

import json
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Row, select, update

from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, SEED_TEMPLATE, make_list
from tests.fakes.services import FakeServices
from tests.unit.api.single_calls import BODY, BOTH, IMPORT, OTP, PHONE, TO_IMPORT, TO_READ, ask, without
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.store.base.tables import carriers, leads


@pytest.fixture(autouse=True)
def _campaign(campaign: str) -> None:
    assert campaign == SEED_CAMPAIGN


def stored(services: FakeServices) -> Row[Any]:
    with services.store.reading() as tx:
        return tx.connection.execute(select(leads)).one()


def test_an_import_becomes_a_lead_that_is_due_now(client: TestClient, services: FakeServices) -> None:
    answer = client.post(IMPORT, json=TO_IMPORT | {"phone_number": "+84 981-000.001"})

    lead = stored(services)
    told = {"call_id": str(lead.call_id), "lead_uuid": str(lead.id), "message": "success"}
    assert (answer.status_code, answer.json()) == (200, told)
    assert (lead.stage, lead.due_at, lead.called_count, lead.parked) == (Stage.SINGLE, NOON, 0, False)
    assert (lead.phone, lead.network, lead.template_id, lead.ref_id) == (PHONE, Network.VIETTEL, None, "")
    assert lead.additional == {"amount": "10410000"}


def test_an_otp_has_a_template_of_its_own_and_keeps_what_was_sent(client: TestClient, services: FakeServices) -> None:
    template = client.post("/v3/template", json={"template_name": "code"}).json()["template_uuid"]

    answer = client.post(OTP, json=TO_READ | {"template": "code"})

    lead = stored(services)
    told = {"call_id": str(lead.call_id), "lead_uuid": str(lead.id), "message": "success", "ref_id": "order-7"}
    assert (answer.status_code, answer.json()) == (200, told)
    assert (lead.stage, str(lead.template_id), lead.ref_id) == (Stage.OTP, template, "order-7")
    assert lead.additional == TO_READ | {"template": "code"}
    read = client.get(f"/v3/lead/{lead.id}").json()
    assert (read["ref_id"], json.loads(read["additional"])["code_otp"]) == ("order-7", "042042")


def test_a_calls_id_is_of_this_moment(client: TestClient) -> None:
    assert UUID(ask(client)["call_id"]).version == 7


@BOTH
def test_the_carrier_is_planned_at_once(client: TestClient, services: FakeServices, path: str) -> None:
    services.queue.plans.clear()
    with services.store.transaction() as tx:
        tx.connection.execute(update(carriers).values(next_plan_at=None))

    client.post(path, json=BODY[path])

    assert list(map(str, services.queue.plans)) == [SEED_CARRIER]
    with services.store.reading() as tx:
        assert list(map(str, tx.plans.due_carriers(now=NOON))) == [SEED_CARRIER]


def test_all_single_calls_of_a_campaign_share_one_list(client: TestClient) -> None:
    ask(client), ask(client), ask(client, IMPORT)

    found = client.get("/v3/list").json()["data"]

    assert [(one["list_name"], one["total_leads"]) for one in found] == [(f"Single calls of {SEED_CAMPAIGN}", 3)]


def test_a_list_of_the_same_name_is_used_as_it_is(client: TestClient, services: FakeServices) -> None:
    named = make_list(client, SEED_CAMPAIGN, name=f"Single calls of {SEED_CAMPAIGN}")

    ask(client)

    assert str(stored(services).list_id) == named


def test_the_wires_other_spellings(client: TestClient, services: FakeServices) -> None:
    client.post(IMPORT, json=without(TO_IMPORT, "param") | {"params": {"amount": 1}})

    assert stored(services).additional == {"amount": 1}
    assert client.post(OTP, json=without(TO_READ, "template") | {"template_name": SEED_TEMPLATE}).status_code == 200


def test_a_template_is_found_by_its_name_before_its_id(client: TestClient, services: FakeServices) -> None:
    confusing = client.post("/v3/template", json={"template_name": SEED_TEMPLATE}).json()["template_uuid"]

    ask(client, template=SEED_TEMPLATE)

    assert str(stored(services).template_id) == confusing


def test_a_reference_may_be_left_out(client: TestClient, services: FakeServices) -> None:
    answer = client.post(OTP, json=without(TO_READ, "ref_id"))

    assert answer.json()["ref_id"] == ""
    assert stored(services).additional["ref_id"] == ""


@BOTH
def test_a_stopped_campaign_outside_its_windows_takes_them(
    client: TestClient, services: FakeServices, path: str
) -> None:
    services.clock.wait(14 * 3600)

    assert client.post(path, json=BODY[path]).status_code == 200


def test_a_number_on_the_do_not_call_list_is_taken_and_told_later(client: TestClient) -> None:
    client.post("/v1/blacklist", json={"blacklist": [{"phone_number": PHONE}]})

    assert client.post(OTP, json=TO_READ).status_code == 200


def test_a_number_may_have_any_number_of_single_calls(client: TestClient) -> None:
    imported = {"list_uuid": make_list(client, SEED_CAMPAIGN), "phone_number": PHONE}
    client.post("/v3/lead", json=imported)

    promised = [ask(client), ask(client), ask(client, IMPORT)]

    assert len({one["call_id"] for one in promised} | {one["lead_uuid"] for one in promised}) == 6
    assert client.get("/v3/lead").json()["total"] == 4
