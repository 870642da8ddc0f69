"""Each campaign has one state, by which operators find it."""

from typing import Any

import pytest

from tests.builders import NOON, a_campaign
from worker.domain.campaign import Status
from worker.domain.run_state import RunState, run_state


@pytest.mark.parametrize(
    ("campaign", "facts", "state"),
    [
        ({}, {"live": 1}, RunState.DIALLING),
        ({}, {}, RunState.WAITING),
        ({}, {"has_waiting": False}, RunState.FINISHED),
        ({}, {"is_failing": True}, RunState.FAILING),
        ({}, {"is_failing": True, "live": 2}, RunState.FAILING),
        ({}, {"is_failing": True, "has_waiting": False}, RunState.FINISHED),
        ({"status": Status.STOP}, {}, RunState.STOPPED),
        ({"status": Status.STOP}, {"live": 1}, RunState.DIALLING),
        ({"status": Status.STOP}, {"is_failing": True}, RunState.STOPPED),
        ({"active": False}, {}, RunState.STOPPED),
        ({"expires_at": NOON}, {}, RunState.STOPPED),
        ({"status": Status.PAUSE, "resume_at": NOON.add(hours=1)}, {}, RunState.PAUSED),
        ({"status": Status.PAUSE, "resume_at": NOON}, {}, RunState.WAITING),
    ],
)
def test_the_state_follows_calls_leads_carrier_and_settings(
    campaign: dict[str, Any], facts: dict[str, Any], state: RunState
) -> None:
    given = {"live": 0, "has_waiting": True, "is_failing": False} | facts

    assert run_state(a_campaign(**campaign), now=NOON, **given) is state
