"""What a listener that stops does next, from what it knows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import Duration

from worker.domain.drain import DrainStep, Stopping, decide_drain_step
from worker.domain.timing import LEASE_OFFERED

ALONE = Stopping(left=Duration(seconds=20), another_leads=False, offered_for=LEASE_OFFERED, calls_up=3)


def stopping(**changed: Any) -> Stopping:
    return Stopping(**{name: getattr(ALONE, name) for name in Stopping.__slots__} | changed)


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ({}, DrainStep.LEAD),
        ({"offered_for": None, "calls_up": None}, DrainStep.OFFER),
        ({"offered_for": LEASE_OFFERED / 2}, DrainStep.WAIT),
        ({"offered_for": LEASE_OFFERED / 2, "calls_up": 0}, DrainStep.WAIT),
        ({"calls_up": 0}, DrainStep.LEAVE),
        ({"calls_up": None}, DrainStep.LEAD),
        ({"another_leads": True}, DrainStep.LEAVE),
        ({"left": Duration()}, DrainStep.LEAVE),
    ],
)
def test_each_step(changed: dict[str, Any], step: DrainStep) -> None:
    assert decide_drain_step(stopping(**changed)) is step


@given(
    another_leads=st.booleans(),
    offered_for=st.none() | st.integers(0, 60_000).map(lambda ms: Duration(milliseconds=ms)),
    calls_up=st.none() | st.integers(0, 5),
)
def test_it_leaves_whatever_it_knows_once_the_time_is_over(
    *, another_leads: bool, offered_for: Duration | None, calls_up: int | None
) -> None:
    known = stopping(left=Duration(), another_leads=another_leads, offered_for=offered_for, calls_up=calls_up)

    assert decide_drain_step(known) is DrainStep.LEAVE
