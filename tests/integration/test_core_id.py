"""A switch that restarts has another core id, known as soon as the listener is connected again."""

import pytest

from tests.integration.switch_calls import CLOCK, read_until
from tests.stack.switch import SwitchProcess
from worker.simulator.options import SimulatorOptions
from worker.telephony.events import SwitchEvents, core_id_in

ANSWER = "0a3fa38a-8878-4856-83d3-4c172253b73e"


def test_a_restarted_switch_has_another_core_id() -> None:
    with SwitchProcess(SimulatorOptions(by_last_digit=True, heartbeat_seconds=0.1)) as switch:
        source = SwitchEvents(switch.url, clock=CLOCK, chance=lambda: 0.0)
        source.read()
        before = source.core_id

        switch.kill()
        switch.restart()
        read_until(source, lambda _: source.core_id != before)
        after = source.core_id
        source.close()

    assert core_id_in(before) == before != ""
    assert core_id_in(after) == after != ""
    assert before != after


def test_a_heartbeat_that_was_kept_from_before_the_restart_tells_no_core_id() -> None:
    with SwitchProcess(SimulatorOptions(by_last_digit=True, heartbeat_seconds=0.1)) as switch:
        source = SwitchEvents(switch.url, clock=CLOCK, chance=lambda: 0.0)
        source.read()
        before = source.core_id
        for _ in range(4):
            source.stand_by(None)

        switch.kill()
        source.stand_by(None)
        switch.restart()
        read_until(source, lambda _: source.listening_since is not None)
        asked = source.core_id
        read = set()
        for _ in range(3):
            source.read()
            read.add(source.core_id)
        source.close()

    assert (read, before != asked) == ({asked}, True)


def test_a_heartbeat_tells_the_core_id_that_could_not_be_asked_for() -> None:
    with SwitchProcess(SimulatorOptions(by_last_digit=True, heartbeat_seconds=0.1)) as switch:
        source = SwitchEvents(switch.url, clock=CLOCK, chance=lambda: 0.0)
        source.read()
        asked, source._core_id = source.core_id, ""

        read_until(source, lambda _: source.core_id != "")
        source.close()

    assert source.core_id == asked


@pytest.mark.parametrize(("said", "core_id"), [(ANSWER, ANSWER), (f"{ANSWER}\n", ANSWER), ("-ERR no reply\n", "")])
def test_only_an_id_is_taken_for_one(said: str, core_id: str) -> None:
    assert core_id_in(said) == core_id
