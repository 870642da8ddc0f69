"""Switches and gateways over HTTP: for operators, without passwords, without a restart."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from tests.builders import NOON
from tests.builders.api import a_tenant
from tests.fakes.services import FakeServices
from tests.fakes.telephony import SWITCH
from worker.domain.gateway import Gateway
from worker.domain.switch import SwitchState
from worker.store.base.switch_tables import switches
from worker.usecases.records.api_tokens import create_token

NEW = {"url": "esl://:geheim@Switch.Example.", "weight": 3}


def rows(client: TestClient) -> dict[str, dict[str, Any]]:
    answer = client.get("/v3/switch")
    assert answer.status_code == 200, answer.text
    return {row["name"]: row for row in answer.json()["data"]}


def change(services: FakeServices, **values: Any) -> None:
    with services.store.transaction() as tx:
        tx.connection.execute(update(switches).where(switches.c.name == SWITCH).values(**values))


def test_a_switch_is_listed_with_what_is_known_of_it(client: TestClient, services: FakeServices) -> None:
    change(services, sessions=2, max_sessions=3000, sessions_per_second=400, heard_at=NOON)

    row = rows(client)[SWITCH]

    assert (row["state"], row["weight"], row["is_heard"], row["takes_calls"]) == ("active", 1, True, True)
    assert (row["sessions"], row["max_sessions"], row["sessions_per_second"]) == (2, 3000, 400)
    assert (row["heard_at"], row["calls_up"], row["refused_cause"]) == ("2026-11-23T05:00:00Z", 0, "")


def test_a_switch_is_added_under_its_one_name_and_its_password_is_never_shown(client: TestClient) -> None:
    added = client.put("/v3/switch", json=NEW)
    listed = client.get("/v3/switch")

    assert (added.status_code, added.json()["data"]["name"]) == (200, "switch.example:8021")
    assert (added.json()["data"]["weight"], added.json()["calls_ended"]) == (3, 0)
    assert "geheim" not in added.text + listed.text


def test_a_switch_is_drained_resumed_and_forgotten_by_name_in_any_spelling(client: TestClient) -> None:
    client.put("/v3/switch", json=NEW)
    states = []
    for state in ("draining", "active", "gone"):
        client.put("/v3/switch", json={"name": "SWITCH.example", "state": state, "weight": 7})
        states.append(rows(client)["switch.example:8021"]["state"])

    again = client.put("/v3/switch", json={"name": "switch.example:8021", "state": "active"})

    assert states == ["draining", "active", "gone"]
    assert (again.status_code, again.json()["error"]) == (409, "switch switch.example:8021 is gone: add it again")
    assert rows(client)["switch.example:8021"]["weight"] == 7
    assert client.put("/v3/switch", json=NEW).json()["data"]["state"] == "active"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"name": "nobody:1", "state": "draining"}, 404),
        ({"name": "nobody:1", "weight": 2}, 404),
        ({"name": "a:1", "url": "esl://:x@b:1"}, 400),
        ({"url": "http://:x@b:1"}, 400),
        ({"name": ":1"}, 400),
        ({"name": SWITCH, "weight": 0}, 400),
        ({"name": SWITCH, "state": "away"}, 400),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    client: TestClient, body: dict[str, Any], status: int
) -> None:
    before = rows(client)

    answer = client.put("/v3/switch", json=body)

    assert answer.status_code == status, answer.text
    assert rows(client) == before


@pytest.fixture
def tenants_own(anonymous: TestClient, services: FakeServices) -> TestClient:
    """Return a client with a token of the tenant, which is not the operator's."""
    tenant = a_tenant(services.store, name="default")
    token = create_token(services.store, tenant=tenant, now=NOON, chance=lambda: 0.5)
    anonymous.headers["Authorization"] = f"Bearer {token}"
    return anonymous


def test_a_tenants_token_may_neither_read_nor_change_switches(tenants_own: TestClient, services: FakeServices) -> None:
    read, changed = tenants_own.get("/v3/switch"), tenants_own.put("/v3/switch", json=NEW)
    services.api_token = None
    unset = tenants_own.get("/v3/switch")

    assert [answer.status_code for answer in (read, changed, unset)] == [403, 403, 403]
    assert tenants_own.get("/v3/tenant").status_code == 200


def test_gateways_are_listed_as_the_switches_have_them(client: TestClient, services: FakeServices) -> None:
    up = Gateway(name="uas", profile="external", is_up=True, state="NOREG", calls_out=87, failed_calls_out=15)
    down = Gateway(name="down", profile="external", is_up=False, state="NOREG")
    services.telephony.listed_gateways = [up, down]

    answer = client.get("/v3/gateway", params={"limit": 1}).json()
    second = client.get("/v3/gateway", params={"offset": 1}).json()["data"]

    assert (answer["total"], answer["limit"], answer["offset"]) == (2, 1, 0)
    (first,) = answer["data"]
    assert (first["gateway_uuid"], first["gateway"], first["description"]) == ("down", "down", f"DOWN on {SWITCH}")
    assert first["domain_uuid"]
    assert second[0]["switches"][SWITCH] == {
        "status": "UP",
        "state": "NOREG",
        "profile": "external",
        "calls_out": 87,
        "failed_calls_out": 15,
    }


def test_no_switch_to_ask_is_an_outage_and_no_empty_list(client: TestClient, services: FakeServices) -> None:
    services.telephony.is_reachable = False
    assert client.get("/v3/gateway").status_code == 503


def test_without_a_switch_there_are_no_gateways(client: TestClient, services: FakeServices) -> None:
    change(services, state=SwitchState.GONE)

    answer = client.get("/v3/gateway")

    assert (answer.status_code, answer.json()["data"]) == (200, [])


def test_cdrs_that_a_switch_posted_of_calls_elsewhere_are_counted(client: TestClient, services: FakeServices) -> None:
    with services.store.transaction() as tx:
        tx.switches.count_refused_cdrs(SWITCH, refused=3)

    lines = client.get("/metrics").text.splitlines()

    assert rows(client)[SWITCH]["cdrs_refused"] == 3
    assert "# TYPE callbeat_switch_cdrs_refused_total counter" in lines
    assert f'callbeat_switch_cdrs_refused_total{{switch="{SWITCH}"}} 3.0' in lines
    for name, value in (("silent_seconds", ""), ("draining", "0.0"), ("refusing", "0.0")):
        series = f'callbeat_switch_{name}{{switch="{SWITCH}"}} '
        assert [line for line in lines if line.startswith(series + value)], name
