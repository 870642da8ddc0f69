import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.agents import risk
from worker.domain.agents.chances import MOMENTS, Chances
from worker.domain.agents.dialling import Bound, Pacing, calls_to_dial
from worker.domain.agents.estimates import Estimates
from worker.domain.agents.risk import AgentsNow, calls_wanted, distribution, lines_ceiling

CHANCES = Chances(Estimates())

ages = st.lists(st.floats(0, 200), max_size=6)
floors = st.builds(AgentsNow, st.integers(0, 4), st.integers(0, 3), ringing=ages, talking=ages, wrapping=ages)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_the_distribution_is_that_of_all_outcomes(chances: list[float]) -> None:
    expected = [0.0] * (len(chances) + 1)
    for outcome in itertools.product((0, 1), repeat=len(chances)):
        weight = math.prod(p if hit else 1 - p for p, hit in zip(chances, outcome, strict=True))
        expected[sum(outcome)] += weight

    assert distribution(chances) == pytest.approx(expected)


def of_one_more(floor: AgentsNow) -> float:
    """Return the risk of one more call, by adding up all pairs of outcomes."""
    total = 0.0
    for share, moment in zip(CHANCES.answer_times, range(len(MOMENTS)), strict=True):
        answers = distribution([CHANCES.answered(age)[moment] for age in floor.ringing])
        free = distribution(
            [CHANCES.free_after_talk(age)[moment] for age in floor.talking]
            + [CHANCES.free_after_wrap(age)[moment] for age in floor.wrapping]
        )
        total += share * sum(
            a * f
            for (others, a), (freed, f) in itertools.product(enumerate(answers), enumerate(free))
            if others + floor.waiting >= floor.ready + freed
        )
    return total


@given(floor=floors, price=st.floats(0.001, 0.999))
def test_one_more_call_is_dialled_when_its_risk_is_at_most_the_price(floor: AgentsNow, price: float) -> None:
    exact = of_one_more(floor)
    if abs(exact - price) < 1e-6 or not floor.present:
        return

    assert calls_wanted(floor, chances=CHANCES, price=price, most=1) == (exact <= price)


@given(floor=floors, price=st.floats(0.001, 0.999), most=st.integers(0, 12))
def test_several_calls_are_those_that_would_be_dialled_one_by_one(floor: AgentsNow, price: float, most: int) -> None:
    one_by_one = 0
    ringing = list(floor.ringing)
    while one_by_one < most:
        state = AgentsNow(floor.ready, floor.waiting, ringing, floor.talking, floor.wrapping)
        if not calls_wanted(state, chances=CHANCES, price=price, most=1):
            break
        ringing.append(0.0)
        one_by_one += 1

    assert calls_wanted(floor, chances=CHANCES, price=price, most=most) == one_by_one


def test_each_ready_agent_may_have_a_call_of_its_own_at_any_price() -> None:
    assert calls_wanted(AgentsNow(4, 1, [3.0]), chances=CHANCES, price=0.0, most=100) == 2


def test_nobody_is_dialled_for_agents_who_are_not_there() -> None:
    assert calls_wanted(AgentsNow(0, 0), chances=CHANCES, price=1.0, most=100) == 0


@pytest.mark.parametrize("ready", [2, 6])
def test_the_approximation_for_many_agents_is_close_to_the_exact_answer(
    ready: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = AgentsNow(ready, 0, [2.0] * 12, [20.0 + n for n in range(28)], [4.0] * 4)
    exact = calls_wanted(floor, chances=CHANCES, price=0.1, most=60)

    monkeypatch.setattr(risk, "EXACT_UP_TO", 0)

    assert exact > ready - 12
    assert calls_wanted(floor, chances=CHANCES, price=0.1, most=60) == pytest.approx(exact, abs=1)


def test_at_100_per_cent_only_ready_agents_count() -> None:
    assert lines_ceiling(AgentsNow(3, 0, talking=[500.0] * 20), chances=CHANCES, ratio=100) == 3


def test_above_100_per_cent_agents_who_are_expected_to_be_free_count_too() -> None:
    busy = AgentsNow(3, 0, wrapping=[60.0] * 20)

    assert lines_ceiling(busy, chances=CHANCES, ratio=200) > 6
    assert lines_ceiling(AgentsNow(3, 0), chances=CHANCES, ratio=200) == 6


@pytest.mark.parametrize(
    ("pacing", "calls", "bound"),
    [
        (Pacing(credit=0, price=1.0, ratio=500), 3, Bound.CREDIT),
        (Pacing(credit=1, price=1.0, ratio=500), 4, Bound.CREDIT),
        (Pacing(credit=9, price=1.0, ratio=100), 3, Bound.RATIO),
        (Pacing(credit=9, price=1.0, ratio=500, hopper=2), 2, Bound.HOPPER),
        (Pacing(credit=9, price=1.0, ratio=500, hopper=2, queued=2), 0, Bound.HOPPER),
        (Pacing(credit=9, price=0.004, ratio=500), 3, Bound.RISK),
    ],
)
def test_the_lowest_bound_decides_and_is_named(pacing: Pacing, calls: int, bound: Bound) -> None:
    wanted = calls_to_dial(AgentsNow(4, 0, [1.0]), pacing, chances=CHANCES)

    assert (wanted.calls, wanted.bound) == (calls, bound)
