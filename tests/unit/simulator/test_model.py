from collections import Counter
from typing import Any

import pytest

from tests.builders import shipped_outcome
from worker.domain.call import Outcome
from worker.domain.hangup import Hangup
from worker.simulator.model import BY_LAST_DIGIT, FarEnd, Model
from worker.simulator.options import SimulatorOptions

NUMBERS = ["990912345678", "0" * 12, "15"]
"""One behind a carrier's prefix, and two that no number plan knows."""


@pytest.mark.parametrize(
    ("digit", "outcome"),
    [
        ("0", Outcome.ANSWERED),
        ("1", Outcome.BUSY),
        ("2", Outcome.NO_ANSWERED),
        ("3", Outcome.NOT_AVAILABLE),
        ("4", Outcome.INVALID_NUMBER),
        ("5", Outcome.CONGESTION),
        ("55", Outcome.FAILED),
        ("6", Outcome.BUSY),
        ("7", Outcome.CONGESTION),
        ("8", Outcome.PHONE_BLOCK),
        ("9", Outcome.VOICEMAIL),
    ],
)
def test_the_last_digit_decides(digit: str, outcome: Outcome) -> None:
    manner = BY_LAST_DIGIT[digit].value

    hangup = Hangup(
        cause=manner.cause, answered=manner.answers, by_machine=manner.machine, sip_status=manner.sip_status
    )

    assert shipped_outcome(hangup) is outcome


def test_the_same_seed_gives_the_same_fates() -> None:
    numbers = [f"09812345{number:02}" for number in range(50)]
    first, second = Model(SimulatorOptions(seed=7)), Model(SimulatorOptions(seed=7))

    assert [first.fate_of(number) for number in numbers] == [second.fate_of(number) for number in numbers]


def test_every_far_end_that_replies_is_met_by_chance() -> None:
    model = Model(SimulatorOptions())

    met = Counter(model.fate_of(number).far_end for _ in range(1000) for number in NUMBERS)

    assert set(met) == {far_end for far_end in FarEnd if far_end.value.replies}
    assert met[FarEnd.ANSWERED] > met[FarEnd.NO_ANSWER] > met[FarEnd.CONGESTION]


def test_a_share_of_the_talks_is_long() -> None:
    model = Model(SimulatorOptions(long_talk_share=0.1, long_talk_seconds=(100.0, 200.0)))
    talks = [fate.talk for fate in map(model.fate_of, 1000 * NUMBERS) if fate.far_end is FarEnd.ANSWERED]

    assert 0.05 < sum(talk >= 100 for talk in talks) / len(talks) < 0.15
    assert all(4 <= talk <= 45 or 100 <= talk <= 200 for talk in talks)


def test_a_ring_timeout_is_rounded_in_the_callees_disfavour() -> None:
    model = Model(SimulatorOptions())

    limits = [model.ring_limit(4.0) for _ in range(100)]

    assert 3.0 <= min(limits) <= max(limits) <= 3.9


@pytest.mark.parametrize("changed", [{"speed": 0.0}, {"max_sessions": -1}, {"heartbeat_seconds": 0.0}])
def test_what_cannot_be_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        SimulatorOptions(**changed)
