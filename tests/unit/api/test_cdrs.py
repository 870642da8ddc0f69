"""CDRs: newest first, found by every filter, in the wire's form."""

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import make_list
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices
from worker.domain.call import CallState, Outcome

FIRST = "0981000001"
SECOND = "0981000002"


@pytest.fixture(autouse=True)
def _calls(client: TestClient, services: FakeServices, campaign: str) -> None:
    """Store two finished calls, one at noon and one the day after, and one that is up."""
    row = {"phone_number": FIRST, "order": 7}
    data = [row, {"phone_number": SECOND}, {"phone_number": "0981000003"}]
    client.post("/v3/lead/multi", json={"list_uuid": make_list(client, campaign), "data": data})
    store_call(services.store, phone=FIRST)
    tomorrow = NOON.add(days=1)
    store_call(
        services.store, phone=SECOND, started_at=tomorrow, outcome=Outcome.ANSWERED, answered_at=tomorrow.add(seconds=5)
    )
    store_call(services.store, phone="0981000003", state=CallState.RINGING, ended_at=None, outcome=None)


def found(client: TestClient, query: str = "") -> list[str]:
    answer = client.get(f"/v3/cdr?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["data"])
    return [row["to_number"] for row in answer.json()["data"]]


def test_only_calls_that_have_ended_newest_first(client: TestClient) -> None:
    assert found(client) == [SECOND, FIRST]


def test_a_cdr_is_written_as_the_wire_does(client: TestClient) -> None:
    read = client.get(f"/v3/cdr?phone={FIRST}").json()["data"][0]

    expected = {
        "time_started": "2026-11-23 12:00:00", "time_ringging": "2026-11-23 12:00:03", "time_answered": "",
        "time_ended": "2026-11-23 12:00:30", "duration": 30, "billsec": 0, "status": "no-answered",
        "direction": "outbound", "from_number": "02873003586", "to_number": FIRST, "additional": {"order": 7},
        "press_key": "{}", "digits": "",
    }  # fmt: skip
    assert {key: read[key] for key in expected} == expected
    assert client.get(f"/v3/cdr/{read['id']}").json() == read
    assert client.get(f"/v3/cdr/sip-{FIRST}").json() == read


@pytest.mark.parametrize("reference", ["6b1d6d3c-0000-4000-8000-000000000000", "sip-0981000003", "nobody", "%00"])
def test_an_unknown_cdr_is_not_found(client: TestClient, reference: str) -> None:
    answer = client.get(f"/v3/cdr/{reference}")

    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


@pytest.mark.parametrize(
    ("query", "phones"),
    [
        ("status=ANSWERED", [SECOND]),
        ("status=NO ANSWER", [FIRST]),
        ("status=no_answered", [FIRST]),
        ("status=cancel", []),
        ("phone=84981000001", [FIRST]),
        ("phone=02873003586", [SECOND, FIRST]),
        ("hotline=02873003586", [SECOND, FIRST]),
        ("hotline=1", []),
        ("direction=outbound", [SECOND, FIRST]),
        ("direction=inbound", []),
        ("extension=101", []),
        ("campaign_uuid=6b1d6d3c-0000-4000-8000-000000000000", []),
        ("start_date=2026-11-24", [SECOND]),
        ("end_date=2026-11-23", [FIRST]),
        ("start_date=2026-11-23 12:00:00&end_date=2026-11-23 12:00:00", [FIRST]),
        ("start_date=2026-11-23 12:00:01&end_date=2026-11-24 11:59:59", []),
        ("start_date_ended=2026-11-24 12:00:30", [SECOND]),
        ("end_date_ended=2026-11-23 12:00:29", []),
        ("start_date=&status=&phone=", [SECOND, FIRST]),
    ],
)
def test_filters(client: TestClient, query: str, phones: list[str]) -> None:
    assert found(client, query) == phones


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-11-23T12:00:00Z", "23/11/2026"])
def test_a_date_that_is_none_is_told(client: TestClient, text: str) -> None:
    answer = client.get(f"/v3/cdr?start_date={text}")

    assert answer.status_code == 400
    assert answer.json() == {"error": [{"start_date": "Does not match format 'YYYY-MM-DD hh:mm:ss'"}]}


@pytest.mark.parametrize(
    "query", ["start_date=0001-01-01", "end_date=9999-12-31", "end_date_ended=9999-12-31 23:59:59"]
)
def test_an_end_of_the_calendar_is_no_bound(client: TestClient, query: str) -> None:
    assert found(client, query) == [SECOND, FIRST]


def test_a_carrier_shows_what_is_left_while_a_call_is_up(client: TestClient) -> None:
    read = client.get("/v3/carrier").json()["data"][0]

    assert read["remaining_concurrent_call"] == 9


def test_the_monitor_counts_a_call_that_is_up(client: TestClient, campaign: str) -> None:
    read = client.get(f"/v3/campaign/{campaign}/monitor").json()

    assert (read["total_incall"], read["total_called"]) == (1, 1)


def test_a_deleted_campaigns_cdrs_stay(client: TestClient, campaign: str) -> None:
    client.patch(f"/v3/campaign/{campaign}/active", json={"active": False})
    client.delete(f"/v3/campaign/{campaign}")

    assert found(client, f"campaign_uuid={campaign}") == [SECOND, FIRST]


def test_metrics_count_without_naming_anybody(client: TestClient) -> None:
    text = client.get("/metrics").text

    assert 'callbeat_live_calls{state="ringing"} 1.0' in text
    assert 'callbeat_live_calls{state="dialing"} 0.0' in text
    assert "callbeat_waiting_leads 3.0" in text
    assert "callbeat_pending_deliveries 0.0" in text
    assert FIRST not in text
