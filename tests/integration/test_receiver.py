"""The receiver takes what it answers 2xx to, late or not, and nothing else."""

import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from tests.stack.answers import SLOW_SECONDS
from tests.stack.receiver import Receiver

SECRET = "whsec_" + base64.b64encode(b"a secret of tests").decode()
BODY = '{"state": "cdr", "call_id": "the call"}'
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret").decode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(secret=SECRET) as receiver:
        yield receiver


def test_a_callback_is_taken(receiver: Receiver) -> None:
    assert _post(receiver) == HTTPStatus.NO_CONTENT

    assert [(one.call, one.webhook_id) for one in receiver.received] == [("the call", "the id")]


def test_a_connection_serves_one_callback_after_the_other(receiver: Receiver) -> None:
    with httpx.Client() as client:
        assert [_post(receiver, client=client) for _ in range(3)] == [HTTPStatus.NO_CONTENT] * 3

    assert (len(receiver.received), receiver.connections) == (3, 1)


def test_a_failing_receiver_takes_nothing(receiver: Receiver) -> None:
    receiver.answer = "status/500"

    assert _post(receiver) == HTTPStatus.INTERNAL_SERVER_ERROR
    assert receiver.received == []


def test_a_slow_receiver_takes_it_late(receiver: Receiver) -> None:
    receiver.answer = "slow"
    before = time.monotonic()

    assert _post(receiver) == HTTPStatus.OK
    assert time.monotonic() - before >= SLOW_SECONDS
    assert len(receiver.received) == 1


def test_a_callback_with_a_wrong_signature_is_refused(receiver: Receiver) -> None:
    assert _post(receiver, secret=OTHER_SECRET) == HTTPStatus.UNAUTHORIZED

    assert (receiver.received, receiver.refused) == ([], 1)


def test_a_receiver_that_is_down_is_not_reached_until_it_is_well(receiver: Receiver) -> None:
    receiver.close()
    with pytest.raises(httpx.TransportError):
        _post(receiver)

    receiver.listen()

    assert _post(receiver) == HTTPStatus.NO_CONTENT


def _post(receiver: Receiver, *, secret: str = SECRET, client: httpx.Client | None = None) -> int:
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "the id",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("the id", now, BODY),
    }
    post = httpx.post if client is None else client.post
    return post(receiver.url, content=BODY, headers=headers, timeout=10).status_code
