"""No second sees more calls than a carrier's limit: in memory, in Redis, and in the Redis that is none."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.contracts.buckets import BACK_SECONDS, KINDS, NOON, SLOT_SECONDS, UNTOLD_SECONDS, Bucket, Make
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeRate
from worker.domain.errors import Unavailable
from worker.domain.ids import CarrierId
from worker.ports.dispatch.messages import Tokens

CARRIER = CarrierId(UUID(int=0xCA))


@pytest.fixture(params=KINDS)
def bucket(request: pytest.FixtureRequest) -> Bucket:
    make: Make = request.param
    return make(request, CARRIER)


@pytest.fixture(params=KINDS)
def new_bucket(request: pytest.FixtureRequest) -> Callable[[], Bucket]:
    make: Make = request.param
    return lambda: make(request, CarrierId(uuid4()))


STEPS = st.lists(
    st.tuples(
        st.integers(0, 450).map(lambda slots: slots * SLOT_SECONDS),  # a pause before the taking
        st.integers(1, 9),  # how many are wanted
        st.integers(0, 350).map(lambda slots: slots * SLOT_SECONDS),  # how long the dial takes
        st.booleans(),  # whether it is told; if not, it took no longer than it may
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(per_second=st.integers(1, 7), steps=STEPS)
@example(per_second=1, steps=[(0, 1, 0, False), (0.97, 1, 0, False)])
@example(per_second=1, steps=[(0, 1, 3.0, False), (0.66, 1, 0, True)])
@example(per_second=1, steps=[(0, 1, 0.9, True), (0.97, 1, 0, False)])
def test_no_second_holds_more_calls_than_tokens(
    new_bucket: Callable[[], Bucket], per_second: int, steps: list[tuple[float, int, float, bool]]
) -> None:
    bucket = new_bucket()
    bucket.fill(per_second)
    dials: list[tuple[float, int]] = []

    for pause, wanted, dialling, is_told in steps:
        bucket.wait(pause)
        got = bucket.reserve(wanted, per_second=per_second)
        if got.count and is_told:
            bucket.dialled(got, after=dialling)
        elif got.count:
            bucket.wait(min(dialling, UNTOLD_SECONDS))
            bucket.available(per_second)
        dials.append((bucket.clock(), got.count))

    for begin, _ in dials:
        assert sum(count for moment, count in dials if begin <= moment < begin + 1) <= per_second


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(per_second=st.integers(1, 7), steps=STEPS)
def test_after_a_second_and_a_little_every_token_is_back(
    new_bucket: Callable[[], Bucket], per_second: int, steps: list[tuple[float, int, float, bool]]
) -> None:
    bucket = new_bucket()
    for pause, wanted, *_ in steps:
        bucket.reserve(wanted, per_second=per_second)
        bucket.wait(pause)
    bucket.available(per_second)

    bucket.wait(UNTOLD_SECONDS + BACK_SECONDS)

    assert bucket.available(per_second) == Tokens(per_second, 0)


def test_a_bucket_that_nobody_knows_starts_empty(bucket: Bucket) -> None:
    tokens = bucket.reserve(1, per_second=5)

    assert (tokens.count, tokens.receipt) == (0, "")
    assert 1 < tokens.wait_seconds < BACK_SECONDS


def test_what_is_taken_is_what_is_left(bucket: Bucket) -> None:
    bucket.fill(5)

    assert bucket.reserve(3, per_second=5).count == 3
    assert bucket.available(5) == Tokens(2, 0)
    assert bucket.reserve(3, per_second=5).count == 2
    assert bucket.reserve(1, per_second=5).count == 0


def test_looking_takes_nothing(bucket: Bucket) -> None:
    bucket.fill(5)

    assert [bucket.available(5).count for _ in range(3)] == [5, 5, 5]


def test_after_the_wait_that_it_names_a_token_is_there(bucket: Bucket) -> None:
    bucket.fill(2)
    bucket.dialled(bucket.reserve(1, per_second=2))
    bucket.wait(0.5)
    wait = bucket.reserve(1, per_second=2).wait_seconds

    assert 0.5 < wait < BACK_SECONDS - 0.5
    bucket.wait(wait + SLOT_SECONDS)
    assert bucket.available(2).count == 1


def test_a_raised_limit_adds_its_tokens_at_once(bucket: Bucket) -> None:
    bucket.fill(2)
    bucket.reserve(2, per_second=2)

    assert bucket.available(5).count == 3


def test_a_lowered_limit_holds_at_once(bucket: Bucket) -> None:
    bucket.fill(5)
    bucket.reserve(1, per_second=5)
    bucket.wait(0.5)
    bucket.reserve(3, per_second=5)

    lowered = bucket.available(2)

    assert lowered.count == 0
    assert lowered.wait_seconds > 0.9, "the oldest token's return is not enough"


def test_tokens_count_from_the_dial_once_it_is_told(bucket: Bucket) -> None:
    bucket.fill(3)
    got = bucket.reserve(3, per_second=3)
    bucket.dialled(got, after=0.5)
    bucket.wait(BACK_SECONDS - 0.5)

    assert bucket.available(3).count == 0
    bucket.wait(0.5)
    assert bucket.available(3).count == 3


def test_a_dial_that_is_told_costs_no_token(bucket: Bucket) -> None:
    bucket.fill(3)
    got = bucket.reserve(1, per_second=3)
    bucket.dialled(got, after=0.1)

    assert bucket.available(3).count == 2


def test_a_dial_told_twice_or_of_nothing_is_harmless(bucket: Bucket) -> None:
    bucket.fill(3)
    got = bucket.reserve(1, per_second=3)
    for tokens in (got, got, Tokens(0, 0)):
        bucket.dialled(tokens)
    bucket.wait(BACK_SECONDS)

    assert bucket.available(3).count == 3


def test_carriers_have_buckets_of_their_own(bucket: Bucket) -> None:
    bucket.fill(1)
    bucket.reserve(1, per_second=1)

    other = bucket.rate.available(CarrierId(uuid4()), per_second=1)

    assert other.wait_seconds > 1


def test_a_rate_in_memory_that_is_away_is_unavailable_and_hears_nothing() -> None:
    rate = FakeRate(FakeClock(NOON))
    rate.away = True

    with pytest.raises(Unavailable):
        rate.available(CARRIER, per_second=1)
    with pytest.raises(Unavailable):
        rate.reserve(CARRIER, per_second=1, count=1)
    rate.dialled(CARRIER, receipt="1 1")
