"""A standstill counts only when a switch or a trunk can be its reason, and no other fault."""

from pathlib import Path

import orjson
import pytest

from tests.faults.evidence import Span
from tests.faults.faults import CDRS, EVERYTHING, LISTENERS, Fault, Kind
from tests.faults.hindrances import RECOVERS_WITHIN, SWITCH_STARTS_WITHIN, callbacks_hindered, hindered, unwell
from tests.faults.outages import outages, until_ready
from tests.faults.recovery import Happened

STARTS = {name: [0.0] for name in ("worker-1", "worker-2", "listener", "listener-2", "beat", "beat-2")}


def happened(kind: Kind, target: str, *, began: float = 10, ended: float = 15) -> Happened:
    return Happened(Fault(kind, target), began, ended)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (Kind.AWAY, "postgres"),
        (Kind.FLUSHED, "redis"),
        (Kind.STALLED, "events"),
        (Kind.KILLED, "listener-2"),
        (Kind.FROZEN, "beat"),
        (Kind.CDRS_FIRST, LISTENERS),
        (Kind.RESTARTED, EVERYTHING),
    ],
)
def test_what_everybody_waits_for_hinders_until_it_is_got_over(kind: Kind, target: str) -> None:
    assert hindered([happened(kind, target)], outages=[]) == (Span(10, 15 + RECOVERS_WITHIN),)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (Kind.KILLED, "worker-1"),
        (Kind.KILLED, "api"),
        (Kind.KILLED, "switch"),
        (Kind.SWITCH_PAUSED, "switch-2"),
        (Kind.TRUNK_DEAD, "gateway-first"),
        (Kind.CDRS_AWAY, CDRS),
        (Kind.CLOCK_AHEAD, "beat"),
    ],
)
def test_what_another_can_do_hinders_nobody(kind: Kind, target: str) -> None:
    assert hindered([happened(kind, target)], outages=[]) == ()


@pytest.mark.parametrize(
    ("kind", "target", "span"),
    [
        (Kind.AWAY, "postgres", Span(8, 21)),
        (Kind.FAILING, "receiver", Span(8, 21)),
        (Kind.FROZEN, "listener", Span(8, 16)),
        (Kind.RESTARTED, EVERYTHING, Span(8, 21)),
    ],
)
def test_callbacks_may_be_late_while_what_carries_them_is_hit(kind: Kind, target: str, span: Span) -> None:
    assert callbacks_hindered([happened(kind, target)], down=[]) == (span,)


@pytest.mark.parametrize("target", ["switch", "gateway-first", "api", "events"])
def test_other_faults_do_not_delay_callbacks(target: str) -> None:
    assert callbacks_hindered([happened(Kind.KILLED, target)], down=[]) == ()


def test_a_worker_for_callbacks_that_is_down_hinders_them_until_it_is_ready() -> None:
    assert callbacks_hindered([], down=[Span(10, 19)]) == (Span(8, 25),)


def test_a_switch_is_unwell_until_it_has_started_and_a_trunk_until_it_is_tried_again() -> None:
    faults = [happened(Kind.SWITCH_GONE, "switch-2"), happened(Kind.TRUNK_SILENT, "gateway-first")]

    assert unwell(faults) == {
        "switch-2": (Span(10, 15 + SWITCH_STARTS_WITHIN),),
        "gateway-first": (Span(10, 25 + RECOVERS_WITHIN),),
    }


def written(home: Path, part: str, *lines: dict[str, str]) -> None:
    """Let a part have written these lines, and the rest nothing yet."""
    for name in STARTS:
        (home / f"{name}.log").touch()
    (home / f"{part}.log").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines) + b"no JSON\n")


def test_two_workers_that_are_down_at_once_hinder_until_one_is_ready(tmp_path: Path) -> None:
    ready = {"time": "1970-01-01T00:00:22+00:00", "message": "worker-1@vm ready."}
    early = {"time": "1970-01-01T00:00:10.5+00:00", "message": "connected", "action": "broker_away"}
    written(tmp_path, "worker-1", early, ready)
    faults = [
        happened(Kind.KILLED, "worker-1", began=10, ended=10),
        happened(Kind.FROZEN, "worker-2", began=12, ended=30),
    ]

    both = outages(faults, starts=STARTS | {"worker-1": [0.0, 11.0]}, home=tmp_path)

    assert both == [Span(12, 22)]
    assert hindered([], outages=both) == (Span(12, 22 + RECOVERS_WITHIN),)
    assert outages(faults[:1], starts=STARTS, home=tmp_path) == []


def test_a_listener_that_leads_on_while_it_stops_is_not_taken_for_ready(tmp_path: Path) -> None:
    draining = {"time": "1970-01-01T00:00:12+00:00", "message": "leader changed", "action": "post_taken"}
    written(tmp_path, "listener", draining, draining | {"time": "1970-01-01T00:00:19+00:00"})
    faults = [
        happened(Kind.TERMINATED, "listener", began=10, ended=10),
        happened(Kind.FROZEN, "listener-2", began=10, ended=40),
    ]

    assert outages(faults, starts=STARTS | {"listener": [0.0, 17.0]}, home=tmp_path) == [Span(10, 19)]


def test_a_planned_restart_lasts_until_one_of_each_pair_is_ready(tmp_path: Path) -> None:
    words = {"worker": ("worker-1@vm ready.", ""), "listener": ("", "listening"), "beat": ("", "post_taken")}
    for name in STARTS:
        message, action = words[name.partition("-")[0]]
        at = 20 if name.endswith("-2") else 18 + len(action)
        line = {"time": f"1970-01-01T00:00:{at}+00:00", "message": message, "action": action}
        (tmp_path / f"{name}.log").write_bytes(orjson.dumps(line) + b"\n")
    starts = {name: [0.0, 15.0] for name in STARTS}
    killed = happened(Kind.KILLED, "worker-1")

    assert until_ready(happened(Kind.RESTARTED, EVERYTHING), starts=starts, home=tmp_path).ended_at == 20
    assert until_ready(killed, starts=starts, home=tmp_path) == killed
