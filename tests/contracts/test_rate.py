"""No second and no tenth of one sees more calls than it may: in memory, in Redis, and in the Redis that is none."""

from collections.abc import Callable, Sequence
from math import ceil
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.contracts.buckets import BACK_SECONDS, BLUR_SECONDS, KINDS, NOON, UNTOLD_SECONDS, Bucket, Make
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeRate
from worker.domain.errors import Unavailable
from worker.domain.ids import CarrierId
from worker.domain.timing import PACED_AHEAD, VERDICT_HOLDS
from worker.ports.dispatch.messages import Taken

CARRIER = CarrierId(UUID(int=0xCA))
AHEAD = PACED_AHEAD.total_seconds()


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
        st.integers(0, 450).map(lambda cents: cents / 100) | st.integers(0, 30).map(lambda ms: ms / 1000),  # a pause
        st.integers(1, 9),  # how many are wanted
        st.integers(0, 350).map(lambda cents: cents / 100) | st.just(0.001),  # how long the dial takes
        st.booleans(),  # whether it is told; if not, it took no longer than it may
    ),
    max_size=25,
)


def most_within(seconds: float, dials: Sequence[tuple[float, int]]) -> int:
    """Return the most calls in any period so long."""
    return max((sum(count for at, count in dials if begin <= at < begin + seconds) for begin, _ in dials), default=0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(per_second=st.integers(1, 25), steps=STEPS)
@example(per_second=1, steps=[(0, 1, 0, False), (0.97, 1, 0, False)])
@example(per_second=1, steps=[(0, 1, 3.0, False), (0.66, 1, 0, True)])
@example(per_second=1, steps=[(0, 1, 0.9, True), (0.97, 1, 0, False)])
@example(per_second=3, steps=[(0, 1, 3.11, True), (0.01, 3, 0.001, True)])
@example(per_second=1, steps=[(0, 1, 3.5, True), (0.7, 1, 0.001, True)])
@example(per_second=10, steps=[(0, 2, 0.001, True), (0.05, 2, 0.001, True), (0.05, 1, 0.001, True)])
def test_no_window_holds_more_calls_than_it_may(
    new_bucket: Callable[[], Bucket], per_second: int, steps: list[tuple[float, int, float, bool]]
) -> None:
    bucket = new_bucket()
    bucket.fill(per_second)
    dials: list[tuple[float, int]] = []
    told: list[tuple[float, int]] = []

    for pause, wanted, dialling, is_told in steps:
        bucket.wait(pause)
        got = bucket.take(wanted, per_second=per_second)
        if got.count:
            bucket.wait(got.wait_seconds)
        if got.count and is_told:
            bucket.dialled(got, after=dialling)
        elif got.count:
            bucket.wait(min(dialling, UNTOLD_SECONDS - 0.5))  # a real Redis lets time pass as well
            bucket.available(per_second)
        dials.append((bucket.clock(), got.count))
        told += dials[-1:] if is_told else []

    assert most_within(1, dials) <= per_second
    assert most_within(0.1, told) <= ceil(per_second / 10) + 1, "when a dial was that nobody confirmed is not known"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(per_second=st.integers(1, 25), steps=STEPS)
def test_after_a_second_and_a_little_every_token_is_back(
    new_bucket: Callable[[], Bucket], per_second: int, steps: list[tuple[float, int, float, bool]]
) -> None:
    bucket = new_bucket()
    for pause, wanted, *_ in steps:
        bucket.take(wanted, per_second=per_second)
        bucket.wait(pause)
    bucket.available(per_second)

    bucket.wait(UNTOLD_SECONDS + BACK_SECONDS)

    assert bucket.take(per_second, per_second=per_second).count == min(per_second, ceil(per_second / 10) + 1)


def test_a_limiter_that_nobody_knows_starts_closed(bucket: Bucket) -> None:
    taken = bucket.take(1, per_second=5)

    assert (taken.count, taken.receipt) == (0, "")
    assert BACK_SECONDS - BLUR_SECONDS < taken.wait_seconds <= BACK_SECONDS


def test_times_are_spaced_and_end_with_what_is_judged_ahead(bucket: Bucket) -> None:
    bucket.fill(20)

    tokens = bucket.available(20)

    assert tokens.waits == pytest.approx((0.0, 0.03, 0.08, 0.13, 0.18, 0.23), abs=0.021)
    assert AHEAD <= tokens.next_wait < AHEAD + 0.05


def test_looking_reserves_nothing(bucket: Bucket) -> None:
    bucket.fill(5)

    assert [bucket.available(5).count for _ in range(3)] == [2, 2, 2]


def test_what_is_reserved_is_not_offered_again(bucket: Bucket) -> None:
    bucket.fill(20)
    first = bucket.reserve(2, per_second=20)
    first_asked_at = bucket.clock()
    second = bucket.reserve(9, per_second=20)

    assert first.count == 2
    assert 0 < second.count <= 4
    assert bucket.clock() + second.waits[0] > first_asked_at + first.waits[-1] + 0.04
    assert bucket.available(20).count == 0


def test_the_first_time_that_is_free_is_told(bucket: Bucket) -> None:
    bucket.fill(20)
    reserved = bucket.reserve(2, per_second=20)

    assert reserved.next_wait == pytest.approx(reserved.waits[-1] + 0.05, abs=0.001)


def test_a_reservation_that_nobody_uses_lapses(bucket: Bucket) -> None:
    bucket.fill(20)
    bucket.reserve(9, per_second=20)

    bucket.wait(AHEAD + VERDICT_HOLDS.total_seconds() + BLUR_SECONDS)

    assert bucket.available(20).count > 1


def test_a_reservation_does_not_keep_another_one_from_its_tokens(bucket: Bucket) -> None:
    bucket.fill(20)
    bucket.reserve(4, per_second=20)

    assert bucket.take(1, per_second=20).count == 1


def test_as_many_are_taken_as_a_tenth_of_a_second_may_have(bucket: Bucket) -> None:
    bucket.fill(20)

    assert bucket.take(9, per_second=20).count == 3
    assert bucket.take(1, per_second=20).count == 0


def test_after_the_wait_that_it_names_a_token_is_there(bucket: Bucket) -> None:
    bucket.fill(2)
    bucket.dialled(bucket.take(2, per_second=2))
    bucket.wait(0.5)
    wait = bucket.take(1, per_second=2).wait_seconds

    assert 0.4 < wait <= BACK_SECONDS - 0.5
    bucket.wait(wait)
    assert bucket.take(1, per_second=2).count == 1


def test_a_token_is_given_out_a_little_before_its_time_but_to_one_call_only(bucket: Bucket) -> None:
    bucket.fill(2)
    bucket.dialled(bucket.take(2, per_second=2))
    bucket.wait(BACK_SECONDS - 0.02)

    early, next_one = bucket.take(1, per_second=2), bucket.take(1, per_second=2)

    assert early.count == 1
    assert early.wait_seconds <= 0.02
    bucket.wait(early.wait_seconds)
    bucket.dialled(early)
    assert next_one.count <= 1, "the second call has a token of its own"
    assert bucket.take(1, per_second=2).count == 0


def test_a_raised_limit_holds_at_once(bucket: Bucket) -> None:
    bucket.fill(2)
    bucket.dialled(bucket.take(2, per_second=2))
    bucket.wait(0.2)

    assert bucket.take(1, per_second=2).count == 0
    assert bucket.take(9, per_second=5).count == 2


def test_a_lowered_limit_holds_at_once(bucket: Bucket) -> None:
    bucket.fill(5)
    bucket.dialled(bucket.take(1, per_second=5))
    bucket.wait(0.5)
    bucket.dialled(bucket.take(2, per_second=5))
    bucket.wait(0.2)

    lowered = bucket.take(1, per_second=2)

    assert lowered.count == 0
    assert lowered.wait_seconds > 0.7, "the oldest token's return is not enough"


def test_tokens_count_from_the_dial_once_it_is_told(bucket: Bucket) -> None:
    bucket.fill(2)
    got = bucket.take(2, per_second=2)
    bucket.dialled(got, after=0.5)
    bucket.wait(BACK_SECONDS - 0.5)

    assert bucket.take(1, per_second=2).count == 0
    bucket.wait(0.5)
    assert bucket.take(2, per_second=2).count == 2


def test_a_dial_told_twice_or_of_nothing_is_harmless(bucket: Bucket) -> None:
    bucket.fill(2)
    got = bucket.take(1, per_second=2)
    bucket.dialled(got)
    bucket.wait(0.5)
    for taken in (got, got, Taken(0, 0)):
        bucket.dialled(taken)
    bucket.wait(BACK_SECONDS - 0.5)

    assert bucket.take(2, per_second=2).count == 2


def test_carriers_have_limiters_of_their_own(bucket: Bucket) -> None:
    bucket.fill(1)
    bucket.take(1, per_second=1)

    other = bucket.rate.available(CarrierId(uuid4()), per_second=1, count=1)

    assert other.count == 0
    assert other.next_wait > 1


def test_a_rate_in_memory_that_is_away_is_unavailable_and_hears_nothing() -> None:
    rate = FakeRate(FakeClock(NOON))
    rate.away = True

    with pytest.raises(Unavailable):
        rate.available(CARRIER, per_second=1, count=1)
    with pytest.raises(Unavailable):
        rate.reserve(CARRIER, per_second=1, count=1)
    with pytest.raises(Unavailable):
        rate.take(CARRIER, per_second=1, reserved="r", first=0, count=1)
    rate.dialled(CARRIER, receipt="r 0 1")
