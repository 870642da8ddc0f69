"""The audit trail: who changed what, when, from where; and the id of each request."""

import io
import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access import ACCESS, Credential
from api.auditing import UNAUDITED
from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, a_tenant
from tests.fakes.services import FakeServices
from worker.domain.role import Role
from worker.log import configure
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.audit_trail import KEPT, drop_old_audit

CAMPAIGN = f"/v3/campaign/{SEED_CAMPAIGN}"


def trail(client: TestClient, **query: str) -> list[dict[str, Any]]:
    answer = client.get("/v3/audit", params={"limit": "1000", **query})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


def test_an_edit_leaves_who_what_when_from_where(client: TestClient, campaign: str, services: FakeServices) -> None:
    services.clock.wait(60)

    answer = client.put(f"/v3/campaign/{campaign}", json={"concurrent_call": 9}, headers={"X-Request-ID": "web-7"})

    (entry,) = trail(client, action="PUT /v3/campaign")
    assert answer.headers["X-Request-ID"] == "web-7"
    assert {name: entry[name] for name in entry if name not in {"id", "before", "after"}} == {
        "at": "2026-11-23T12:01:00.000000+07:00",
        "actor": "CALLBEAT_API_TOKEN",
        "token_uuid": None,
        "role": "admin",
        "address": "testclient",
        "request_id": "web-7",
        "action": "PUT /v3/campaign/{campaign_uuid}",
        "subject": campaign,
        "sent": {"concurrent_call": 9},
    }
    assert (entry["before"]["concurrent_call"], entry["after"]["concurrent_call"]) == (1, 9)
    assert set(entry["before"]) == {"concurrent_call", "revision"}


def test_a_refused_or_failed_request_leaves_nothing(client: TestClient, campaign: str) -> None:
    before = trail(client)

    client.put(f"/v3/campaign/{campaign}", json={"concurrent_call": -1})
    client.delete(f"/v3/campaign/{campaign}")  # it is active
    client.post(f"/v3/campaign/{campaign}/run/pause", headers={"Authorization": "wrong"})
    client.get(f"/v3/campaign/{campaign}")

    assert trail(client) == before


def test_a_key_is_named_also_when_it_is_gone(client: TestClient, campaign: str) -> None:
    made = client.post("/v3/token", json={"name": "web", "role": "operator"}).json()
    token = client.post("/v3/auth/token", json={"api_key": made["api_key"]}).json()["token"]
    client.post(f"/v3/campaign/{campaign}/run/stop", headers={"Authorization": token})
    client.delete(f"/v3/token/{made['token_uuid']}")

    (entry,) = trail(client, token_uuid=made["token_uuid"])

    assert (entry["actor"], entry["role"], entry["sent"]) == ("web", "operator", None)
    assert made["api_key"] not in json.dumps(trail(client))


def test_numbers_and_secrets_are_not_in_the_trail(client: TestClient, list_uuid: str) -> None:
    hook = {"callback_url": "https://crm.example/x?k=hidden-one", "event": "hangup", "callback_apikey": "hidden-two"}
    client.post("/v1/event", json=hook)
    client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000000", "lead_name": "hidden three"})
    client.post("/v1/blacklist", json={"blacklist": [{"phone_number": "0341111111", "description": ""}]})
    client.request("DELETE", "/v1/blacklist", json={"blacklist": ["0341111111"]})

    told = json.dumps(trail(client))

    assert "hidden" not in told
    assert "0981000000" not in told
    assert "0341111111" not in told
    assert "034*****11" in told


def test_a_tenant_reads_its_own_trail_only(client: TestClient, campaign: str, services: FakeServices) -> None:
    other = a_tenant(services.store, name="other")
    theirs = create_token(services.store, tenant=other, now=NOON, chance=services.chance)
    client.post(f"/v3/campaign/{campaign}/run/stop")

    assert client.get("/v3/audit", headers={"Authorization": theirs}).json()["data"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"start_date": "2026-11-23"}, True),
        ({"end_date": "2026-11-22"}, False),
        ({"actor": "CALLBEAT_API_TOKEN"}, True),
        ({"actor": "web"}, False),
        ({"address": "testclient"}, True),
        ({"subject": SEED_CAMPAIGN}, True),
        ({"subject": "x"}, False),
        ({"action": "POST /v3/campaign/"}, True),
        ({"action": "%"}, False),
        ({"request_id": "r1"}, True),
        ({"request_id": "r2"}, False),
    ],
)
def test_the_trail_is_filtered(client: TestClient, campaign: str, query: Mapping[str, str], found: bool) -> None:  # noqa: FBT001
    client.post(f"/v3/campaign/{campaign}/run/stop", headers={"X-Request-ID": "r1"})

    assert bool([entry for entry in trail(client, **query) if entry["request_id"] == "r1"]) is found


def test_entries_are_kept_for_a_year(client: TestClient, campaign: str, services: FakeServices) -> None:
    client.post(f"/v3/campaign/{campaign}/run/stop")
    entries = trail(client)

    drop_old_audit(services.store, now=NOON + KEPT)
    assert trail(client) == entries
    drop_old_audit(services.store, now=(NOON + KEPT).add(seconds=1))
    assert trail(client) == []


@pytest.mark.parametrize("given", ["", "with blank", "x" * 65, "a/b", "ü"])
def test_an_id_that_is_no_plain_word_is_replaced(client: TestClient, given: str) -> None:
    told = client.get("/v3/campaign", headers={b"X-Request-ID": given.encode("latin-1")}).headers["X-Request-ID"]

    assert len(told) == 36
    assert told != given


def test_every_answer_has_an_id_also_those_without_a_token_and_faults_of_ours(
    client: TestClient, services: FakeServices
) -> None:
    answers = [
        client.get("/health/live"),
        client.get("/nowhere"),
        client.get("/v3/campaign", headers={"Authorization": ""}),
    ]
    services.store = None  # type: ignore[assignment]  # a fault of ours
    answers.append(client.get("/v3/campaign"))

    assert [answer.status_code for answer in answers] == [200, 404, 401, 500]
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 4


def test_log_lines_have_the_requests_id(anonymous: TestClient) -> None:
    stream, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers, root.level
    configure("INFO", stream=stream)
    try:
        anonymous.get("/v3/campaign", headers={"Authorization": "wrong", "X-Request-ID": "web-8"})
    finally:
        root.handlers, root.level = before, level
        logging.captureWarnings(capture=False)

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["request_id"] for line in lines if line.get("action") == "login_failed"] == ["web-8"]


def test_only_reading_and_single_calls_are_not_entered() -> None:
    changing = {name for name, needed in ACCESS.items() if not name.startswith("GET") and isinstance(needed, Role)}

    assert changing > UNAUDITED
    assert Credential.SWITCH not in {ACCESS[name] for name in UNAUDITED}
