"""The number plan over HTTP: prefixes, ported numbers, and what a number belongs to."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import SEED_CARRIER
from tests.fakes.services import FakeServices
from worker.usecases.records.run_backfills import run_backfills

PREFIX, PORTED = "/v3/network/prefix", "/v3/network/ported"


def network(client: TestClient, number: str = "0775000001") -> dict[str, Any]:
    return dict(client.get(f"/v3/network/{number}").json())


def put(client: TestClient, **rule: Any) -> Any:
    return client.put(PREFIX, json={"prefixes": [{"prefix": "0775", "network": "offnet"} | rule]})


def rules(client: TestClient, prefix: str) -> list[dict[str, Any]]:
    everything = client.get(f"{PREFIX}?limit=1000").json()["data"]
    return [row for row in everything if row["prefix"] == prefix]


def test_a_number_says_its_network_and_why(client: TestClient) -> None:
    assert network(client, "+84 32 1234567") == {
        "phone_number": "0321234567",
        "network": "viettel",
        "why": "prefix",
        "prefix": "032",
        "effective_from": "2018-09-15",
    }
    assert network(client, "02412345678")["effective_from"] is None


@pytest.mark.parametrize(
    ("number", "status", "error"),
    [
        ("19001234", 400, [{"phone_number": "a premium number (1900) is not for campaigns"}]),
        ("nobody", 400, [{"phone_number": "not a Vietnamese phone number"}]),
        ("0992234567", 404, "phone number is not of the number plan"),
    ],
)
def test_a_number_that_has_no_network_says_why(client: TestClient, number: str, status: int, error: object) -> None:
    answer = client.get(f"/v3/network/{number}")

    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_the_shipped_rules_are_listed_in_parts(client: TestClient) -> None:
    answer = client.get(f"{PREFIX}?limit=2&offset=1").json()

    assert (answer["limit"], answer["offset"], answer["total"]) == (2, 1, 112)
    assert answer["data"][0] == {
        "prefix": "0204",
        "network": "tel",
        "effective_from": None,
        "source": "shipped",
        "state": "effective",
    }


def test_a_rule_of_ones_own_lies_over_the_shipped_ones_from_its_day_on(
    client: TestClient, services: FakeServices
) -> None:
    answer = client.put(
        PREFIX,
        json={
            "prefixes": [
                {"prefix": "077", "network": "vina"},
                {"prefix": "077", "network": "offnet", "effective_from": "2026-11-24"},
                {"prefix": "077", "network": "viettel", "effective_from": "2026-01-01"},
            ]
        },
    )

    assert answer.json()["prefixes"][0] == {"prefix": "077", "network": "vina", "effective_from": "2026-11-23"}
    assert [(r["network"], r["source"], r["state"]) for r in rules(client, "077")] == [
        ("offnet", "tenant", "future"),
        ("vina", "tenant", "effective"),
        ("viettel", "tenant", "replaced"),
        ("mobi", "shipped", "replaced"),
    ]
    assert network(client)["network"] == "vina"
    services.clock.wait(12 * 3600)
    assert network(client) | {"phone_number": ""} == {
        "phone_number": "", "network": "offnet", "why": "prefix", "prefix": "077", "effective_from": "2026-11-24"
    }  # fmt: skip


def test_a_barred_prefix_has_no_network_and_takes_no_leads(client: TestClient, list_uuid: str) -> None:
    put(client, network=None)

    row = {"phone_number": "0775000001"}
    answer = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": [row]}).json()

    assert network(client)["network"] is None
    assert answer["fail"] == [{"row": 0, "error": "the number plan bars this phone number"}]


def test_rules_of_ones_own_are_removed_and_shipped_ones_stay(client: TestClient) -> None:
    put(client, prefix="077", effective_from="2026-11-20")
    put(client, prefix="077", effective_from="2026-12-20")

    one = client.request(
        "DELETE", PREFIX, json={"prefixes": [{"prefix": "077", "effective_from": "2026-12-20"}, {"prefix": "0901"}]}
    )
    rest = client.request("DELETE", PREFIX, json={"prefixes": [{"prefix": "077"}]})

    assert one.json() == {"prefixes": [{"prefix": "077", "effective_from": "2026-12-20"}]}
    assert rest.json() == {"prefixes": [{"prefix": "077", "effective_from": "2026-11-20"}]}
    assert [row["source"] for row in rules(client, "077")] == ["shipped"]


PATTERN = "Does not match pattern '^0[2-9][0-9]{0,8}$'"
NETWORKS = 'prefixes.0.network must be one of the following: "viettel", "mobi", "vina", "tel", "offnet"'


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"prefix": "775"}, {"prefixes.0.prefix": PATTERN}),
        ({"prefix": "0"}, {"prefixes.0.prefix": PATTERN}),
        ({"prefix": "07750000001"}, {"prefixes.0.prefix": PATTERN}),
        ({"prefix": "077\n"}, {"prefixes.0.prefix": PATTERN}),
        ({"prefix": "07\u0667"}, {"prefixes.0.prefix": PATTERN}),
        ({"network": "gtel"}, {"prefixes.0.network": NETWORKS}),
        ({"effective_from": "2026-02-30"}, {"prefixes.0.effective_from": "Does not match format 'date'"}),
        ({"effective_from": "20260201"}, {"prefixes.0.effective_from": "Does not match format 'date'"}),
        ({"effective_from": "soon"}, {"prefixes.0.effective_from": "Does not match format 'date'"}),
    ],
)
def test_a_rule_that_cannot_be_is_refused_and_nothing_is_saved(
    client: TestClient, rule: dict[str, Any], error: dict[str, str]
) -> None:
    good = {"prefix": "0776", "network": "offnet"}

    answer = client.put(PREFIX, json={"prefixes": [{"prefix": "0775", "network": "offnet"} | rule, good]})

    assert (answer.status_code, answer.json()) == (400, {"error": [error]})
    assert rules(client, "0776") == []


def test_what_a_rule_needs_is_told(client: TestClient) -> None:
    missing = client.put(PREFIX, json={"prefixes": [{"prefix": "0775"}]})
    twice = client.put(PREFIX, json={"prefixes": [{"prefix": "0775", "network": "tel"}] * 2})
    none = client.put(PREFIX, json={"prefixes": []})

    assert missing.json() == {"error": [{"prefixes.0": "network is required"}]}
    assert twice.json() == {"error": [{"prefixes.1": "prefix is duplicate"}]}
    assert none.json() == {"error": [{"prefixes": "Array must have at least 1 items"}]}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_no_bounds(client: TestClient, services: FakeServices, day: str) -> None:
    assert put(client, effective_from=day).status_code == 200
    assert run_backfills(services.store, queue=services.queue, now=NOON) == 0
    assert rules(client, "0775")[0]["effective_from"] == day


def test_ported_numbers_are_added_in_part_and_their_leads_follow_at_once(
    client: TestClient, services: FakeServices, list_uuid: str
) -> None:
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})
    services.queue.plans.clear()
    sent = [{"phone_number": n, "network": "vina"} for n in ("84981000001", "0981.000.001", "18001234")]

    answer = client.post(PORTED, json={"ported": sent})

    assert answer.json() == {
        "fail": [
            {"0981.000.001": "phone_number is duplicate"},
            {"18001234": "a toll-free number (1800) is not for campaigns"},
        ],
        "message": "successfully",
        "success": ["84981000001"],
    }
    assert client.get("/v3/lead").json()["data"][0]["network"] == "vina"
    assert list(map(str, services.queue.plans)) == [SEED_CARRIER]
    assert client.get(PORTED).json()["data"] == [{"phone_number": "0981000001", "network": "vina"}]
    assert network(client, "0981000001") == {
        "phone_number": "0981000001", "network": "vina", "why": "ported", "prefix": None, "effective_from": None
    }  # fmt: skip


def test_ported_numbers_are_removed_in_part(client: TestClient, list_uuid: str) -> None:
    client.post(PORTED, json={"ported": [{"phone_number": "0981000001", "network": "vina"}]})
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})
    ported = client.get("/v3/lead").json()["data"][0]["network"]

    answer = client.request("DELETE", PORTED, json={"ported": ["0981000001", "0981000002"]})

    assert answer.json()["success"] == ["0981000001"]
    assert answer.json()["fail"] == [{"0981000002": "phone_number is not found"}]
    assert (ported, client.get("/v3/lead").json()["data"][0]["network"]) == ("vina", "viettel")


def test_a_ported_number_needs_a_network(client: TestClient) -> None:
    answer = client.post(PORTED, json={"ported": [{"phone_number": "0981000001", "network": None}]})

    (failed,) = answer.json()["fail"]
    assert answer.json()["success"] == []
    assert failed == {"0981000001": f"network: {NETWORKS.removeprefix('prefixes.0.')}"}
