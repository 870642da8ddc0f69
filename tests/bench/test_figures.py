"""What the benchmarks read out of a switch's log, by logs of which everybody can tell it."""

import pytest

from tests.bench.dialling import Seen
from tests.bench.figures import Figure, quantile
from worker.simulator.log import Line


def log(*events: tuple[float, str, str]) -> list[Line]:
    return [Line(event=event, at=at, call=call) for at, event, call in events]


ONE_CHANNEL = log(
    (0.0, "originated", "a"),
    (1.0, "hangup", "a"),
    (1.2, "originated", "b"),
    (2.2, "hangup", "b"),
    (2.3, "originated", "c"),
    (4.0, "hangup", "c"),
)


def test_a_channel_is_filled_again_by_the_originate_after_its_end() -> None:
    seen = Seen(ONE_CHANNEL, since=0.0, until=4.0, channels=1)

    assert seen.refills == pytest.approx([0.2, 0.1])


def test_with_several_channels_the_n_th_end_makes_room_for_the_n_th_originate_after_them() -> None:
    lines = log(
        (0.0, "originated", "a"),
        (0.0, "originated", "b"),
        (1.0, "hangup", "b"),
        (1.1, "hangup", "a"),
        (1.3, "originated", "c"),
        (1.3, "originated", "d"),
    )

    assert Seen(lines, since=0.0, until=2.0, channels=2).refills == pytest.approx([0.3, 0.2])


def test_only_what_ended_within_the_time_that_counts_is_measured() -> None:
    assert Seen(ONE_CHANNEL, since=2.0, until=3.0, channels=1).refills == pytest.approx([0.1])


def test_usage_is_the_share_of_all_channels_time_with_a_call_in_it() -> None:
    assert Seen(ONE_CHANNEL, since=0.0, until=4.0, channels=1).usage == pytest.approx((1.0 + 1.0 + 1.7) / 4)
    assert Seen(ONE_CHANNEL, since=0.5, until=1.1, channels=2).usage == pytest.approx(0.5 / 1.2)


def test_calls_a_second_are_those_that_began_within_the_time_that_counts() -> None:
    assert Seen(ONE_CHANNEL, since=1.0, until=3.0, channels=1).calls_a_second == 1.0


def test_the_pace_of_bursts_does_not_hang_on_where_the_time_that_counts_is_cut() -> None:
    bursts = log(*((1.1 * burst, "originated", f"{burst}-{call}") for burst in range(40) for call in range(10)))

    paces = [Seen(bursts, since=since, until=since + 20.0, channels=10).pace for since in (1.0, 1.5, 2.0)]

    assert paces == pytest.approx([10 / 1.1] * 3, rel=0.01)


@pytest.mark.parametrize(("share", "value"), [(0.0, 1.0), (0.5, 3.0), (0.99, 4.0), (1.0, 4.0)])
def test_a_quantile_is_one_of_the_values(share: float, value: float) -> None:
    assert quantile([4.0, 1.0, 3.0, 2.0], share) == value


def test_ratios_are_taken_run_by_run() -> None:
    assert Figure(bench="b", what="w", ours=[10, 30], limit=[20, 40]).ratios == [0.5, 0.75]
    assert Figure(bench="b", what="w", ours=[10, 30]).ratios == []
