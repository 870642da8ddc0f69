"""Every endpoint of the reference: what is asked and answered here, or that it is not served, with the reason."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import api
from tests.builders import NOON
from tests.builders.api import SEED_CARRIER, SEED_TEMPLATE, make_leads
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices
from tests.unit.api.endpoint_table import CARRIER, LIST, TABLE, TEMPLATE


@pytest.fixture
def known(client: TestClient, services: FakeServices, campaign: str) -> dict[str, str]:
    """Make what the paths name."""

    def made(path: str, body: Mapping[str, Any], key: str) -> str:
        answer = client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()[key])

    made("/v3/list", {"campaign_uuid": campaign, "list_name": "monday", "list_uuid": LIST}, "list_uuid")
    made("/v3/campaign", {"campaign_name": "taken", "type": "autocall"}, "campaign_uuid")
    unused = made("/v3/campaign", {"campaign_name": "unused", "type": "autocall", "active": False}, "campaign_uuid")
    lead, unused_lead = make_leads(client, LIST, "0981000001", "0981000010")
    client.post("/v1/blacklist", json={"blacklist": [{"phone_number": "0341111111"}]})
    call_id = store_call(services.store, phone="0981000001", started_at=NOON)
    hook = {"callback_url": "https://crm.example/x", "event": "cdr"}
    return {
        "campaign_uuid": campaign,
        "carrier_uuid": SEED_CARRIER,
        "template_uuid": SEED_TEMPLATE,
        "list_uuid": LIST,
        "lead_uuid": lead,
        "unused_lead": unused_lead,
        "unused_campaign": unused,
        "unused_list": made("/v3/list", {"campaign_uuid": campaign, "list_name": "unused"}, "list_uuid"),
        "unused_template": made("/v3/template", TEMPLATE | {"template_name": "unused"}, "template_uuid"),
        "unused_carrier": made("/v3/carrier", CARRIER | {"carrier_name": "unused"}, "carrier_uuid"),
        "subscription_id": made("/v1/event", hook, "id"),
        "call_id": str(call_id),
    }


def test_every_endpoint_answers_and_refuses_as_documented(client: TestClient, known: dict[str, str]) -> None:
    wrong = []
    for one in TABLE:
        path = one.path.format(**known)
        for at, body, status, error in one.refused:
            refused = client.request(one.method, (at or one.path).format(**known), json=body)
            if (refused.status_code, refused.json().get("error")) != (status, error):
                wrong.append(f"{one.method} {at or path} {body}: {refused.status_code} {refused.text}")
        answer = client.request(one.method, path, json=one.body)
        if answer.status_code not in {200, 201} or not set(one.keys.split()) <= answer.json().keys():
            wrong.append(f"{one.method} {path}: {answer.status_code} {answer.text}")

    assert wrong == []


def test_what_is_not_served_stands_in_the_readme_with_the_reason(client: TestClient) -> None:
    text = (Path(api.__file__).parent / "README.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"## Not served\n(.*?)\n## ", text, re.DOTALL)
    rows = [row for row in table.splitlines() if row.startswith("| `")]
    served = {re.sub(r"\{\w+\}", "{}", path) for path in client.get("/openapi.json").json()["paths"]}

    not_served = {
        re.sub(r"\{\w+\}", "{}", path) for row in rows for path in re.findall(r"`(/\S+?)`", row.split(" | ")[0])
    }

    assert len(not_served) > 15
    assert not_served & served == set()
    assert [row for row in rows if not row.strip(" |").rsplit("|", 1)[1].strip()] == []
