"""Campaigns: create, list, switch, delete, run, watch."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, make_carrier, make_list
from tests.fakes.services import FakeServices
from worker.domain.ids import CampaignId

HOURS_NS = 3_600_000_000_000


def test_a_campaign_is_created_with_the_wires_defaults(client: TestClient) -> None:
    answer = client.post("/v3/campaign", json={"campaign_name": "first", "type": "autocall", "concurrent_call": 1})

    assert answer.status_code == 200
    assert answer.json()["created"] is True
    read = client.get(f"/v3/campaign/{answer.json()['campaign_uuid']}").json()
    assert read["schedules"][0]["monday_start_time"] == 8 * HOURS_NS
    expected = {
        "active": True, "status": "stop", "run_id": "", "mode_call": "direct", "call_timeout": 60, "recall_times": 0,
        "schedule_recall": "after", "priority_recall": "normal", "ratio": 100, "hopper": 20, "customer_order": "id",
        "local_start_time": "00:00:00", "local_end_time": "23:59:59", "users": None, "carrier_uuid": "",
        "callback_url": "", "revision": 1,
    }  # fmt: skip
    assert {key: read[key] for key in expected} == expected
    assert len(read["recall_status"]) == 9
    assert read["created_at"] == "2026-11-23T12:00:00.000000+07:00"


def test_a_campaign_without_a_carrier_gets_the_only_one(client: TestClient) -> None:
    make_carrier(client, carrier_uuid=SEED_CARRIER)

    created = client.post("/v3/campaign", json={"campaign_name": "first", "type": "autocall"}).json()

    assert client.get(f"/v3/campaign/{created['campaign_uuid']}").json()["carrier_uuid"] == SEED_CARRIER


def test_a_campaign_may_name_its_carrier(client: TestClient) -> None:
    make_carrier(client)
    make_carrier(client, carrier_name="second", carrier_uuid=SEED_CARRIER)
    body = {"campaign_name": "first", "type": "autocall", "carrier_uuid": SEED_CARRIER}

    created = client.post("/v3/campaign", json=body).json()

    assert client.get(f"/v3/campaign/{created['campaign_uuid']}").json()["carrier_uuid"] == SEED_CARRIER


def test_an_id_that_is_none_is_told(client: TestClient) -> None:
    answer = client.post("/v3/campaign", json={"campaign_name": "x", "type": "autocall", "campaign_uuid": "x"})

    assert (answer.status_code, answer.json()) == (400, {"error": "campaign_uuid is invalid"})


def test_what_a_campaign_needs_is_told(client: TestClient) -> None:
    answer = client.post("/v3/campaign", json={})

    assert answer.status_code == 400
    assert answer.json() == {"error": [{"(root)": "campaign_name is required"}, {"(root)": "type is required"}]}


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"campaign_name": "first"}, "campaign_name is already taken"),
        ({"campaign_name": "new", "campaign_uuid": SEED_CAMPAIGN}, "campaign_uuid is already taken"),
    ],
)
def test_a_taken_name_or_id_is_told(client: TestClient, campaign: str, sent: dict[str, str], error: str) -> None:
    assert campaign

    answer = client.post("/v3/campaign", json={"type": "autocall"} | sent)

    assert (answer.status_code, answer.json()) == (409, {"error": error})


def test_the_list_names_carrier_and_template_and_leaves_schedules_out(client: TestClient, campaign: str) -> None:
    rows = client.get("/v3/campaign?type=autocall").json()

    assert rows["total"] == 1
    row = rows["data"][0]
    assert (row["campaign_uuid"], row["carrier_name"], row["template_name"]) == (campaign, "main", "hello")
    assert row["schedules"] is None
    assert client.get("/v3/campaign?type=manual").json()["total"] == 0


def test_the_master_switch(client: TestClient, services: FakeServices, campaign: str) -> None:
    services.queue.plans.clear()

    answer = client.patch(f"/v3/campaign/{campaign}/active", json={"active": False})

    assert answer.json() == {"active": False, "campaign_uuid": campaign}
    assert client.get(f"/v3/campaign/{campaign}").json()["active"] is False
    assert list(map(str, services.queue.plans)) == [SEED_CARRIER]


def test_a_switch_without_a_position_is_told(client: TestClient, campaign: str) -> None:
    answer = client.patch(f"/v3/campaign/{campaign}/active", json={})

    assert (answer.status_code, answer.json()) == (400, {"error": "active is missing"})


def test_only_an_inactive_campaign_is_deleted(client: TestClient, campaign: str) -> None:
    refused = client.delete(f"/v3/campaign/{campaign}")
    client.patch(f"/v3/campaign/{campaign}/active", json={"active": False})
    deleted = client.delete(f"/v3/campaign/{campaign}")

    assert (refused.status_code, refused.json()) == (409, {"error": "campaign must be deactive"})
    assert deleted.json() == {"campaign_uuid": campaign}
    assert client.get(f"/v3/campaign/{campaign}").status_code == 404
    assert client.get("/v3/campaign").json()["total"] == 0
    assert client.post("/v3/campaign", json={"campaign_name": "first", "type": "autocall"}).status_code == 200


@pytest.mark.parametrize("version", ["v1", "v3"])
def test_a_run_begins_goes_on_and_ends(client: TestClient, campaign: str, version: str) -> None:
    def steered(to: str) -> tuple[str, str]:
        answer = client.post(f"/{version}/campaign/{campaign}/run/{to}", json={})
        assert answer.json() == {"campaign_uuid": campaign}
        read = client.get(f"/v3/campaign/{campaign}").json()
        return read["status"], read["run_id"]

    first = steered("start")
    again = steered("start")
    paused = steered("pause")
    stopped = steered("stop")
    second = steered("start")

    assert first[0] == "start"
    assert again == first
    assert paused == ("pause", first[1])
    assert stopped == ("stop", "")
    assert second[1] not in {"", first[1]}


def test_a_start_over_a_carrier_without_a_caller_id_is_refused(client: TestClient, campaign: str) -> None:
    path = f"/v3/carrier/{SEED_CARRIER}"
    client.put(path, json={"carrier_name": "main", "caller_id": ""})

    refused = client.post(f"/v3/campaign/{campaign}/run/start")
    client.put(path, json={"carrier_name": "main", "caller_id": "02873003586"})
    started = client.post(f"/v3/campaign/{campaign}/run/start")

    assert (refused.status_code, refused.json()) == (400, {"error": "caller_id of the carrier is missing"})
    assert started.status_code == 200


def test_a_campaign_whose_carrier_loses_its_caller_id_says_so_and_can_be_edited(
    client: TestClient, campaign: str
) -> None:
    client.post(f"/v3/campaign/{campaign}/run/start")
    client.put(f"/v3/carrier/{SEED_CARRIER}", json={"carrier_name": "main", "caller_id": ""})

    why = client.get(f"/v3/campaign/{campaign}/why").json()
    edited = client.put(f"/v3/campaign/{campaign}", json={"concurrent_call": 2})

    assert "no_caller_id" in [reason["code"] for reason in why["reasons"]]
    assert edited.status_code == 200


def test_a_start_asks_for_a_plan_that_the_tick_would_repair(
    client: TestClient, services: FakeServices, campaign: str
) -> None:
    services.queue.plans.clear()
    services.clock.wait(60)

    client.post(f"/v3/campaign/{campaign}/run/start")

    assert list(map(str, services.queue.plans)) == [SEED_CARRIER]
    with services.store.reading() as tx:
        assert list(map(str, tx.plans.due_carriers(now=services.clock.now()))) == [SEED_CARRIER]


def test_a_new_schedule_moves_when_a_pause_ends(client: TestClient, services: FakeServices, campaign: str) -> None:
    def resumes_at() -> str:
        with services.store.reading() as tx:
            tenant = tx.tenants.named("default")
            assert tenant is not None
            found = tx.campaigns.get(tenant.id, CampaignId(UUID(campaign))).resume_at
            return "" if found is None else found.in_timezone("Asia/Ho_Chi_Minh").format("ddd HH:mm")

    client.post(f"/v3/campaign/{campaign}/run/pause")
    before = resumes_at()
    client.put(f"/v3/campaign/{campaign}", json={"concurrent_call": 3})
    untouched = resumes_at()
    afternoon = {"monday_start_time": 15 * HOURS_NS, "monday_end_time": 16 * HOURS_NS}
    client.put(f"/v3/campaign/{campaign}", json={"schedules": [afternoon]})

    assert (before, untouched, resumes_at()) == ("Tue 08:00", "Tue 08:00", "Mon 15:00")


def test_the_monitor_counts_leads(client: TestClient, campaign: str) -> None:
    list_uuid = make_list(client, campaign)
    phones = ["0981000001", "0981000002", "0901000001"]
    client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": [{"phone_number": p} for p in phones]})

    read = client.get(f"/v3/campaign/{campaign}/monitor").json()

    numbers = {key: value for key, value in read.items() if key.startswith("total_")}
    assert numbers == {
        "total_lead": 3, "total_incall": 0, "total_called": 0, "total_lead_called": 0, "total_dnc": 0,
        "total_remain": 3, "total_remain_viettel": 2, "total_remain_mobi": 1, "total_remain_vina": 0,
        "total_remain_tel": 0, "total_remain_offnet": 0,
    }  # fmt: skip
    assert (read["type"], read["mode_call"], read["status"]) == ("AUTOCALL", "DIRECT", "STOP")
