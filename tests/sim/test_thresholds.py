"""Short seeds of the simulation as thresholds; the long table is made by ``python -m tests.sim``."""

from random import Random

import pytest

from tests.sim.baselines import FixedRatio
from tests.sim.floor import Figures, Floor, Policy
from tests.sim.ours import Callbeat
from tests.sim.worlds import HOUR, world


def an_hour(name: str, policy: Policy, *, earlier: int = 0) -> Figures:
    """Simulate an hour of a campaign that has served so many callees before."""
    floor = Floor(world(name), policy, Random(7), day_lasts=HOUR)
    floor.figures.answered = earlier
    return floor.run(1)


@pytest.mark.parametrize(("name", "least"), [("5 agents w0", 72.0), ("10 agents w0", 76.0)])
def test_agents_are_busier_than_with_progressive_dialling(name: str, least: float) -> None:
    ours = an_hour(name, Callbeat(), earlier=1_000)
    progressive = an_hour(name, FixedRatio(1.0))

    assert ours.utilisation >= least
    assert ours.utilisation >= progressive.utilisation + 5


def test_no_instant_is_over_the_target_where_answers_jump() -> None:
    without = an_hour("10 agents w2", FixedRatio(2.0))
    ours = an_hour("10 agents w2", Callbeat())

    assert without.worst > 1
    assert ours.worst == 0
    assert ours.answered > 150


def test_at_100_per_cent_nobody_is_abandoned() -> None:
    figures = an_hour("5 agents w0", Callbeat(ratio=100), earlier=1_000)

    assert figures.abandoned == 0
    assert figures.utilisation > 60
