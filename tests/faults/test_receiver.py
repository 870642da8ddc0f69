"""The receiver takes what it answers 2xx to, late or not, and nothing else."""

import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from tests.faults import receiver as receiving_room
from tests.faults.receiver import Mood, Receiver, receiving

SECRET = "whsec_" + base64.b64encode(b"a secret of tests").decode()
BODY = '{"state": "cdr", "call_id": "the call"}'
LATE = 0.3


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(secret=SECRET) as receiver:
        yield receiver


def test_a_callback_is_taken(receiver: Receiver) -> None:
    assert _post(receiver) == HTTPStatus.NO_CONTENT

    assert [(one.call, one.webhook_id) for one in receiver.received] == [("the call", "the id")]


def test_a_failing_receiver_takes_nothing(receiver: Receiver) -> None:
    receiver.change(Mood.FAILING)

    assert _post(receiver) == HTTPStatus.INTERNAL_SERVER_ERROR
    assert receiver.received == []


def test_a_slow_receiver_takes_it_late(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving_room, "LATE_SECONDS", LATE)
    receiver.change(Mood.SLOW)
    before = time.monotonic()

    assert _post(receiver) == HTTPStatus.NO_CONTENT
    assert time.monotonic() - before >= LATE
    assert len(receiver.received) == 1


def test_a_receiver_that_is_down_is_not_reached_until_it_is_well(receiver: Receiver) -> None:
    receiver.change(Mood.DOWN)
    with pytest.raises(httpx.TransportError):
        _post(receiver)

    receiver.change(Mood.WELL)

    assert _post(receiver) == HTTPStatus.NO_CONTENT


def _post(receiver: Receiver) -> int:
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "the id",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("the id", now, BODY),
    }
    return httpx.post(receiver.url, content=BODY, headers=headers, timeout=10).status_code
