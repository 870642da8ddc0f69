"""The documented PUT body as it stands, over HTTP: accepted, read back equal, and refused as the document says."""

from typing import Any

import httpx
import pytest

from tests.acceptance.named import make_what_the_document_names
from tests.builders.documented_put import seed_body
from tests.stack.running import Stack

SEED = seed_body()
PATH = f"/v3/campaign/{SEED['campaign_uuid']}"
SERVER_MANAGED = {"created_at", "updated_at", "template_name", "carrier_name"}


@pytest.fixture(scope="module")
def known(stack: Stack) -> Stack:
    """Make what the document refers to, under the ids that it uses."""
    make_what_the_document_names(stack)
    return stack


def test_the_body_is_accepted_and_answered_as_documented(known: Stack) -> None:
    assert known.put(PATH, SEED) == {"campaign_uuid": SEED["campaign_uuid"]}


def test_it_reads_back_equal(known: Stack) -> None:
    known.put(PATH, SEED)

    told = known.get(PATH)

    assert {key: _plain(told[key]) for key in SEED.keys() - SERVER_MANAGED} == {
        key: SEED[key] for key in SEED.keys() - SERVER_MANAGED
    }


def _plain(value: Any) -> Any:
    """Leave out what a read adds to schedule rows."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{key: cell for key, cell in row.items() if key.endswith("_time")} for row in value]
    return value


def test_a_taken_name_changes_nothing(known: Stack) -> None:
    known.put(PATH, SEED)
    other = known.post("/v3/campaign", {"campaign_name": "other", "type": "autocall"})["campaign_uuid"]
    before = known.get(f"/v3/campaign/{other}")

    answer = known.api.put(f"/v3/campaign/{other}", json={"campaign_name": SEED["campaign_name"], "recall_times": 9})

    assert (answer.status_code, answer.json()) == (409, {"error": "campaign_name is already taken"})
    assert known.get(f"/v3/campaign/{other}") == before


def test_an_unknown_campaign_is_not_found(known: Stack) -> None:
    answer = known.api.put("/v3/campaign/00000000-0000-4000-8000-000000000000", json={"recall_times": 1})

    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}])
def test_without_a_known_token_nobody_comes_in(known: Stack, headers: dict[str, str]) -> None:
    answer = httpx.put(f"{known.api.base_url}{PATH}", json=SEED, headers=headers)

    assert answer.status_code == 401
    assert answer.json().keys() == {"error"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"concurrent_call": "five"}, "concurrent_call"),
        ({"concurrent_call": -1}, "concurrent_call"),
        ({"mode_call": "sideways"}, "mode_call"),
        ({"status": "going"}, "status"),
        ({"recall_status": ["lucky"]}, "recall_status.0"),
        ({"schedules": [{"monday_start_time": 86_400_000_000_001}]}, "schedules.0"),
        ({"campaign_name": ""}, "campaign_name"),
        ({"callback_url": "javascript:alert(1)"}, "callback_url"),
        ({"network": {"viettel": 10**30}}, "network.viettel"),
    ],
)
def test_nonsense_is_told_field_by_field_and_changes_nothing(known: Stack, body: dict[str, Any], field: str) -> None:
    known.put(PATH, SEED)
    before = known.get(PATH)

    answer = known.api.put(PATH, json={"description": "changed", **body})

    assert answer.status_code == 400
    problems = answer.json()["error"]
    assert any(key.startswith(field) for problem in problems for key in problem), problems
    assert known.get(PATH) == before
