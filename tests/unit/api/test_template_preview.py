"""What a template says to a lead, and the refusal of leads that it cannot be read to."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from tests.builders.api import SEED_CAMPAIGN
from tests.fakes.services import FakeServices
from tests.unit.api.single_calls import IMPORT, OTP, TO_IMPORT, TO_READ
from worker.store.base.tables import leads

NOBODY = "6b1d6d3c-0000-4000-8000-000000000000"
MISSING = "is missing: the template reads it and has no default for it"
REMINDER: dict[str, Any] = {
    "template_name": "reminder",
    "content": "Chào {{lead_name}}, bạn nợ {{amount}} đồng.",
    "defaults": {"lead_name": "quý khách"},
    "enable_option": True,
    "press_options": [{"press_num": "1", "content": "Xin chờ máy", "type": "transfer", "extension": "101"}],
}


@pytest.fixture
def template(client: TestClient) -> str:
    return str(client.post("/v3/template", json=REMINDER).json()["template_uuid"])


@pytest.fixture
def speaking(client: TestClient, campaign: str, template: str) -> str:
    """Let the campaign play the reminder."""
    assert client.put(f"/v3/campaign/{campaign}", json={"template_uuid": template}).status_code == 200
    return campaign


def preview(client: TestClient, template: str, **body: Any) -> Any:
    answer = client.post("/v3/template/preview", json={"template_uuid": template, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_values_are_heard(client: TestClient, template: str) -> None:
    said = preview(client, template, values={"amount": "10410000"})

    first = said["steps"][0]
    assert (said["template_name"], said["language"], said["silent"]) == ("reminder", "vi", False)
    assert first["heard"] == "Chào quý khách bạn nợ mười triệu bốn trăm mười nghìn đồng"
    assert first["parts"][:4] == [
        {"text": "Chào"}, {"text": "quý khách"}, {"pause_milliseconds": 200}, {"text": "bạn nợ"},
    ]  # fmt: skip
    assert first["parts"][-2:] == [{"word": "đồng"}, {"pause_milliseconds": 400}]
    assert first["keys"]["1"] == [
        {"step": "say", "heard": "Xin chờ máy", "parts": [{"text": "Xin chờ máy"}]},
        {"step": "transfer", "extension": "101"},
        {"step": "hangup", "finish": "not_transferred"},
    ]
    assert said["steps"][1:] == [{"step": "hangup", "finish": "no_key"}]


def test_a_lead_is_heard_and_given_values_go_before_its_own(client: TestClient, template: str, list_uuid: str) -> None:
    row = {"list_uuid": list_uuid, "phone_number": "0981000001", "lead_name": "Lê Ý Nhi", "amount": 5}
    lead = client.post("/v3/lead", json=row).json()["lead_uuid"]

    assert preview(client, template, lead_uuid=lead)["steps"][0]["heard"] == "Chào Lê Ý Nhi bạn nợ năm đồng"
    said = preview(client, template, lead_uuid=lead, values={"amount": "21"})
    assert said["steps"][0]["heard"] == "Chào Lê Ý Nhi bạn nợ hai mươi mốt đồng"


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 400, [{"amount": MISSING}]),
        ({"values": {"amount": "31/02/2026"}}, 400, [{"amount": "31/02/2026 is not a date"}]),
        ({"lead_uuid": NOBODY}, 404, "Not Found"),
        ({"lead_uuid": "x"}, 404, "lead is not found"),
        ({"template_uuid": NOBODY}, 404, "template not found"),
        ({"template_uuid": "x"}, 404, "template not found"),
    ],
)
def test_a_preview_that_is_refused(
    client: TestClient, template: str, body: dict[str, Any], status: int, error: object
) -> None:
    answer = client.post("/v3/template/preview", json={"template_uuid": template, **body})

    assert (answer.status_code, answer.json()) == (status, {"error": error})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"content": "Chào {{name"}, [{"content": "a placeholder is not complete: {{name"}]),
        ({"press_options": [{"press_num": "1"}] * 2}, [{"press_options": "key 1 is given twice"}]),
    ],
)
def test_a_template_that_cannot_be_played_is_refused(client: TestClient, body: dict[str, Any], error: object) -> None:
    answer = client.post("/v3/template", json={"template_name": "broken", **body})

    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_what_was_sent_comes_back(client: TestClient, template: str) -> None:
    read = client.get(f"/v3/template/{template}").json()

    assert (read["language"], read["advert"], read["defaults"]) == ("vi", False, {"lead_name": "quý khách"})


@pytest.mark.usefixtures("speaking")
def test_an_import_names_the_row_and_the_key(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    rows = [
        {"phone_number": "0981000001", "amount": "5"},
        {"phone_number": "0981000002"},
        {"phone_number": "0981000003", "additional": {"amount": "30/02/2026"}},
    ]

    answer = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": rows}).json()

    assert (answer["total_insert"], answer["fail"]) == (
        1, [{"row": 1, "error": f"amount {MISSING}"}, {"row": 2, "error": "amount 30/02/2026 is not a date"}],
    )  # fmt: skip
    with services.store.reading() as tx:
        assert tx.connection.scalar(select(func.count()).select_from(leads)) == 1


@pytest.mark.usefixtures("speaking")
def test_one_lead_that_cannot_be_spoken_to_is_refused(client: TestClient, list_uuid: str) -> None:
    answer = client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})

    assert (answer.status_code, answer.json()) == (400, {"error": [{"amount": MISSING}]})


@pytest.mark.usefixtures("speaking")
def test_a_single_call_needs_the_values_of_its_template(client: TestClient) -> None:
    refused = client.post(IMPORT, json=TO_IMPORT | {"param": {"lead_name": "An"}})

    assert (refused.status_code, refused.json()) == (400, {"error": [{"amount": MISSING}]})
    assert client.post(IMPORT, json=TO_IMPORT).status_code == 200


@pytest.mark.usefixtures("speaking")
def test_a_code_is_checked_by_its_own_template(client: TestClient) -> None:
    client.post("/v3/template", json={"template_name": "code", "content": "Mã của bạn là {{code_otp}}."})

    refused = client.post(OTP, json=TO_READ | {"template": "code", "code_otp": "12é4"})

    told = {"code_otp": "holds a character that cannot be read aloud"}
    assert (refused.status_code, refused.json()) == (400, {"error": [told]})
    assert client.post(OTP, json=TO_READ | {"template": "code"}).status_code == 200


def test_a_campaign_without_a_template_takes_any_lead(client: TestClient, list_uuid: str) -> None:
    client.put(f"/v3/campaign/{SEED_CAMPAIGN}", json={"template_uuid": ""})

    assert client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"}).status_code == 200


@pytest.mark.usefixtures("campaign")
def test_why_names_the_value_that_a_changed_template_lacks(client: TestClient, template: str, list_uuid: str) -> None:
    row = {"list_uuid": list_uuid, "phone_number": "0981000001"}
    lead = client.post("/v3/lead", json=row).json()["lead_uuid"]
    client.put(f"/v3/campaign/{SEED_CAMPAIGN}", json={"template_uuid": template, "status": "start", "schedules": []})

    reason, *others = client.get(f"/v3/lead/{lead}/why").json()["reasons"]

    assert (reason["code"], reason["cause"]) == ("value_missing", f"amount {MISSING}")
    assert others == []
