"""``sched_hangup`` as the recorded originates had it."""

import pytest

from worker.simulator.sched_hangup import ScheduledHangup


@pytest.mark.parametrize(
    ("value", "scheduled"),
    [
        ("sched_hangup +4 ALLOTTED_TIMEOUT", ScheduledHangup(4, "ALLOTTED_TIMEOUT")),
        ("sched_hangup::+4 NORMAL_CLEARING", ScheduledHangup(4, "NORMAL_CLEARING")),
        ("sched_hangup +4 allotted_timeout", ScheduledHangup(4, "ALLOTTED_TIMEOUT")),
        ("playback x.wav", None),
        ("", None),
    ],
)
def test_what_an_originate_schedules(value: str, scheduled: ScheduledHangup | None) -> None:
    expected = [] if scheduled is None else [scheduled]
    assert ScheduledHangup.on_answer({"execute_on_answer": value}) == expected
    assert ScheduledHangup.on_answer({"execute_on_answer_2": value, "other": value}) == expected


def test_what_a_command_schedules() -> None:
    assert ScheduledHangup.of_command("+3 some-call USER_BUSY") == ScheduledHangup(3, "USER_BUSY", "some-call")
    assert ScheduledHangup.of_command("+3") is None
