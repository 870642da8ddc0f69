"""A single call's CDR is found by the client's own reference; where there is none yet, the answer says why."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from tests.builders.api import SEED_CAMPAIGN
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices
from tests.unit.api.single_calls import IMPORT, LOG, PHONE, TO_READ, ask
from worker.domain.call import CallState
from worker.domain.lead import Ending, Stage
from worker.store.base.tables import leads


@pytest.fixture(autouse=True)
def _campaign(campaign: str) -> None:
    assert campaign == SEED_CAMPAIGN


def look_up(client: TestClient, ref_id: str = "order-7") -> tuple[int, Any]:
    answer = client.get(LOG.format(ref_id))
    return answer.status_code, answer.json()


def test_a_cdr_is_found_by_reference_under_the_promised_id(client: TestClient, services: FakeServices) -> None:
    promised = ask(client)
    assert look_up(client) == (404, {"error": "call has not ended"})

    store_call(services.store, phone=PHONE, id=UUID(promised["call_id"]), ref_id="order-7")

    status, cdr = look_up(client)
    assert (status, cdr["id"], cdr["lead_uuid"]) == (200, promised["call_id"], promised["lead_uuid"])
    assert cdr["additional"] == TO_READ
    assert client.get(f"/v3/cdr/{promised['call_id']}").json() == cdr


def test_an_imports_cdr_is_found_by_reference_too(client: TestClient, services: FakeServices) -> None:
    promised = ask(client, IMPORT, ref_id="a/b c")
    store_call(services.store, phone=PHONE, id=UUID(promised["call_id"]))

    assert look_up(client, "a%2Fb%20c")[1]["id"] == promised["call_id"]


@pytest.mark.parametrize("state", [CallState.QUEUED, CallState.RINGING, CallState.CANCELLED])
def test_a_call_that_has_not_ended_has_no_cdr(client: TestClient, services: FakeServices, state: CallState) -> None:
    call_id = UUID(ask(client)["call_id"])

    store_call(services.store, phone=PHONE, id=call_id, state=state, ended_at=None, outcome=None)

    assert look_up(client) == (404, {"error": "call has not ended"})


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (Ending.DO_NOT_CALL, "do_not_call"),
        (Ending.EXPIRED, "expired"),
        (Ending.ATTEMPTS_USED, "attempts_used"),
    ],
)
def test_a_call_that_was_never_made_says_why(
    client: TestClient, services: FakeServices, ending: Ending, told: str
) -> None:
    ask(client)
    with services.store.transaction() as tx:
        tx.connection.execute(update(leads).values(stage=Stage.DONE, ending=ending))

    assert look_up(client) == (404, {"error": f"call was not made: {told}"})


def test_the_latest_call_of_a_reference_is_the_one(client: TestClient, services: FakeServices) -> None:
    first = ask(client)
    store_call(services.store, phone=PHONE, id=UUID(first["call_id"]))
    second = ask(client, phone_number="0981000002")

    assert look_up(client) == (404, {"error": "call has not ended"})
    store_call(services.store, phone="0981000002", id=UUID(second["call_id"]))
    assert look_up(client)[1]["id"] == second["call_id"]


def test_an_unknown_reference_is_not_found(client: TestClient) -> None:
    ask(client)
    ask(client, ref_id="")

    assert look_up(client, "") == (404, {"error": "Not Found"})
    assert look_up(client, "order-8") == (404, {"error": "Not Found"})
