"""Ticks are told from whatever else workers say of their tasks."""

import base64

import orjson
import pytest

from tests.faults.ticks import ticks_in

TICK = {"type": "task-received", "name": "callbeat.tick"}
SWEEP = {"type": "task-received", "name": "callbeat.sweep"}
SENT = {"type": "task-sent", "name": "callbeat.tick"}


@pytest.mark.parametrize(
    ("told", "ticks"),
    [(TICK, 1), (SWEEP, 0), (SENT, 0), ([TICK, SWEEP, TICK], 2), ({"type": "worker-heartbeat"}, 0)],
)
def test_a_tick_is_one_that_a_worker_has_received(told: object, ticks: int) -> None:
    message = orjson.dumps({"body": base64.b64encode(orjson.dumps(told)).decode(), "headers": {}})

    assert ticks_in(message) == ticks
