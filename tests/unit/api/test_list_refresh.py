"""A list is refreshed by request."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from tests.builders.api import a_tenant, make_leads
from tests.fakes.services import FakeServices
from worker.domain.call import Outcome
from worker.domain.lead import Stage
from worker.store.base.tables import leads
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.refresh_list import run_refreshes


def test_a_refresh_is_shown_by_the_list_and_done_by_the_sweep(
    client: TestClient, services: FakeServices, list_uuid: str
) -> None:
    (lead,) = make_leads(client, list_uuid, "0981000001")
    with services.store.transaction() as tx:
        tx.connection.execute(update(leads).values(stage=Stage.DONE, last_outcome=Outcome.BUSY, called_count=2))
    before = client.get(f"/v3/lead/{lead}").json()

    answer = client.post(f"/v3/list/{list_uuid}/refresh", json={"refresh": "fail", "recall_status": ["busy"]})
    run_refreshes(services.store, queue=services.queue, now=services.clock.now())

    assert (answer.status_code, answer.json()) == (200, {"list_uuid": list_uuid, "refresh": "fail"})
    home = client.get(f"/v3/list/{list_uuid}").json()
    assert (home["reset_time"], home["recall_status"]) == ("2026-11-23T12:00:00.000000+07:00", ["busy"])
    after = client.get(f"/v3/lead/{lead}").json()
    assert (before["status"], before["called_count"]) == ("busy", 2)
    assert (after["status"], after["called_count"]) == ("NEW", 0)


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({}, [{"(root)": "refresh is required"}]),
        ({"refresh": "some"}, [{"refresh": 'refresh must be one of the following: "all", "success", "fail"'}]),
        ({"refresh": "all", "recall_statuses": []}, None),
    ],
)
def test_a_refresh_that_cannot_be(client: TestClient, list_uuid: str, sent: dict[str, Any], error: object) -> None:
    answer = client.post(f"/v3/list/{list_uuid}/refresh", json=sent)

    assert answer.status_code == 400
    assert error is None or answer.json() == {"error": error}


def test_a_list_of_another_tenant_is_not_refreshed(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=services.clock.now(), chance=lambda: 0.25)

    answer = client.post(
        f"/v3/list/{list_uuid}/refresh", json={"refresh": "all"}, headers={"Authorization": f"Bearer {token}"}
    )

    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})
