"""``PUT …?dry_run=true`` says what an edit would do, and does nothing."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders.api import SEED_CAMPAIGN, make_list
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices
from worker.domain.call import CallState

PATH = f"/v3/campaign/{SEED_CAMPAIGN}"
NOW = "2026-11-23T12:00:00.000000+07:00"


@pytest.fixture(autouse=True)
def _running(client: TestClient, campaign: str) -> None:
    body = {"status": "start", "schedules": [], "concurrent_call": 3}
    assert client.put(f"/v3/campaign/{campaign}", json=body).status_code == 200


def preview(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.put(PATH + "?dry_run=true", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def add_lead(client: TestClient) -> None:
    list_uuid = make_list(client, SEED_CAMPAIGN)
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})


def test_nothing_is_stored_and_nothing_is_sent(client: TestClient, services: FakeServices) -> None:
    before, sent = client.get(PATH).json(), repr(services.queue)

    answer = preview(client, concurrent_call=1, status="stop")

    assert answer["changes"]["concurrent_call"] == {"before": 3, "after": 1}
    assert answer["changes"]["status"] == {"before": "start", "after": "stop"}
    assert (client.get(PATH).json(), repr(services.queue)) == (before, sent)


def test_what_an_edit_would_be_refused_for_is_told(client: TestClient) -> None:
    for body, code in (({"revision": 99}, 409), ({"template_uuid": ""}, 400), ({"concurent_call": 1}, 400)):
        assert client.put(PATH + "?dry_run=true", json=body).status_code == code


@pytest.mark.parametrize("text", ["maybe", "2", ""])
def test_a_dry_run_is_true_or_false(client: TestClient, text: str) -> None:
    before = client.get(PATH).json()
    assert client.put(f"{PATH}?dry_run={text}", json={"concurrent_call": 1}).status_code == 400
    assert client.get(PATH).json() == before


def test_channels_that_are_gained_and_lost(client: TestClient) -> None:
    lost = preview(client, concurrent_call=1)["channels"]
    assert lost["viettel"] == {"before": 3, "after": 1, "gained": -2}

    gained = preview(client, mode_call="parralel", network={"viettel": 2})["channels"]
    assert {name: use["gained"] for name, use in gained.items()}["vina"] == -3

    assert preview(client, concurrent_call=50)["channels"]["viettel"]["after"] == 10  # the carrier has no more
    assert preview(client, carrier_uuid="")["channels"]["viettel"]["after"] == 0


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        ({"description": "new"}, {}),
        ({"concurrent_call": 1}, {"limit_lowered": 1}),
        ({"concurrent_call": 0}, {"limit_lowered": 2}),
        ({"status": "stop"}, {"stopped": 2}),
        ({"active": False}, {"inactive": 2}),
        ({"carrier_uuid": ""}, {"no_carrier": 2}),
        ({"schedules": [{}]}, {"never_open": 2}),
    ],
)
def test_calls_that_would_be_cancelled(
    client: TestClient, services: FakeServices, body: dict[str, Any], reasons: dict[str, int]
) -> None:
    list_uuid = make_list(client, SEED_CAMPAIGN)
    for phone in ("0981000001", "0981000002"):
        client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": phone})
        store_call(services.store, phone=phone, state=CallState.QUEUED, ringing_at=None, ended_at=None, outcome=None)

    answer = preview(client, **body)

    assert (answer["calls_cancelled"], answer["cancelled_by"]) == (sum(reasons.values()), reasons)


def test_the_earliest_next_dial(client: TestClient) -> None:
    assert preview(client)["next_dial_at"] is None  # nobody waits
    add_lead(client)
    assert preview(client)["next_dial_at"] == NOW
    evening = {f"monday_{edge}_time": hour * 3_600_000_000_000 for edge, hour in (("start", 18), ("end", 20))}
    assert preview(client, schedules=[evening])["next_dial_at"] == "2026-11-23T18:00:00.000000+07:00"
    ends: list[dict[str, Any]] = [{"status": "stop"}, {"active": False}, {"schedules": [{}]}, {"concurrent_call": 0}]
    for body in ends:
        assert preview(client, **body)["next_dial_at"] is None
    assert preview(client, schedules=[evening], lead_expired_at="2026-11-23 17:00:00")["next_dial_at"] is None
