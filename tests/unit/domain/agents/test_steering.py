import math

from hypothesis import given
from hypothesis import strategies as st

from worker.domain.agents.steering import FIRST_PRICE, GAIN, HIGHEST_PRICE, LOWEST_PRICE, steered

MOST_BEYOND = math.log(HIGHEST_PRICE / LOWEST_PRICE) / GAIN


def test_served_calls_raise_the_price_and_abandoned_ones_lower_it() -> None:
    assert steered(0.1, served=10, abandoned=0, target=0.03) > 0.1
    assert steered(0.1, served=0, abandoned=1, target=0.03) < 0.1


def test_at_the_target_the_price_stays() -> None:
    assert math.isclose(steered(0.1, served=97, abandoned=3, target=0.03), 0.1)


def test_without_a_stock_less_than_the_target_is_aimed_at() -> None:
    assert steered(0.1, served=97, abandoned=3, target=0.03, has_stock=False) < 0.1


def test_the_price_keeps_its_bounds() -> None:
    assert steered(0.5, served=10_000, abandoned=0, target=0.03) == HIGHEST_PRICE
    assert steered(0.5, served=0, abandoned=10_000, target=0.03) == LOWEST_PRICE


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 20))
def test_while_no_bound_stops_the_price_the_excess_is_at_most_20_calls(outcomes: list[bool], per_cent: int) -> None:
    target, price, beyond = per_cent / 100, FIRST_PRICE, 0.0
    for abandoned in outcomes:
        price = steered(price, served=not abandoned, abandoned=abandoned, target=target)
        if price in {LOWEST_PRICE, HIGHEST_PRICE}:
            return
        beyond += abandoned - target

    assert beyond <= MOST_BEYOND < 21
