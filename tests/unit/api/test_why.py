"""Why: what an operator reads of a campaign and of a lead."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, a_tenant, make_list
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices
from worker.domain.call import CallState, Outcome
from worker.domain.lead import Ending, Stage
from worker.domain.reason import Reason
from worker.domain.reason_messages import MESSAGES
from worker.domain.switch import Switch
from worker.store.base.tables import leads
from worker.usecases.records.api_tokens import create_token

HOURS_NS = 3_600_000_000_000
NOBODY = "6b1d6d3c-0000-4000-8000-000000000000"
TWO_PM = "2026-11-23T14:00:00.000000+07:00"


@pytest.fixture
def running(client: TestClient, campaign: str) -> str:
    """Let the seed's campaign run at any hour."""
    change(client, status="start", schedules=[], concurrent_call=2)
    return campaign


def change(client: TestClient, **body: Any) -> None:
    response = client.put(f"/v3/campaign/{SEED_CAMPAIGN}", json=body)
    assert response.status_code == 200, response.text


def add_leads(client: TestClient, *phones: str, name: str = "monday", **each: Any) -> list[str]:
    """Import leads into a new list; give their ids."""
    rows = [{"phone_number": phone, **each} for phone in phones]
    list_uuid = make_list(client, SEED_CAMPAIGN, name=name)
    client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": rows})
    return [lead["lead_uuid"] for lead in client.get(f"/v3/lead?list_uuid={list_uuid}").json()["data"]]


def why(client: TestClient, lead_uuid: str = "") -> dict[str, Any]:
    """Ask of the lead, or else of the campaign."""
    answer = client.get(f"/v3/lead/{lead_uuid}/why" if lead_uuid else f"/v3/campaign/{SEED_CAMPAIGN}/why")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def codes(client: TestClient, lead_uuid: str = "") -> list[str]:
    return [reason["code"] for reason in why(client, lead_uuid)["reasons"]]


def change_lead(services: FakeServices, lead_uuid: str, **changed: object) -> None:
    with services.store.transaction() as tx:
        tx.connection.execute(update(leads).where(leads.c.id == UUID(lead_uuid)).values(changed))


def test_every_reason_has_its_sentence() -> None:
    assert set(MESSAGES) == set(Reason)
    assert all(message.endswith(".") for message in MESSAGES.values())


def test_a_stopped_campaign_says_so_and_counts_nothing_that_waits(client: TestClient, campaign: str) -> None:
    add_leads(client, "0981000001")

    answer = why(client)

    assert answer == {
        "campaign_uuid": campaign, "at": "2026-11-23T12:00:00.000000+07:00", "status": "stop", "dialling": False,
        "in_use": 0, "queued": 0, "limit": 1,
        "reasons": [{"code": "stopped", "message": "The campaign is stopped, and goes on when it is started."}],
        "next_window": "2026-11-24T08:00:00.000000+07:00", "next_due_at": None,
        "networks": {n: {"due": None, "in_use": 0, "limit": None} for n in "viettel mobi vina tel offnet".split()},
        "hints": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "code"),
    [({"active": False}, "inactive"), ({"carrier_uuid": ""}, "no_carrier"), ({"status": "pause"}, "paused")],
)
def test_a_campaign_says_which_switch_is_off(client: TestClient, running: str, sent: dict[str, Any], code: str) -> None:
    [lead_uuid] = add_leads(client, "0981000001")
    if "carrier_uuid" in sent:
        client.post(f"/v3/campaign/{running}/run/stop")
    change(client, **sent)

    assert codes(client) == [code]
    assert codes(client, lead_uuid) == [code]


def test_a_shut_window_says_until_when(client: TestClient, running: str) -> None:
    assert running
    [lead_uuid] = add_leads(client, "0981000001")
    change(client, schedules=[{"monday_start_time": 14 * HOURS_NS, "monday_end_time": 16 * HOURS_NS}])

    shut = {"code": "window_shut", "message": "No window of the campaign is open.", "until": TWO_PM}
    assert why(client)["reasons"] == [shut]
    assert why(client)["next_window"] == TWO_PM
    assert why(client, lead_uuid)["reasons"] == [shut]


def test_a_campaign_that_would_start_calls_is_dialling(client: TestClient, running: str) -> None:
    assert running
    [lead_uuid] = add_leads(client, "0981000001")

    answer = why(client)

    assert (answer["dialling"], answer["reasons"], answer["networks"]["viettel"]["due"]) == (True, [], 1)
    assert why(client, lead_uuid)["reasons"] == [
        {"code": "due", "message": "Nothing keeps the lead from being called: it is next."}
    ]


def test_a_full_campaign_says_how_full(client: TestClient, services: FakeServices, running: str) -> None:
    assert running
    ids = add_leads(client, "0981000001", "0981000002", "0981000003")
    store_call(services.store, phone="0981000001", state=CallState.QUEUED, ended_at=None, outcome=None)
    call_id = store_call(services.store, phone="0981000002", state=CallState.RINGING, ended_at=None, outcome=None)
    change_lead(services, ids[0], stage=Stage.CALLING)
    change_lead(services, ids[1], stage=Stage.CALLING)

    answer = why(client)

    said = "The campaign's calls at once are all in use."
    full = {"code": "campaign_limit", "message": said, "in_use": 2, "limit": 2}
    assert answer["reasons"] == [full]
    assert (answer["in_use"], answer["queued"], answer["limit"], answer["dialling"]) == (2, 1, 2, True)
    assert answer["networks"]["viettel"] == {"due": 1, "in_use": 2, "limit": None}
    assert why(client, ids[2])["reasons"] == [full]
    called = why(client, ids[1])
    assert (called["stage"], called["call_id"], called["call_state"]) == ("calling", str(call_id), "ringing")
    assert called["reasons"][0]["code"] == "in_call"


def test_a_lead_that_must_let_another_go_first_says_what_it_waits_for(client: TestClient, running: str) -> None:
    assert running
    client.put(f"/v3/carrier/{SEED_CARRIER}", json={"carrier_name": "main", "concurrent_call": 1})
    first, second = add_leads(client, "0981000001", "0981000002")

    answer = why(client)

    said = "The carrier's calls at once are all in use."
    full = {"code": "carrier_limit", "message": said, "in_use": 1, "limit": 1}
    assert (answer["reasons"], answer["dialling"], answer["in_use"]) == ([full], True, 0)
    assert codes(client, first) == ["due"]
    assert why(client, second)["reasons"] == [full]


def test_a_network_that_is_not_set_up_is_named(client: TestClient, running: str) -> None:
    assert running
    channels = {"viettel": 2, "mobi": 1}
    client.put(f"/v3/carrier/{SEED_CARRIER}", json={"carrier_name": "main", "network": channels})
    change(client, mode_call="parralel", network={"viettel": 5, "mobi": 0})
    viettel, mobi = add_leads(client, "0981000001", "0901000001")

    answer = why(client)

    assert [(reason["code"], reason["network"]) for reason in answer["reasons"]] == [("network_not_set_up", "mobi")]
    assert {n: use["limit"] for n, use in answer["networks"].items()} == {
        "viettel": 2, "mobi": 0, "vina": 0, "tel": 0, "offnet": 0,
    }  # fmt: skip
    assert codes(client, viettel) == ["due"]
    assert codes(client, mobi) == ["network_not_set_up"]


def test_leads_that_are_not_due_yet_say_when_they_are(client: TestClient, running: str) -> None:
    assert running
    [lead_uuid] = add_leads(client, "0981000001", after_day=1)

    answer = why(client)

    expected = {
        "code": "not_due",
        "message": "It is not yet time to call.",
        "until": "2026-11-24T12:00:00.000000+07:00",
    }
    assert answer["reasons"] == [expected]
    assert (answer["next_due_at"], answer["dialling"]) == (expected["until"], False)
    assert why(client, lead_uuid)["reasons"] == [expected]


def test_leads_of_an_inactive_list_say_so(client: TestClient, running: str) -> None:
    assert running
    [lead_uuid] = add_leads(client, "0981000001")
    list_uuid = client.get("/v3/list").json()["data"][0]["list_uuid"]
    assert client.patch(f"/v3/list/{list_uuid}/active", json={"active": False}).status_code == 200

    assert codes(client) == ["list_inactive"]
    assert codes(client, lead_uuid) == ["list_inactive"]


def test_a_number_on_do_not_call_says_so(client: TestClient, running: str) -> None:
    assert running
    [lead_uuid] = add_leads(client, "0981000001")
    client.post("/v1/blacklist", json={"blacklist": [{"phone_number": "0981000001", "description": ""}]})

    assert codes(client, lead_uuid) == ["do_not_call"]


def test_a_campaign_with_nothing_left_says_so_and_is_finished(client: TestClient, running: str) -> None:
    empty = client.get(f"/v3/campaign/{running}/monitor").json()["finished"], codes(client)
    add_leads(client, "0981000001")

    assert empty == (True, ["nothing_left"])
    assert client.get(f"/v3/campaign/{running}/monitor").json()["finished"] is False


def test_a_lead_that_is_done_says_how_it_ended(client: TestClient, services: FakeServices, running: str) -> None:
    assert running
    [lead_uuid] = add_leads(client, "0981000001")
    done = {"stage": Stage.DONE, "ending": Ending.NOT_RECALLED, "last_outcome": Outcome.BUSY, "called_count": 1}
    change_lead(services, lead_uuid, **done)

    answer = why(client, lead_uuid)

    assert answer == {
        "lead_uuid": lead_uuid, "campaign_uuid": SEED_CAMPAIGN, "at": "2026-11-23T12:00:00.000000+07:00",
        "stage": "done", "network": "viettel", "called_count": 1, "last_status": "busy", "call_id": None,
        "call_state": None,
        "reasons": [{"code": "not_recalled", "message": "The lead's last outcome is not called again."}],
    }  # fmt: skip


def test_a_lead_of_a_deleted_campaign_says_so(client: TestClient, campaign: str) -> None:
    [lead_uuid] = add_leads(client, "0981000001")
    client.patch(f"/v3/campaign/{campaign}/active", json={"active": False})
    client.delete(f"/v3/campaign/{campaign}")

    assert codes(client, lead_uuid) == ["deleted"]
    assert client.get(f"/v3/campaign/{campaign}/why").status_code == 404


def test_what_is_not_there_or_another_tenants_is_not_explained(
    client: TestClient, services: FakeServices, campaign: str
) -> None:
    [lead_uuid] = add_leads(client, "0981000001")
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=NOON, chance=lambda: 0.1)
    asked = [f"/v3/campaign/{campaign}/why", f"/v3/lead/{lead_uuid}/why"]

    strangers = [client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code for path in asked]
    unknown = [client.get(path).status_code for path in (f"/v3/campaign/{NOBODY}/why", f"/v3/lead/{NOBODY}/why")]

    assert strangers == unknown == [404, 404]


@pytest.mark.usefixtures("running")
def test_a_wrong_clock_of_a_switch_is_a_hint_and_a_metric(client: TestClient, services: FakeServices) -> None:
    add_leads(client, "0981000001")
    with services.store.transaction() as tx:
        tx.switches.insert_missing([Switch(name="s1", url="esl://x", state_since=NOON, created_at=NOON)])
    before = why(client)["hints"]

    with services.store.transaction() as tx:
        tx.switches.set_clock_skew("s1", milliseconds=-2_400_300)

    (hint,) = why(client)["hints"]
    assert before == []
    assert (hint["code"], hint["ahead_seconds"]) == ("switch_clock_wrong", -2400)
    assert "2400 s behind ours" in hint["message"]
    assert 'callbeat_switch_clock_skew_seconds{switch="s1"} -2400.3' in client.get("/metrics").text
