"""A run's faults follow from its seed."""

import itertools

from tests.faults.faults import EVERY_FAULT, FIRST_SECONDS, scheduled


def test_the_same_seed_plans_the_same_faults() -> None:
    first, again, other = (scheduled(EVERY_FAULT, seed=seed, seconds=600) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_every_fault_happens_once_before_any_happens_again() -> None:
    planned = [plan.fault for plan in scheduled(EVERY_FAULT, seed=1, seconds=3600)]

    once = planned[: len(EVERY_FAULT)]

    assert set(once) == set(EVERY_FAULT)
    assert len(planned) > len(EVERY_FAULT)


def test_a_fault_begins_when_the_one_before_it_is_over() -> None:
    planned = scheduled(EVERY_FAULT, seed=1, seconds=600)

    assert planned[0].at == FIRST_SECONDS
    for earlier, later in itertools.pairwise(planned):
        assert later.at > earlier.at + earlier.fault.seconds
