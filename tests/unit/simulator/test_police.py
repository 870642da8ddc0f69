"""A policed trunk admits so many calls in any tenth of a second and answers 503 to the others."""

from worker.simulator.police import TENTH_MICROS, Police


def test_calls_beyond_the_number_in_a_tenth_of_a_second_are_caught() -> None:
    police = Police()
    police.watch("g1", most=2)

    caught = [police.catches("g1", at=at) for at in (0, 10, TENTH_MICROS - 1, TENTH_MICROS, 2 * TENTH_MICROS)]

    assert caught == [False, False, True, True, False]


def test_other_gateways_and_a_lifted_number_are_not_policed() -> None:
    police = Police()
    police.watch("g1", most=1)

    assert not any(police.catches("g2", at=0) for _ in range(9))
    police.watch("g1", most=0)
    assert not any(police.catches("g1", at=0) for _ in range(9))
