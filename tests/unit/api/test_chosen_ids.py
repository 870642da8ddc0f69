"""Two tenants choose the same ids: each has its own rows under them, and no answer tells one of the other."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.access import ACCESS
from tests.builders import NOON
from tests.builders.api import a_tenant
from tests.fakes.services import FakeServices
from worker.domain.chosen_ids import KIND_OF, ChosenIds, Kind
from worker.usecases.records.api_tokens import create_token

CAMPAIGN, CARRIER, TEMPLATE, LIST = (f"c2da23c0-9739-4287-828a-7b15cf0fb19{n}" for n in "abcd")
CHOSEN = {CAMPAIGN, CARRIER, TEMPLATE, LIST}
CREATE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/v3/carrier", {"carrier_uuid": CARRIER, "carrier_name": "main", "gateway_uuid": "gw1", "concurrent_call": 3,
                     "dial_type": "sip_one_for_all", "caller_id": "02873003586"}),
    ("/v3/template", {"template_uuid": TEMPLATE, "template_name": "hello", "voice_type": "tts", "content": "Hi"}),
    ("/v3/campaign", {"campaign_uuid": CAMPAIGN, "campaign_name": "first", "type": "autocall", "concurrent_call": 1,
                      "carrier_uuid": CARRIER, "template_uuid": TEMPLATE, "active": True}),
    ("/v3/list", {"list_uuid": LIST, "campaign_uuid": CAMPAIGN, "list_name": "monday"}),
)  # fmt: skip
USE: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("PUT", f"/v3/campaign/{CAMPAIGN}", {"campaign_uuid": CAMPAIGN, "concurrent_call": 3, "status": "start"}),
    ("PUT", f"/v3/campaign/{CAMPAIGN.upper()}", {"carrier_uuid": CARRIER.upper(), "template_uuid": TEMPLATE}),
    ("PUT", f"/v3/campaign/{CAMPAIGN}?dry_run=true", {"concurrent_call": 2}),
    ("PUT", f"/v3/carrier/{CARRIER}", {"carrier_uuid": CARRIER, "carrier_name": "main", "concurrent_call": 4}),
    ("PUT", f"/v3/template/{TEMPLATE}", {"template_uuid": TEMPLATE, "template_name": "hello", "content": "Chào"}),
    ("PUT", f"/v3/list/{LIST}", {"campaign_uuid": CAMPAIGN, "list_uuid": LIST, "list_name": "tuesday"}),
    ("PATCH", f"/v3/list/{LIST}/active", {"active": True}),
    ("POST", "/v3/lead", {"list_uuid": LIST, "phone_number": "0981000001"}),
    ("POST", "/v3/lead/multi", {"list_uuid": LIST, "data": [{"phone_number": "0981000002", "list_uuid": LIST}]}),
    ("POST", "/v3/autocall/import", {"campaign_uuid": CAMPAIGN, "phone_number": "0981000003", "param": {"a": 1}}),
    ("POST", "/v3/autocall/otp", {"campaign_uuid": CAMPAIGN, "phone_number": "0981000004", "template": TEMPLATE,
                                  "code_otp": "042", "ref_id": "order-7"}),
    ("POST", "/v3/template/preview", {"template_uuid": TEMPLATE}),
    ("POST", "/v3/callback/replay", {"campaign_uuid": CAMPAIGN}),
    ("GET", f"/v3/campaign/{CAMPAIGN}", None),
    ("GET", f"/v3/campaign/{CAMPAIGN}/monitor", None),
    ("GET", f"/v3/campaign/{CAMPAIGN}/why", None),
    ("GET", "/v3/campaign", None),
    ("GET", f"/v3/carrier/{CARRIER}", None),
    ("GET", "/v3/carrier", None),
    ("GET", f"/v3/template/{TEMPLATE}", None),
    ("GET", "/v3/template", None),
    ("GET", f"/v3/list/{LIST}", None),
    ("GET", "/v3/list", None),
    ("GET", f"/v3/lead?list_uuid={LIST}&campaign_uuid={CAMPAIGN}", None),
    ("GET", f"/v3/cdr?campaign_uuid={CAMPAIGN}", None),
    ("GET", f"/v3/callback?campaign_uuid={CAMPAIGN}", None),
    ("GET", f"/v1/campaign/{CAMPAIGN}", None),
    ("GET", "/v1/campaign?campaign_name=first", None),
    ("POST", "/v2/customer", {"campaign_id": CAMPAIGN, "phone_number": "0981000005"}),
    ("GET", f"/v2/customer?campaign_id={CAMPAIGN}", None),
    ("GET", f"/v1/cdr?campaign_uuid={CAMPAIGN}", None),
    ("POST", "/v1/autodial/campaign", {"campaign_uuid": CAMPAIGN, "customers": [{"phone_number": "0981000006"}]}),
    ("POST", f"/v3/list/{LIST}/refresh", {"refresh": "all"}),
    ("POST", f"/v3/campaign/{CAMPAIGN}/run/pause", None),
    ("POST", f"/v1/campaign/{CAMPAIGN}/run/start", None),
    ("POST", f"/v3/campaign/{CAMPAIGN}/run/stop", None),
    ("PATCH", f"/v3/campaign/{CAMPAIGN}/active", {"active": False}),
    ("DELETE", f"/v3/template/{TEMPLATE}", None),
    ("DELETE", f"/v3/list/{LIST}", None),
    ("DELETE", f"/v3/campaign/{CAMPAIGN}", None),
    ("DELETE", f"/v3/carrier/{CARRIER}", None),
)  # fmt: skip


@pytest.fixture
def tenants(client: TestClient, services: FakeServices) -> dict[str, Mapping[str, str]]:
    """Return the headers of two tenants that may dial over one gateway."""
    client.post("/v3/operator/gateway", json={"gateway_uuid": "gw1"})
    headers: dict[str, Mapping[str, str]] = {}
    for number, name in enumerate(("alpha", "beta")):
        owner = a_tenant(services.store, name=name)
        client.put("/v3/operator/gateway/gw1/grant", json={"tenant": name, "caller_ids": ["*"]})
        token = create_token(services.store, tenant=owner, now=NOON, chance=lambda number=number: number / 2)  # type: ignore[misc]  # mypy reads no default of a lambda
        headers[name] = {"Authorization": f"Bearer {token}"}
    return headers


NOT_CHOSEN = {
    "lead_uuid", "token_uuid", "callback_id", "subscription_id", "reference", "ref_id", "id_or_phone", "phone_number",
    "gateway_uuid", "tenant", "customer_id", "audio_uuid", "recording", "import_uuid",
    "user_uuid", "group_uuid", "extension_uuid", "report_subscription_id",
}  # fmt: skip
"""Names in paths that stand for ids of ours, numbers, and what belongs to the operator."""


def told(answer: Response) -> tuple[int, str]:
    """Return what a client can learn: the ids that it did not choose are random, as those of any tenant."""
    ids = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
    tag = re.sub(r"\.[0-9a-f]{32}", "", answer.headers.get("etag", ""))  # of the text, with its random ids
    told_text = f"{tag} {answer.text}"
    return answer.status_code, ids.sub(lambda found: found[0] if found[0].lower() in CHOSEN else "*", told_text)


def kept_ids(services: FakeServices) -> set[str]:
    """Return the ids of ours that stand for ids which beta chose."""
    with services.store.reading() as tx:
        found = tx.tenants.named("beta")
    assert found is not None
    return {kept for ids in found.chosen_ids.by_kind.values() for kept in ids.values()}


def test_the_second_to_choose_an_id_is_answered_as_the_first(
    client: TestClient, services: FakeServices, tenants: dict[str, Mapping[str, str]]
) -> None:
    requests = [*(("POST", path, body) for path, body in CREATE), *USE]

    for method, path, body in requests:
        answers = {who: client.request(method, path, json=body, headers=tenants[who]) for who in tenants}

        first, second = map(told, answers.values())
        assert first[0] < 400, (method, path, first)
        assert first == second, (method, path)
        assert not [kept for kept in kept_ids(services) if kept in answers["beta"].text]
    assert len(kept_ids(services)) == len(CREATE)


def test_each_has_rows_of_its_own(client: TestClient, tenants: dict[str, Mapping[str, str]]) -> None:
    for headers in tenants.values():
        for path, body in CREATE:
            assert client.post(path, json=body, headers=headers).status_code == 200

    for name, headers in tenants.items():
        client.put(f"/v3/campaign/{CAMPAIGN}", json={"campaign_name": name}, headers=headers)
        client.post("/v3/lead", json={"list_uuid": LIST, "phone_number": "0981000001"}, headers=headers)

    for name, headers in tenants.items():
        read = client.get(f"/v3/campaign/{CAMPAIGN}", headers=headers).json()
        leads = client.get(f"/v3/lead?list_uuid={LIST}", headers=headers).json()
        assert (read["campaign_name"], read["carrier_uuid"], read["template_uuid"]) == (name, CARRIER, TEMPLATE)
        assert [lead["list_uuid"] for lead in leads["data"]] == [LIST]


@pytest.mark.parametrize("number", range(len(CREATE)))
def test_an_id_that_a_tenant_has_itself_is_taken(
    client: TestClient, tenants: dict[str, Mapping[str, str]], number: int
) -> None:
    for headers in tenants.values():
        for path, body in CREATE:
            client.post(path, json=body, headers=headers)
    path, body = CREATE[number]
    again = {name: "another" if name.endswith("_name") else value for name, value in body.items()}

    answers = {name: client.post(path, json=again, headers=tenants[name]) for name in tenants}

    first, second = map(told, answers.values())
    assert first == second
    assert first[0] == 409


def test_a_row_is_created_by_the_next_request_when_we_died_after_choosing(
    client: TestClient, services: FakeServices, tenants: dict[str, Mapping[str, str]]
) -> None:
    path, body = CREATE[1]
    client.post(path, json=body, headers=tenants["alpha"])
    owner = services.store
    with owner.transaction() as tx:
        found = tx.tenants.named("beta")
        assert found is not None
        ids = ChosenIds().with_one(Kind.TEMPLATE, chosen=body["template_uuid"], kept=services.new_id())
        tx.chosen_ids.save(found.id, ids)

    created = client.post(path, json=body, headers=tenants["beta"])
    read = client.get(f"{path}/{TEMPLATE}", headers=tenants["beta"])

    assert (created.status_code, created.json()["template_uuid"]) == (200, TEMPLATE)
    assert (read.status_code, read.json()["template_uuid"]) == (200, TEMPLATE)


def test_a_repeated_request_with_a_key_is_answered_with_the_chosen_id(
    client: TestClient, tenants: dict[str, Mapping[str, str]]
) -> None:
    path, body = CREATE[1]
    client.post(path, json=body, headers=tenants["alpha"])
    once = {**tenants["beta"], "Idempotency-Key": "a-key-of-ours"}

    answers = [client.post(path, json=body, headers=once) for _ in range(2)]

    assert [(answer.status_code, answer.json()["template_uuid"]) for answer in answers] == [(200, TEMPLATE)] * 2


def test_every_name_in_a_path_is_exchanged_or_cannot_be_chosen() -> None:
    names = set(re.findall(r"{(\w+)}", " ".join(ACCESS)))

    assert names - NOT_CHOSEN == set(KIND_OF) - {"template", "campaign_id"}
