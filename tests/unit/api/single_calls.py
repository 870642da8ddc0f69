"""What tests of single calls send."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders.api import SEED_CAMPAIGN

IMPORT = "/v3/autocall/import"
OTP = "/v3/autocall/otp"
LOG = "/v3/autocall/log/{}/ref_id"
PHONE = "0981000001"
TO_IMPORT: dict[str, Any] = {"campaign_uuid": SEED_CAMPAIGN, "phone_number": PHONE, "param": {"amount": "10410000"}}
TO_READ: dict[str, Any] = {
    "campaign_uuid": SEED_CAMPAIGN,
    "phone_number": PHONE,
    "template": "hello",
    "code_otp": "042042",
    "ref_id": "order-7",
}
BODY = {IMPORT: TO_IMPORT, OTP: TO_READ}
BOTH = pytest.mark.parametrize("path", BODY)


def ask(client: TestClient, path: str = OTP, **changed: Any) -> dict[str, Any]:
    answer = client.post(path, json=BODY[path] | changed)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def without(body: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != key}
