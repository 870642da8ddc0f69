"""How soon a run went on after a fault is measured only where the figure is honest."""

from dataclasses import replace

import pytest

from tests.faults.faults import Fault, Kind
from tests.faults.planted import CALLS, START, clean
from tests.faults.recovery import (
    Happened,
    Traces,
    Waited,
    dials_by_gateway,
    due_spans,
    resumption,
    take_over,
)

TRACES = Traces(
    dials={"one": [1.0, 12.0, 30.0], "two": [2.0, 13.5]},
    due={"one": [(0.0, 20.0)], "two": [(0.0, 20.0)]},
    settled=[5.0, 11.0],
    ticks=[5.0, 18.5],
)
KILLED = Happened(Fault(Kind.KILLED, "worker-1"), 10.0, 10.0)


def test_dialling_has_gone_on_when_the_last_carrier_with_something_due_dials() -> None:
    assert resumption(KILLED, among=[KILLED], traces=TRACES) == Waited(3.5)


def test_a_carrier_without_a_lead_due_is_not_waited_for() -> None:
    traces = replace(TRACES, due={"one": [(0.0, 20.0)], "two": [(0.0, 9.0)]})

    assert resumption(KILLED, among=[KILLED], traces=traces) == Waited(2.0)


def test_nothing_is_measured_when_nothing_was_due() -> None:
    traces = replace(TRACES, due={"one": [(0.0, 9.0), (11.0, 20.0)]})

    assert resumption(KILLED, among=[KILLED], traces=traces) is None


def test_nothing_is_measured_while_something_else_stops_dialling() -> None:
    away = Happened(Fault(Kind.AWAY, "redis", 30.0), 5.0, 35.0)

    assert resumption(KILLED, among=[away, KILLED], traces=TRACES) is None


def test_what_does_not_stop_dialling_may_go_on_meanwhile() -> None:
    down = Happened(Fault(Kind.DOWN, "receiver", 30.0), 5.0, 35.0)

    assert resumption(KILLED, among=[down, KILLED], traces=TRACES) == Waited(3.5)


def test_the_next_fault_cuts_a_measure_short() -> None:
    following = Happened(Fault(Kind.KILLED, "worker-2"), 12.5, 12.5)

    assert resumption(KILLED, among=[KILLED, following], traces=TRACES) == Waited(2.5, is_cut_short=True)


def test_a_run_that_never_dials_again_has_waited_for_ever() -> None:
    traces = replace(TRACES, dials={"one": [1.0], "two": [2.0, 13.5]})

    assert resumption(KILLED, among=[KILLED], traces=traces) == Waited(float("inf"))


@pytest.mark.parametrize(("target", "seconds"), [("listener", 1.0), ("listener-2", 1.0), ("beat", 8.5)])
def test_a_take_over_is_measured_by_what_the_hit_process_does(target: str, seconds: float) -> None:
    frozen = Happened(Fault(Kind.FROZEN, target, 28.0), 10.0, 38.0)

    assert take_over(frozen, among=[frozen], traces=TRACES) == Waited(seconds)


def test_other_processes_have_nobody_to_take_over() -> None:
    assert take_over(KILLED, among=[KILLED], traces=TRACES) is None


def test_a_lead_is_due_from_its_making_to_its_first_call() -> None:
    evidence = clean()

    spans = due_spans(evidence, steady=["A"])

    assert spans == {"gateway-one": [(0, evidence.rows.calls[f"{lead}-1"].queued_at) for lead in ("a1", "a2", "a3")]}


def test_dials_are_told_by_gateway() -> None:
    assert dials_by_gateway(clean())["gateway-two"] == [START + CALLS["b1-1"]]
