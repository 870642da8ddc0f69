import base64
from uuid import UUID

import pendulum
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from worker.callbacks.signature import signed_headers
from worker.domain.ids import DeliveryId

SECRET = "whsec_" + base64.b64encode(b"a key of twenty-four byte").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"another key").decode()
ID = DeliveryId(UUID("01930000-0000-7000-8000-000000000001"))
NOON = pendulum.datetime(2026, 11, 23, 5)


@given(body=st.text(st.characters(exclude_categories=["Cs"])), microsecond=st.integers(0, 999_999))
def test_a_receiver_can_verify_any_body(body: str, microsecond: int) -> None:
    now = NOON.set(microsecond=microsecond)

    headers = signed_headers(body, delivery_id=ID, secrets=[SECRET], now=now)

    with time_machine.travel(now, tick=False):
        Webhook(SECRET).verify(body.encode(), headers, json_parse=False)


def test_the_headers_are_those_of_standard_webhooks() -> None:
    headers = signed_headers("{}", delivery_id=ID, secrets=[SECRET], now=NOON)

    assert headers == {
        "webhook-id": "01930000-0000-7000-8000-000000000001",
        "webhook-timestamp": "1795410000",
        "webhook-signature": headers["webhook-signature"],
    }
    assert headers["webhook-signature"].startswith("v1,")


def test_a_retry_keeps_the_id_and_is_signed_anew() -> None:
    first = signed_headers("{}", delivery_id=ID, secrets=[SECRET], now=NOON)
    second = signed_headers("{}", delivery_id=ID, secrets=[SECRET], now=NOON.add(minutes=1))

    assert second["webhook-id"] == first["webhook-id"]
    assert second["webhook-signature"] != first["webhook-signature"]


def test_the_zone_in_which_now_is_told_does_not_matter() -> None:
    in_hanoi = signed_headers("{}", delivery_id=ID, secrets=[SECRET], now=NOON.in_timezone("Asia/Ho_Chi_Minh"))

    assert in_hanoi == signed_headers("{}", delivery_id=ID, secrets=[SECRET], now=NOON)


@pytest.mark.parametrize("changed", ["{ }", "", '{"a":1}'])
def test_a_changed_body_is_not_accepted(changed: str) -> None:
    headers = signed_headers("{}", delivery_id=ID, secrets=[SECRET], now=NOON)

    with time_machine.travel(NOON, tick=False), pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(changed, headers, json_parse=False)


def test_another_secret_is_not_accepted() -> None:
    headers = signed_headers("{}", delivery_id=ID, secrets=[SECRET], now=NOON)
    other = Webhook(OTHER_SECRET)

    with time_machine.travel(NOON, tick=False), pytest.raises(WebhookVerificationError):
        other.verify("{}", headers)


@pytest.mark.parametrize("known", [SECRET, OTHER_SECRET])
def test_while_secrets_are_rotated_a_receiver_may_know_either(known: str) -> None:
    headers = signed_headers("{}", delivery_id=ID, secrets=[SECRET, OTHER_SECRET], now=NOON)

    with time_machine.travel(NOON, tick=False):
        Webhook(known).verify("{}", headers)
