"""Strategies choose one free agent each, by their own rule."""

import pytest

from tests.builders import NOON
from tests.builders.agents import an_agent
from worker.domain.agents.agent import Agent, Leg
from worker.domain.agents.strategy import Strategy, choose_agents, last_offered

FREE = [
    an_agent(99, since=NOON.add(seconds=3), calls_taken=1),
    an_agent(101, since=NOON.add(seconds=1), calls_taken=9),
    an_agent(102, since=NOON.add(seconds=2), calls_taken=1),
]


def chosen(free: list[Agent], strategy: Strategy, *, last: str = "", chance: float = 0.0) -> list[str]:
    found = choose_agents(free, strategy=strategy, last_offered=last, chance=lambda: chance)
    return [agent.extension for agent in found]


@pytest.mark.parametrize("strategy", Strategy)
def test_nobody_is_chosen_when_nobody_is_free(strategy: Strategy) -> None:
    assert chosen([], strategy) == []


@pytest.mark.parametrize(
    ("strategy", "last", "chance", "expected"),
    [
        (Strategy.LONGEST_IDLE, "", 0.0, "101"),
        (Strategy.TOP_DOWN, "", 0.0, "99"),
        (Strategy.FEWEST_CALLS, "", 0.0, "102"),
        (Strategy.ROUND_ROBIN, "", 0.0, "99"),
        (Strategy.ROUND_ROBIN, "99", 0.0, "101"),
        (Strategy.ROUND_ROBIN, "100", 0.0, "101"),
        (Strategy.ROUND_ROBIN, "102", 0.0, "99"),
        (Strategy.RANDOM, "", 0.0, "101"),
        (Strategy.RANDOM, "", 0.5, "102"),
        (Strategy.RANDOM, "", 1.0, "99"),
        (Strategy.RING_ALL, "", 0.0, "101"),
    ],
)
def test_each_strategy_has_its_own_first(strategy: Strategy, last: str, chance: float, expected: str) -> None:
    assert chosen(FREE, strategy, last=last, chance=chance) == [expected]


def test_ring_all_rings_every_phone_that_can_ring() -> None:
    ringing = [an_agent(number, leg=Leg.ON_HOOK, leg_id="") for number in (201, 202)]

    assert chosen([*FREE, *ringing], Strategy.RING_ALL) == ["201", "202"]


def test_round_robin_serves_everybody_in_rotation() -> None:
    agents, served = list(FREE), []
    for second in range(7):
        (extension,) = chosen(agents, Strategy.ROUND_ROBIN, last=last_offered(agents))
        served.append(extension)
        agents = [
            an_agent(
                int(a.extension), offered_at=NOON.add(seconds=second) if a.extension == extension else a.offered_at
            )
            for a in agents
        ]

    assert served == ["99", "101", "102", "99", "101", "102", "99"]
