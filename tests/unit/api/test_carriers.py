"""Carriers and templates: create, change, read."""

from typing import Any
from unittest.mock import ANY

import pytest
from fastapi.testclient import TestClient

from tests.builders.api import make_carrier, without_version
from tests.fakes.services import FakeServices
from worker.usecases.records.save_carrier import NOT_BEFORE_A_NUMBER

ROUTE = {"gateway_uuid": "g1", "concurrent_call": 10}


def test_a_carrier_reads_back_with_what_is_left(client: TestClient) -> None:
    carrier = make_carrier(client, network={"viettel": 3, "mobi": None})

    read = client.get(f"/v3/carrier/{carrier}").json()

    assert read["network"] == {"viettel": 3, "mobi": 0, "vina": 0, "tel": 0, "offnet": 0}
    assert read["carrier_remaining_ccu"] == read["network"]
    assert (read["concurrent_call"], read["remaining_concurrent_call"], read["status"]) == (10, 10, True)
    assert (read["caller_id"], read["data"]["caller_id"]) == ("02873003586", "02873003586")
    assert client.get("/v3/carrier").json()["data"] == [read]


@pytest.mark.parametrize(
    ("sent", "data"),
    [
        ({"dial_type": "random_for_all", "data": {"caller_id": ["0281", "0282"]}}, {"caller_id": "0281,0282"}),
        ({"dial_type": "sip_random_for_all", "data": {"caller_id": "0281, 0282"}}, {"caller_id": "0281,0282"}),
        ({"dial_type": "channel_prefix", "prefix_mobi": "92"}, {"prefix_mobi": "92", "prefix_vina": ""}),
        ({"dial_type": "channel_prefix", "data": {"prefix_mobi": "93"}}, {"prefix_mobi": "93"}),
        ({"dial_type": "channel_one_for_all", "prefix": "99"}, {"prefix": "99"}),
        (
            {"dial_type": "random_by_network_group", "data": {"caller_id_tel": ["0281", "0282"]}},
            {"caller_id_tel": "0281,0282"},
        ),
    ],
)
def test_numbers_are_read_in_both_positions(client: TestClient, sent: dict[str, Any], data: dict[str, str]) -> None:
    carrier = make_carrier(client, **sent)

    read = client.get(f"/v3/carrier/{carrier}").json()

    assert {key: read["data"][key] for key in data} == data
    assert read["dial_type"] in {
        "sip_random_for_all", "channel_prefix", "channel_one_for_all", "sip_random_group_for_network",
    }  # fmt: skip


CAUSES = [
    {"sip_status": 403, "outcome": "phone-block", "counts": True},
    {"q850": 34, "outcome": "congestion", "counts": False},
    {"sip_status": 480, "cause": "CALL_REJECTED", "outcome": "busy", "counts": True},
]


def test_a_cause_table_reads_back_in_its_order(client: TestClient) -> None:
    carrier = make_carrier(client, data={"causes": [*CAUSES[:2], {**CAUSES[2], "q850": None}]})

    assert client.get(f"/v3/carrier/{carrier}").json()["data"]["causes"] == CAUSES


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ({"data": {"causes": CAUSES[1:]}}, CAUSES[1:]),
        ({"data": {"causes": []}}, []),
        ({"data": {"prefix": "1"}}, CAUSES),
    ],
)
def test_a_cause_table_is_replaced_as_a_whole_or_left(
    client: TestClient, sent: dict[str, Any], left: list[Any]
) -> None:
    carrier = make_carrier(client, data={"causes": CAUSES})

    answer = client.put(f"/v3/carrier/{carrier}", json={"carrier_name": "main", **sent})

    assert answer.status_code == 200
    assert client.get(f"/v3/carrier/{carrier}").json()["data"]["causes"] == left


@pytest.mark.parametrize(
    ("rows", "field", "message"),
    [
        ([{"sip_status": 403, "outcome": "blocked"}], "data.causes.0.outcome", "must be one of the following"),
        ([{"sip_status": 403, "outcome": "answered"}], "data.causes.0.outcome", "must be one of the following"),
        ([CAUSES[0], {"cause": "NO_SUCH", "outcome": "busy"}], "data.causes.1.cause", "NO_SUCH is no hang-up cause"),
        ([{"cause": "LOST", "outcome": "busy"}], "data.causes.0.cause", "LOST is no hang-up cause"),
        ([{"sip_status": 200, "outcome": "busy"}], "data.causes.0.sip_status", "greater than or equal to 300"),
        ([{"q850": 128, "outcome": "busy"}], "data.causes.0.q850", "less than or equal to 127"),
        ([{"outcome": "busy"}], "data.causes.0", "sip_status, q850 or cause is required"),
        ([{"sip_satus": 403, "outcome": "busy"}], "data.causes.0", "sip_satus is unknown: sip_status"),
        ([{"q850": 17, "cause": "USER_BUSY", "outcome": "busy"}], "data.causes.0", "the same fact"),
        ([CAUSES[0], CAUSES[1], {**CAUSES[0], "outcome": "busy"}], "data.causes", "rows 0 and 2 name the same"),
        ([{"q850": 17, "outcome": "busy"}, {"cause": "USER_BUSY", "outcome": "failed"}], "data.causes", "USER_BUSY"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_by_name(
    client: TestClient, rows: list[Any], field: str, message: str
) -> None:
    carrier = make_carrier(client, data={"causes": CAUSES})

    answer = client.put(f"/v3/carrier/{carrier}", json={"carrier_name": "main", "data": {"causes": rows}})

    assert answer.status_code == 400
    assert message in answer.json()["error"][0][field]
    assert client.get(f"/v3/carrier/{carrier}").json()["data"]["causes"] == CAUSES


def test_what_a_carrier_needs_is_told(client: TestClient) -> None:
    answer = client.post("/v3/carrier", json={"carrier_name": "main", "dial_type": "sip_one_for_all"})

    assert answer.status_code == 400
    assert answer.json() == {
        "error": [{"(root)": "gateway_uuid is required"}, {"(root)": "concurrent_call is required"}]
    }


def test_a_taken_carrier_name_is_told(client: TestClient) -> None:
    make_carrier(client)

    answer = client.post("/v3/carrier", json={"carrier_name": "main", "dial_type": "sip_one_for_all", **ROUTE})

    assert (answer.status_code, answer.json()) == (409, {"error": "carrier_name is exists"})


@pytest.mark.parametrize("gateway", ["", "a/b", "a b", "a\nb", "{x=1}g"])
def test_a_gateway_that_would_upset_the_switch_is_refused(client: TestClient, gateway: str) -> None:
    body = {"carrier_name": "main", "dial_type": "sip_one_for_all", "concurrent_call": 1, "gateway_uuid": gateway}

    assert client.post("/v3/carrier", json=body).status_code == 400


def test_a_carrier_is_changed_and_planned_at_once(client: TestClient, services: FakeServices) -> None:
    carrier = make_carrier(client, network={"viettel": 3})
    services.clock.wait(60)

    answer = client.put(f"/v3/carrier/{carrier}", json={"carrier_name": "main", "concurrent_call": 4, "caller_id": "1"})

    assert answer.json() == {"carrier_uuid": carrier}
    read = client.get(f"/v3/carrier/{carrier}").json()
    assert (read["concurrent_call"], read["caller_id"], read["network"]["viettel"]) == (4, "1", 3)
    assert list(map(str, services.queue.plans)) == [carrier]
    with services.store.reading() as tx:
        assert list(map(str, tx.plans.due_carriers(now=services.clock.now()))) == [carrier]


def test_calls_per_second_hold_from_the_next_plan_on(client: TestClient, services: FakeServices) -> None:
    carrier = make_carrier(client)
    path = f"/v3/carrier/{carrier}"
    assert client.get(path).json()["calls_per_second"] == 0

    client.put(path, json={"carrier_name": "main", "calls_per_second": 5})

    assert client.get(path).json()["calls_per_second"] == 5
    assert list(map(str, services.queue.plans)) == [carrier]


def test_calls_per_second_stay_when_they_are_not_sent(client: TestClient) -> None:
    carrier = make_carrier(client, calls_per_second=1000)

    client.put(f"/v3/carrier/{carrier}", json={"carrier_name": "main", "concurrent_call": 4})

    assert client.get(f"/v3/carrier/{carrier}").json()["calls_per_second"] == 1000


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (-1, "Must be greater than or equal to 0"),
        (1001, "Must be less than or equal to 1000"),
        (1.5, "Invalid type. Expected: integer, given: number"),
        ("5", "Invalid type. Expected: integer, given: string"),
        (None, "Invalid type. Expected: integer, given: null"),
    ],
)
def test_calls_per_second_that_cannot_be(client: TestClient, sent: object, error: str) -> None:
    carrier = make_carrier(client)

    answer = client.put(f"/v3/carrier/{carrier}", json={"carrier_name": "main", "calls_per_second": sent})

    assert (answer.status_code, answer.json()) == (400, {"error": [{"calls_per_second": error}]})


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"number_format": "00e164"}, {"number_format": ANY}),
        ({"longest_call_seconds": -1}, {"longest_call_seconds": "Must be greater than or equal to 0"}),
        ({"longest_call_seconds": 9}, {"longest_call_seconds": "Must be greater than or equal to 10"}),
        ({"longest_call_seconds": 14401}, {"longest_call_seconds": "Must be less than or equal to 14400"}),
    ],
)
def test_a_way_of_dialling_that_cannot_be(client: TestClient, sent: dict[str, object], error: dict[str, str]) -> None:
    carrier = make_carrier(client)

    answer = client.put(f"/v3/carrier/{carrier}", json={"carrier_name": "main", **sent})

    assert (answer.status_code, answer.json()) == (400, {"error": [error]})


def test_number_format_and_longest_call_are_kept_until_others_are_sent(client: TestClient) -> None:
    carrier = make_carrier(client, number_format="e164", longest_call_seconds=60)
    path = f"/v3/carrier/{carrier}"
    made = client.get(path).json()

    client.put(path, json={"carrier_name": "main", "number_format": "+e164"})
    read = client.get(path).json()

    assert (made["number_format"], made["longest_call_seconds"]) == ("e164", 60)
    assert (read["number_format"], read["longest_call_seconds"]) == ("+e164", 60)


@pytest.mark.parametrize("named", ["x", "6b1d6d3c-0000-4000-8000-000000000000"])
def test_another_carriers_id_in_the_body_is_refused(client: TestClient, named: str) -> None:
    carrier = make_carrier(client)

    answer = client.put(f"/v3/carrier/{carrier}", json={"carrier_name": "main", "carrier_uuid": named})

    assert (answer.status_code, answer.json()) == (400, {"error": "carrier_uuid is invalid"})


def test_a_change_of_a_carrier_names_it(client: TestClient) -> None:
    carrier = make_carrier(client)

    answer = client.put(f"/v3/carrier/{carrier}", json={"concurrent_call": 4})

    assert answer.json() == {"error": [{"(root)": "carrier_name is required"}]}


def test_a_read_carrier_may_be_put_back(client: TestClient) -> None:
    carrier = make_carrier(client, dial_type="sip_random_for_all", data={"caller_id": ["0281", "0282"]})
    read = client.get(f"/v3/carrier/{carrier}").json()

    assert client.put(f"/v3/carrier/{carrier}", json=read).status_code == 200

    assert without_version(client.get(f"/v3/carrier/{carrier}").json()) == without_version(read)


PREFIXED = {"carrier_name": "main", "dial_type": "channel_one_for_all"}


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        (PREFIXED | {"prefix": "9+"}, "prefix", "Does not match pattern '^\\+?[0-9*#]*$'"),
        (PREFIXED | {"prefix": "++84"}, "prefix", "Does not match pattern '^\\+?[0-9*#]*$'"),
        (PREFIXED | {"prefix": "9", "number_format": "+e164"}, "prefix", NOT_BEFORE_A_NUMBER),
        (
            {"carrier_name": "main", "dial_type": "channel_prefix", "number_format": "+e164", "prefix_vina": "9"},
            "prefix_vina",
            NOT_BEFORE_A_NUMBER,
        ),
    ],
)
def test_a_prefix_that_can_never_be_dialled_is_refused(
    client: TestClient, sent: dict[str, Any], field: str, message: str
) -> None:
    carrier = make_carrier(client)

    changed = client.put(f"/v3/carrier/{carrier}", json=sent)
    created = client.post("/v3/carrier", json=ROUTE | sent | {"carrier_name": "another"})

    assert [(answer.status_code, answer.json()) for answer in (changed, created)] == [
        (400, {"error": [{field: message}]})
    ] * 2
