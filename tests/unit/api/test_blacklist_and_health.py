"""The do-not-call list, and whether the parts are there."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete

from tests.builders import NOON
from tests.builders.api import a_tenant
from tests.fakes.services import FakeServices
from tests.fakes.telephony import SWITCH
from worker.domain.errors import Unavailable
from worker.domain.leadership import BEAT, LeaderLease
from worker.store.base.schema_state import OlderSchema
from worker.store.base.tables import leader_leases
from worker.usecases.dispatch.keep_switches import drain_switch, resume_switch
from worker.usecases.records.api_tokens import create_token

PATH = "/v1/blacklist"


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"phone_number": 911111114}, "911111114"),
        ({"phone_number": None}, "row 1"),
        ({"description": "no number"}, "row 1"),
        ({"phone_number": "0981000002", "descripton": "x"}, "0981000002"),
        ({"phone_number": ["0981000002"]}, "row 1"),
        ("0981000002", "row 1"),
        (7, "row 1"),
        (None, "row 1"),
        ({"phone_number": "9" * 65}, "9" * 64),
    ],
)
def test_a_row_that_cannot_be_read_never_fails_the_others(client: TestClient, row: object, named: str) -> None:
    answer = client.post(PATH, json={"blacklist": [{"phone_number": "0911111113"}, row]})

    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] == ["0911111113"]
    assert [list(problem) for problem in answer.json()["fail"]] == [[named]]


def test_digits_are_read_as_text(client: TestClient) -> None:
    answer = client.post(PATH, json={"blacklist": [{"phone_number": 84911111114}]})

    assert answer.json()["success"] == ["84911111114"]


def test_rows_that_cannot_be_read_do_not_keep_numbers_on_the_list(client: TestClient) -> None:
    client.post(PATH, json={"blacklist": [{"phone_number": "0911111113"}]})

    answer = client.request("DELETE", PATH, json={"blacklist": [None, {}, "0911111113", 5]})

    assert answer.json()["success"] == ["0911111113"]
    assert [list(problem) for problem in answer.json()["fail"]] == [["row 0"], ["row 1"], ["5"]]


def test_a_row_that_is_refused_as_a_duplicate_changes_nothing(client: TestClient) -> None:
    rows = [{"phone_number": "0911111113", "description": text} for text in ("first", "second")]

    answer = client.post(PATH, json={"blacklist": rows})

    assert answer.json()["fail"] == [{"0911111113": "phone_number is duplicate"}]
    assert client.get(f"{PATH}/0911111113").json()["description"] == "first"


def test_numbers_are_added_in_part(client: TestClient) -> None:
    client.post(PATH, json={"blacklist": [{"phone_number": "0981000001"}]})
    numbers = ["84981000001", "0981000002", "0981.000.002", "nobody"]

    answer = client.post(PATH, json={"blacklist": [{"phone_number": n, "description": "asked"} for n in numbers]})

    assert answer.json() == {
        "fail": [
            {"0981.000.002": "phone_number is duplicate"},
            {"nobody": "not a Vietnamese phone number"},
            {"84981000001": "phone_number is duplicate"},
        ],
        "message": "successfully",
        "success": ["0981000002"],
    }
    listed = client.get(PATH).json()
    assert [(row["phone_number"], row["description"]) for row in listed["data"]] == [
        ("0981000001", ""),
        ("0981000002", "asked"),
    ]


def test_numbers_are_removed_in_part(client: TestClient) -> None:
    client.post(PATH, json={"blacklist": [{"phone_number": "0981000001"}]})

    answer = client.request("DELETE", PATH, json={"blacklist": ["+84981000001", "0981000002"]})

    assert answer.json() == {
        "fail": [{"0981000002": "phone_number is not found"}],
        "message": "successfully",
        "success": ["+84981000001"],
    }
    assert client.get(PATH).json()["total"] == 0


def test_one_number_is_read_by_its_id_or_in_any_form(client: TestClient) -> None:
    numbers = ["0981000001", "02412345678"]
    client.post(PATH, json={"blacklist": [{"phone_number": n, "description": "asked"} for n in numbers]})
    rows = client.get(PATH).json()["data"]

    assert [client.get(f"{PATH}/{row['id']}").json() for row in rows] == rows
    assert client.get(f"{PATH}/+84 981 000 001").json() in rows
    assert len({row["id"] for row in rows}) == 2


@pytest.mark.parametrize("asked", ["0981000002", "nobody", "6b1d6d3c-0000-4000-8000-000000000000"])
def test_a_number_that_is_not_there_is_not_found(client: TestClient, asked: str) -> None:
    client.post(PATH, json={"blacklist": [{"phone_number": "0981000001"}]})

    answer = client.get(f"{PATH}/{asked}")

    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


def test_another_tenants_id_is_not_found(client: TestClient, services: FakeServices) -> None:
    client.post(PATH, json={"blacklist": [{"phone_number": "0981000001"}]})
    read = client.get(PATH).json()["data"][0]
    other = create_token(services.store, tenant=a_tenant(services.store, name="other"), now=NOON, chance=lambda: 0.25)
    client.headers["Authorization"] = f"Bearer {other}"
    client.post(PATH, json={"blacklist": [{"phone_number": "0981000001"}]})

    assert client.get(f"{PATH}/{read['id']}").status_code == 404


def test_an_empty_list_changes_nothing(client: TestClient) -> None:
    answer = client.post(PATH, json={"blacklist": []})

    assert answer.json() == {"fail": [], "message": "successfully", "success": []}


def test_what_is_no_list_is_told(client: TestClient) -> None:
    answer = client.post(PATH, json={"blacklist": None})

    assert answer.json() == {"error": [{"blacklist": "Invalid type. Expected: array, given: null"}]}


def test_health_needs_no_token(anonymous: TestClient, services: FakeServices) -> None:
    services.probes = {"database": lambda: None}

    assert anonymous.get("/health/live").json() == {"status": "live"}
    answer = anonymous.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ready", "parts": {"database": "ok", "beat": "no beat leads", "switches": "ok"}},
    )


def test_calls_go_out_when_a_beat_leads_and_a_switch_takes_them(anonymous: TestClient, services: FakeServices) -> None:
    before = anonymous.get("/health/dialling")
    with services.store.transaction() as tx:
        tx.leader_leases.acquire(LeaderLease(BEAT, UUID(int=1)), since=NOON, now=NOON)
    leading = anonymous.get("/health/dialling")
    drain_switch(services.store, SWITCH, now=NOON)
    drained = anonymous.get("/health/dialling")

    assert [answer.status_code for answer in (before, leading, drained)] == [503, 200, 503]
    assert before.json()["parts"]["beat"] == "no beat leads"
    assert leading.json()["parts"] == {"beat": "ok", "switches": "ok"}


def test_a_schema_that_is_not_current_is_not_ready(anonymous: TestClient, services: FakeServices) -> None:
    def old() -> None:
        raise OlderSchema("the database has no schema yet: run `callbeat migrate`")

    services.probes = {"database": old}

    answer = anonymous.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["parts"] == {"database": "the database has no schema yet: run `callbeat migrate`"}


def test_health_says_when_no_switch_takes_calls_and_stays_ready(anonymous: TestClient, services: FakeServices) -> None:
    drain_switch(services.store, SWITCH, now=NOON)

    drained = anonymous.get("/health/ready")
    with services.store.transaction() as tx:
        tx.connection.execute(delete(leader_leases))
    resume_switch(services.store, SWITCH, now=NOON)
    unheard = anonymous.get("/health/ready")

    assert [answer.status_code for answer in (drained, unheard)] == [200, 200]
    assert drained.json()["parts"]["switches"] == f"{SWITCH}: switch_draining"
    assert unheard.json()["parts"]["switches"] == f"{SWITCH}: no_switch"


def test_a_part_that_is_away_is_named(anonymous: TestClient, services: FakeServices) -> None:
    def away() -> None:
        raise Unavailable("Redis is away")

    services.probes = {"database": lambda: None, "broker": away}

    answer = anonymous.get("/health/ready")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json() == {"status": "not ready", "parts": {"database": "ok", "broker": "Redis is away"}}
