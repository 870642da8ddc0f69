"""The token bucket of requests: no more than the burst at once, no more than the rate in the long run."""

from hypothesis import given
from hypothesis import strategies as st

from worker.domain.caps import Cap
from worker.domain.request_rate import EMPTY, RequestRate, TooManyNow, ask

RATES = st.builds(RequestRate, st.integers(1, 50), burst=st.integers(1, 50))
GAPS = st.lists(st.floats(0, 2), max_size=200)


@given(RATES, GAPS)
def test_never_more_pass_than_the_burst_and_what_drained_since(rate: RequestRate, gaps: list[float]) -> None:
    bucket, now, passed = EMPTY, 0.0, 0
    for gap in gaps:
        now += gap
        bucket, asked = ask(bucket, rate, at_seconds=now)
        passed += asked.wait_seconds == 0

    assert passed <= rate.burst + now * rate.per_second + 1e-6


@given(RATES, GAPS)
def test_who_waits_as_long_as_told_passes(rate: RequestRate, gaps: list[float]) -> None:
    bucket, now = EMPTY, 0.0
    for gap in gaps:
        now += gap
        bucket, asked = ask(bucket, rate, at_seconds=now)
        if asked.wait_seconds:
            _, again = ask(bucket, rate, at_seconds=now + asked.wait_seconds + 1e-6)
            assert again.wait_seconds == 0


def test_a_clock_that_goes_back_empties_nothing() -> None:
    rate = RequestRate(1, burst=1)
    bucket, _ = ask(EMPTY, rate, at_seconds=100.0)

    assert ask(bucket, rate, at_seconds=50.0)[1].wait_seconds == 1


def test_waits_are_whole_seconds_within_a_minute() -> None:
    waits = [TooManyNow(Cap.BURST, value=1, used=1, wait_seconds=seconds) for seconds in (0.01, 1.2, 1e9)]

    assert [one.retry_after_seconds for one in waits] == [1, 2, 60]
