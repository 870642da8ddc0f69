"""Reports over HTTP: which calls are counted, how they are divided, what is refused, and who sees what."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import a_tenant, make_list
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices
from worker.domain.call import CallState, Outcome
from worker.domain.network import Network
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.count_calls import count_calls

FIRST, SECOND, THIRD = "0981000001", "0981000002", "0981000003"
TOMORROW = NOON.add(days=1)


@pytest.fixture(autouse=True)
def lead_list(client: TestClient, services: FakeServices, campaign: str) -> str:
    """Store one call that nobody answered, one a day later that somebody answered, and one that is up."""
    named = make_list(client, campaign)
    rows = [{"phone_number": FIRST, "lead_name": "An", "order": 7}, {"phone_number": SECOND}, {"phone_number": THIRD}]
    client.post("/v3/lead/multi", json={"list_uuid": named, "data": rows})
    store_call(services.store, phone=FIRST)
    answered = {"outcome": Outcome.ANSWERED, "answered_at": TOMORROW.add(seconds=5), "cause": "NORMAL_CLEARING"}
    store_call(
        services.store, phone=SECOND, started_at=TOMORROW, network=Network.MOBI, last_key="1", **answered
    )  # it talked for 25 seconds
    store_call(
        services.store, phone=THIRD, state=CallState.ANSWERED, answered_at=NOON, dialing_at=NOON, ended_at=None,
        outcome=None,
    )  # fmt: skip
    count_calls(services.store)
    return named


def rows(client: TestClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/v3/report/call/campaign?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["complete"]
    return list(answer.json()["data"])


def test_a_campaign_is_counted_by_result_and_one_without_calls_has_zeros(client: TestClient, campaign: str) -> None:
    client.post("/v3/campaign", json={"campaign_name": "quiet", "type": "autocall"})

    ours, quiet = sorted(rows(client), key=lambda row: row["campaign_name"] == "quiet")

    counted = {"answered": 1, "no_answered": 1, "busy": 0, "outbound": 2, "inbound": 0, "total": 2}
    assert ours | counted == ours
    assert (ours["campaign_uuid"], ours["total_duration"], ours["total_billsec"]) == (campaign, 60, 25)
    assert (quiet["campaign_name"], quiet["total"]) == ("quiet", 0)


def test_a_period_ends_with_its_last_second_or_before_the_full_quarter(client: TestClient) -> None:
    day = "start_time=2026-11-23%2000:00:00"

    found = [
        rows(client, f"{day}&end_time={end}")[0]["total"]
        for end in ("2026-11-23%2011:59:59", "2026-11-23%2012:00:00", "2026-11-23%2012:14:59", "2026-11-24")
    ]

    assert found == [0, 0, 1, 2]


def test_a_report_is_divided_by_interval_and_network(client: TestClient) -> None:
    period = "start_time=2026-11-23&end_time=2026-11-24"

    days = [(row["time"], row["total"]) for row in rows(client, f"{period}&interval=day")]
    hours = [
        (row["time"], row["network"], row["answered"]) for row in rows(client, f"{period}&interval=hour&group=network")
    ]
    week = [(row["time"], row["total"]) for row in rows(client, f"{period}&interval=week")]

    assert days == [("2026-11-23T00:00:00.000000+07:00", 1), ("2026-11-24T00:00:00.000000+07:00", 1)]
    assert hours == [
        ("2026-11-23T12:00:00.000000+07:00", "viettel", 0),
        ("2026-11-24T12:00:00.000000+07:00", "mobi", 1),
    ]
    assert week == [("2026-11-23T00:00:00.000000+07:00", 2)]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("start_time=2026-11-23%2010:07:00", "start_time must be a full quarter of an hour"),
        ("end_time=2026-11-23%2010:07:00", "end_time must be a full quarter of an hour"),
        ("start_time=2026-11-24&end_time=2026-11-22", "start_time must be before end_time"),
        ("interval=day&start_time=2026-11-24", "an interval needs start_time and end_time"),
        ("interval=hour&start_time=2026-10-01&end_time=2026-11-24", "not be longer than 31 days"),
        ("interval=year", "interval"),
        ("group=cause", "group"),
        ("network=viettell", "network must be one of the following: viettel"),
        ("start_time=yesterday", "Does not match format"),
        ("run_id=5", "run_id is invalid"),
        ("start_date=2026-11-01", "start_date"),
    ],
)
def test_a_wrong_question_is_refused_with_a_word(client: TestClient, query: str, word: str) -> None:
    answer = client.get(f"/v3/report/call/campaign?{query}")

    assert answer.status_code == 400
    assert word in answer.text


def test_the_four_charts_are_numbers(client: TestClient, campaign: str, lead_list: str) -> None:
    charts = client.get(f"/v3/report/call/chart?campaign_uuid={campaign}&list_uuid={lead_list}").json()

    assert charts["call_status"] == dict.fromkeys(Outcome, 0) | {"answered": 1, "no-answered": 1}
    assert charts["talk_time"] == {"under_5": 0, "from_5_to_15": 0, "from_15_to_30": 1, "over_30": 0}
    assert charts["press_key"] == {"127": 1, "1": 1}
    assert (charts["connected"], charts["not_connected"], charts["connection_rate"]) == (1, 1, 0.5)
    assert charts["causes"] == {"NORMAL_CLEARING": 1, "NO_ANSWER": 1}
    assert client.get(f"/v3/campaign/{campaign}/monitor").json()["charts"] == charts


def test_each_lead_has_its_last_call_of_the_period(client: TestClient, campaign: str) -> None:
    query = f"campaign_uuid={campaign}&start_time=2026-11-23&end_time=2026-11-23&limit=2"

    page = client.get(f"/v3/report/call/lead?{query}").json()

    assert (page["total"], page["limit"]) == (3, 2)
    first, second = page["data"]
    shown = {
        "lead_name": "An", "phone_number": FIRST, "status": "no-answered", "start_stamp": "2026-11-23 12:00:00",
        "answer_stamp": "", "end_stamp": "2026-11-23 12:00:30", "duration": 30, "billsec": 0,
        "additional": {"order": 7},
    }  # fmt: skip
    assert first | shown == first
    assert (second["phone_number"], second["cdr_uuid"], second["status"], second["duration"]) == (SECOND, "", "", 0)


def test_calls_that_are_up_are_listed(client: TestClient, campaign: str) -> None:
    answer = client.get("/v3/monitor").json()

    shown = {
        "call_state": "ONCALL", "call_time": "2026-11-23 12:00:00", "destination": THIRD, "cid_num": "02873003586",
        "campaign_uuid": campaign, "state": "answered", "direction": "outbound", "agent_name": "",
    }  # fmt: skip
    assert answer["total"] == 1
    assert answer["data"][0] | shown == answer["data"][0]
    assert client.get("/v3/monitor?limit=0").json() == {"data": [], "total": 1}


def test_another_tenant_sees_nothing_of_it(client: TestClient, services: FakeServices, campaign: str) -> None:
    token = create_token(services.store, tenant=a_tenant(services.store, name="other"), now=NOON, chance=lambda: 0.1)
    client.headers["Authorization"] = f"Bearer {token}"

    named = [client.get(f"/v3/report/call/{kind}?campaign_uuid={campaign}") for kind in ("campaign", "chart", "lead")]

    assert [(one.status_code, one.json()["error"]) for one in named] == [(404, "campaign is not found")] * 3
    assert rows(client) == []
    assert client.get("/v3/report/call/chart").json()["total"] == 0
    assert client.get("/v3/report/call/lead").json()["total"] == 0
    assert client.get("/v3/monitor").json() == {"data": [], "total": 0}


def test_a_deleted_campaign_keeps_its_row_while_it_has_calls_in_the_period(client: TestClient, campaign: str) -> None:
    client.patch(f"/v3/campaign/{campaign}/active", json={"active": False})
    client.delete(f"/v3/campaign/{campaign}")

    assert [row["total"] for row in rows(client)] == [2]
    assert rows(client, "start_time=2020-01-01&end_time=2020-01-31") == []
