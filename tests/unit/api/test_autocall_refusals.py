"""Single calls that could never be made are refused at once, in the wire's words."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from pendulum import DateTime
from sqlalchemy import update

from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, a_tenant
from tests.fakes.services import FakeServices
from tests.unit.api.single_calls import BODY, BOTH, IMPORT, LOG, OTP, TO_IMPORT, TO_READ, ask, without
from worker.store.base.tables import campaigns, lists
from worker.usecases.records.api_tokens import create_token

NOBODY = "6b1d6d3c-0000-4000-8000-000000000000"
PATTERN = "Does not match pattern '^(84|0[3|5|7|8|9])+([0-9]{8})$'"
SHORT = "String length must be greater than or equal to 1"


@pytest.fixture(autouse=True)
def _campaign(campaign: str) -> None:
    assert campaign == SEED_CAMPAIGN


@pytest.mark.parametrize("key", ["campaign_uuid", "phone_number", "param"])
def test_what_an_import_needs_is_told(client: TestClient, key: str) -> None:
    answer = client.post(IMPORT, json=without(TO_IMPORT, key))

    assert (answer.status_code, answer.json()) == (400, {"error": [{"(root)": f"{key} is required"}]})


@pytest.mark.parametrize("key", ["campaign_uuid", "phone_number", "template", "code_otp"])
def test_what_an_otp_needs_is_told(client: TestClient, key: str) -> None:
    answer = client.post(OTP, json=without(TO_READ, key))

    assert (answer.status_code, answer.json()) == (400, {"error": [{"(root)": f"{key} is required"}]})


@BOTH
@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ({"campaign_uuid": NOBODY}, 404, "campaign is not found"),
        ({"campaign_uuid": "x"}, 400, "campaign_uuid is invalid"),
        ({"campaign_uuid": ""}, 400, [{"campaign_uuid": SHORT}]),
        ({"phone_number": "19001234"}, 400,
         [{"phone_number": PATTERN}, {"phone_number": "a premium number (1900) is not for campaigns"}]),
        ({"phone_number": "0201234567"}, 400,
         [{"phone_number": PATTERN}, {"phone_number": "not a Vietnamese phone number"}]),
        ({"phone_number": "02011234567"}, 400,
         [{"phone_number": PATTERN}, {"phone_number": "phone number is not of the number plan"}]),
        ({"phone_number": ""}, 400, [{"phone_number": SHORT}, {"phone_number": PATTERN}]),
        ({"phone_number": 981000001}, 400, [{"phone_number": "Invalid type. Expected: string, given: integer"}]),
        ({"ref_id": "x" * 256}, 400, [{"ref_id": "String length must be less than or equal to 255"}]),
    ],
)  # fmt: skip
def test_a_single_call_that_cannot_be(
    client: TestClient,
    services: FakeServices,
    path: str,
    sent: dict[str, Any],
    status: int,
    error: object,
) -> None:
    services.queue.plans.clear()

    answer = client.post(path, json=BODY[path] | sent)

    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert client.get("/v3/lead").json()["total"] == 0
    assert services.queue.plans == []


@pytest.mark.parametrize(
    ("path", "sent", "status", "error"),
    [
        (IMPORT, {"param": [1]}, 400, [{"param": "Invalid type. Expected: object, given: array"}]),
        (IMPORT, {"param": {"n": 10**19}}, 400, [{"param": "holds a number beyond 64 bits"}]),
        (IMPORT, {"param": {"n": "x" * 9000}}, 400, [{"param": "is too large"}]),
        (OTP, {"template": "nobody's"}, 404, "template not found"),
        (OTP, {"template": NOBODY}, 404, "template not found"),
        (OTP, {"template": ""}, 400, [{"template": SHORT}]),
        (OTP, {"code_otp": ""}, 400, [{"code_otp": SHORT}]),
        (OTP, {"code_otp": 42042}, 400, [{"code_otp": "Invalid type. Expected: string, given: integer"}]),
    ],
)
def test_what_only_one_of_them_takes(
    client: TestClient, path: str, sent: dict[str, Any], status: int, error: object
) -> None:
    answer = client.post(path, json=BODY[path] | sent)

    assert (answer.status_code, answer.json()) == (status, {"error": error})


@BOTH
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"active": False}, "campaign is not active"),
        ({"type": "manual"}, "only a campaign of type autocall can call"),
        ({"carrier_uuid": ""}, "carrier_uuid is missing"),
    ],
)
def test_a_campaign_that_could_never_make_the_call_refuses_it(
    client: TestClient, path: str, changed: dict[str, Any], error: str
) -> None:
    client.put(f"/v3/campaign/{SEED_CAMPAIGN}", json=changed)

    answer = client.post(path, json=BODY[path])

    assert (answer.status_code, answer.json()) == (400, {"error": error})
    assert client.get("/v3/lead").json()["total"] == 0


def test_only_an_import_needs_the_campaigns_template(client: TestClient) -> None:
    client.put(f"/v3/campaign/{SEED_CAMPAIGN}", json={"template_uuid": ""})

    refused = client.post(IMPORT, json=TO_IMPORT)

    assert (refused.status_code, refused.json()) == (400, {"error": "template_uuid is missing"})
    assert client.post(OTP, json=TO_READ).status_code == 200


@BOTH
def test_a_campaign_whose_leads_have_expired_refuses_them(
    client: TestClient, services: FakeServices, path: str
) -> None:
    expire(services, NOON.add(microseconds=1))
    in_time = client.post(path, json=BODY[path])
    expire(services, NOON)

    answer = client.post(path, json=BODY[path])

    assert in_time.status_code == 200
    assert (answer.status_code, answer.json()) == (400, {"error": "lead_expired_at has passed"})


def test_a_list_of_single_calls_that_is_not_active_takes_none(client: TestClient, services: FakeServices) -> None:
    ask(client)
    with services.store.transaction() as tx:
        tx.connection.execute(update(lists).values(active=False))

    answer = client.post(IMPORT, json=TO_IMPORT)

    assert (answer.status_code, answer.json()) == (400, {"error": "the list of single calls is not active"})


def test_another_tenants_campaigns_templates_and_references_are_not_found(
    client: TestClient, services: FakeServices
) -> None:
    ask(client)
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=services.clock.now(), chance=lambda: 0.1)
    client.headers["Authorization"] = token

    answers = [client.post(IMPORT, json=TO_IMPORT), client.post(OTP, json=TO_READ), client.get(LOG.format("order-7"))]

    assert [a.json()["error"] for a in answers] == ["campaign is not found"] * 2 + ["Not Found"]


@BOTH
def test_no_token_no_call(anonymous: TestClient, path: str) -> None:
    del anonymous.headers["Authorization"]

    assert anonymous.post(path, json=BODY[path]).status_code == 401
    assert anonymous.get(LOG.format("order-7")).status_code == 401


def expire(services: FakeServices, at: DateTime) -> None:
    with services.store.transaction() as tx:
        tx.connection.execute(update(campaigns).values(lead_expired_at=at))
