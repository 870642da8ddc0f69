"""Calls a second of a gateway hold for all carriers on it together, and of each carrier as before."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts.buckets import BACK_SECONDS, KINDS, Bucket, Make, on_one_gateway
from tests.contracts.test_rate import most_within
from worker.domain.ids import CarrierId
from worker.ports.dispatch.messages import SharedPace

FIRST, SECOND = CarrierId(UUID(int=0xCA)), CarrierId(UUID(int=0xCB))
STEPS = st.lists(
    st.tuples(
        st.integers(0, 200).map(lambda cents: cents / 100),  # a pause
        st.integers(0, 1),  # whose calls
        st.integers(1, 9),  # how many are wanted
        st.integers(0, 50).map(lambda cents: cents / 100),  # how long the dial takes
    ),
    max_size=20,
)


@pytest.fixture(params=KINDS)
def new_pair(request: pytest.FixtureRequest) -> Callable[[int], list[Bucket]]:
    make: Make = request.param

    def pair(per_second: int) -> list[Bucket]:
        bucket = make(request, CarrierId(uuid4()))
        return on_one_gateway(bucket, CarrierId(uuid4()), shared=SharedPace(str(uuid4()), per_second))

    return pair


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of_gateway=st.integers(1, 12), own=st.tuples(st.integers(0, 12), st.integers(0, 12)), steps=STEPS)
def test_no_second_holds_more_calls_than_the_gateway_or_a_carrier_may(
    new_pair: Callable[[int], list[Bucket]],
    of_gateway: int,
    own: tuple[int, int],
    steps: list[tuple[float, int, int, float]],
) -> None:
    pair = new_pair(of_gateway)
    for bucket, per_second in zip(pair, own, strict=True):
        bucket.fill(per_second)
    dials: list[list[tuple[float, int]]] = [[], []]

    for pause, whose, wanted, dialling in steps:
        pair[whose].wait(pause)
        got = pair[whose].take(wanted, per_second=own[whose])
        if got.count:
            pair[whose].dialled(got, after=dialling)
            dials[whose].append((pair[whose].clock(), got.count))

    assert most_within(1, sorted(dials[0] + dials[1])) <= of_gateway
    for made, per_second in zip(dials, own, strict=True):
        assert not per_second or most_within(1, made) <= per_second


def test_what_one_carrier_took_is_not_there_for_the_other(new_pair: Callable[[int], list[Bucket]]) -> None:
    first, second = new_pair(1)
    first.fill(0)

    assert first.take(1, per_second=0).count == 1
    refused = second.take(1, per_second=0)

    assert refused.count == 0
    assert refused.wait_seconds > 0


def test_a_carrier_that_may_not_begin_takes_nothing_from_its_gateway(new_pair: Callable[[int], list[Bucket]]) -> None:
    first, second = new_pair(10)
    for bucket in (first, second):
        bucket.fill(1)
    first.dialled(first.take(1, per_second=1))

    assert first.take(1, per_second=1).count == 0
    assert second.take(1, per_second=1).count == 1


def test_a_slow_carrier_keeps_no_times_of_its_gateway_from_others(new_pair: Callable[[int], list[Bucket]]) -> None:
    slow, fast = new_pair(20)
    for bucket in (slow, fast):
        bucket.fill(20)
    slow.reserve(1, per_second=4)
    slow.reserve(1, per_second=4)  # at a quarter of a second, if at all

    assert fast.reserve(1, per_second=0).waits[0] < 0.12
    assert BACK_SECONDS > 1
