"""What the simulated switch takes and refuses, as a FreeSWITCH does."""

import pytest

from worker.simulator.admission import Admission


@pytest.fixture
def admission() -> Admission:
    return Admission(max_sessions=3, sessions_per_second=100)


def tried(admission: Admission, *, calls: int = 1, sessions: int = 0, second: int = 1) -> list[str]:
    return [admission.why_not(sessions=sessions, second=second) for _ in range(calls)]


@pytest.mark.parametrize(("command", "is_ready"), [("pause", False), ("pause outbound", True)])
def test_a_paused_switch_refuses_until_it_is_resumed(admission: Admission, command: str, *, is_ready: bool) -> None:
    answer = admission.run(command)
    paused = (tried(admission), admission.is_ready, admission.run("pause_check outbound"))
    admission.run(command.replace("pause", "resume"))

    assert (answer, paused) == ("+OK\n", (["paused"], is_ready, "true"))
    assert (tried(admission), admission.is_ready, admission.run("pause_check outbound")) == ([""], True, "false")


def test_a_pause_of_inbound_calls_refuses_none_of_ours(admission: Admission) -> None:
    admission.run("pause inbound")

    assert tried(admission) == [""]
    assert (admission.run("pause_check inbound"), admission.run("pause_check")) == ("true", "false")


def test_one_fewer_than_its_sessions_per_second_begin_in_a_second(admission: Admission) -> None:
    answer = admission.run("sps 2")

    assert answer == "+OK sessions per second: 2\n"
    assert tried(admission, calls=5) == ["", *4 * ["per_second"]], "as recorded"
    assert tried(admission, second=2) == [""]


def test_a_full_switch_refuses(admission: Admission) -> None:
    assert tried(admission, sessions=2) == [""]
    assert tried(admission, sessions=3) == ["full"]
    assert admission.run("max_sessions 4") == admission.run("max_sessions") == "+OK max sessions: 4\n"
    assert tried(admission, sessions=3) == [""]


def test_a_switch_that_shuts_down_takes_nothing_more(admission: Admission) -> None:
    admission.is_shutting_down = True

    assert (tried(admission), admission.is_ready) == (["shutdown"], False)


def test_an_unknown_command_is_refused(admission: Admission) -> None:
    assert admission.run("nosuch") == "-ERR Invalid command\n"
