"""A worker outlives a broker: whatever becomes of the connection that broke."""

import pytest
from celery.worker.consumer import Consumer

from worker.jobs.consumer import ReconnectingConsumer

BROKEN = ConnectionResetError("the broker is gone")


def closing_raises(error: Exception, monkeypatch: pytest.MonkeyPatch) -> ReconnectingConsumer:
    def close(_self: Consumer, _exc: Exception) -> None:
        raise error

    monkeypatch.setattr(Consumer, "on_connection_error_after_connected", close)
    return ReconnectingConsumer.__new__(ReconnectingConsumer)


def test_a_connection_that_cannot_be_closed_does_not_end_the_worker(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    consumer = closing_raises(AttributeError("'NoneType' object has no attribute 'hostname'"), monkeypatch)

    consumer.on_connection_error_after_connected(BROKEN)

    assert [vars(record)["action"] for record in caplog.records] == ["broken_connection_left"]


def test_any_other_error_is_a_bug_and_travels_up(monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = closing_raises(KeyError("a bug"), monkeypatch)

    with pytest.raises(KeyError):
        consumer.on_connection_error_after_connected(BROKEN)
