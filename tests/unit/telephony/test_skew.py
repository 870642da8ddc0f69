"""How far a switch's clock is ahead: by the promptest of its recent events."""

from hypothesis import given
from hypothesis import strategies as st
from pendulum import Duration

from worker.telephony.skew import WINDOW_SECONDS, SkewMeter

EPOCH = 1_800_000_000.0
DELAYS = st.lists(st.floats(0, 30), min_size=1, max_size=20)


def note(meter: SkewMeter, *, ahead: float, late: float, at: float) -> None:
    meter.note(stated=EPOCH + at + ahead, received=EPOCH + at + late, at=at)


def test_nothing_is_known_before_an_event() -> None:
    assert SkewMeter().skew is None


@given(ahead=st.floats(-10_000, 10_000), delays=DELAYS)
def test_the_least_delay_measures_the_clock(ahead: float, delays: list[float]) -> None:
    meter = SkewMeter()

    for second, late in enumerate(delays):
        note(meter, ahead=ahead, late=late, at=float(second))

    assert meter.skew is not None
    assert abs(meter.skew.total_seconds() - (ahead - min(delays))) < 0.001


def test_a_prompt_event_counts_until_the_window_after_it_is_over() -> None:
    meter = SkewMeter()
    note(meter, ahead=0, late=0.0, at=0)

    measured = []
    for at in (WINDOW_SECONDS, 2 * WINDOW_SECONDS - 1, 2 * WINDOW_SECONDS):
        note(meter, ahead=0, late=5.0, at=at)
        measured.append(meter.skew)

    assert measured == [Duration(), Duration(), Duration(seconds=-5)]


def test_a_clock_that_is_set_is_noticed_at_once_ahead_and_after_two_windows_behind() -> None:
    meter = SkewMeter()
    note(meter, ahead=0, late=0, at=0)
    note(meter, ahead=2400, late=0, at=1)
    ahead = meter.skew

    for window in range(1, 4):
        note(meter, ahead=-2400, late=0, at=1 + window * WINDOW_SECONDS)

    assert (ahead, meter.skew) == (Duration(seconds=2400), Duration(seconds=-2400))


def test_what_was_measured_long_ago_is_forgotten_after_a_silence() -> None:
    meter = SkewMeter()
    note(meter, ahead=2400, late=0, at=0)

    note(meter, ahead=0, late=1, at=3 * WINDOW_SECONDS)

    assert meter.skew == Duration(seconds=-1)
