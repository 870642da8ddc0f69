"""What `callbeat ready` asks of each kind of process."""

import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from tests.builders import NOON, a_switch, let_be_heard
from tests.fakes.clock import FakeClock
from tests.fakes.database import empty_database
from tests.fakes.telephony import SWITCH
from worker.cli.ready import NotReady, check_ready
from worker.domain.errors import Rejected, Unavailable
from worker.domain.leadership import BEAT, LeaderLease
from worker.store.transaction import SqlStore


@dataclass
class Parts:
    """A database in memory, and probes that find everything well."""

    dispatch_store: SqlStore
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    probes: Mapping[str, Callable[[], None]] = field(default_factory=dict)


@pytest.fixture
def parts() -> Iterator[Parts]:
    engine = empty_database()
    yield Parts(SqlStore(engine))
    engine.dispose()


def ask(parts: Parts, kind: str, *, answers: Callable[[str], bool] = lambda _: True) -> str:
    """Return why the process is not ready; empty when it is."""
    try:
        check_ready(kind, name="worker-1", parts=parts, answers=answers)
    except NotReady as error:
        return str(error)
    return ""


def test_a_worker_has_to_answer_by_its_name_on_this_machine(parts: Parts) -> None:
    node = f"worker-1@{socket.gethostname()}"
    asked: list[str] = []

    def answers(name: str) -> bool:
        asked.append(name)
        return len(asked) > 1

    said = [ask(parts, "worker", answers=answers) for _ in range(2)]

    assert said == [f"the worker {node} does not answer", ""]
    assert asked == [node, node]


def test_a_beat_has_to_lead(parts: Parts) -> None:
    before = ask(parts, "beat")
    with parts.dispatch_store.transaction() as tx:
        assert tx.leader_leases.acquire(LeaderLease(BEAT, UUID(int=1)), since=NOON, now=NOON)
    led = ask(parts, "beat")
    parts.clock.wait(60)

    assert (before, led, ask(parts, "beat")) == ("no beat leads", "", "no beat leads")


def test_a_listener_has_to_hear_a_switch_that_takes_calls(parts: Parts) -> None:
    before = ask(parts, "listener")
    with parts.dispatch_store.transaction() as tx:
        tx.switches.insert_missing([a_switch(SWITCH)])
    unheard = ask(parts, "listener")
    let_be_heard(parts.dispatch_store, SWITCH)

    assert (before, unheard) == ("no switch takes calls: no_switch",) * 2
    assert ask(parts, "listener") == ""


@pytest.mark.parametrize("kind", ["worker", "beat", "listener"])
def test_nothing_is_ready_while_a_part_is_away(parts: Parts, kind: str) -> None:
    def away() -> None:
        raise Unavailable("the broker takes no messages")

    parts.probes = {"broker": away}

    with pytest.raises(Unavailable, match="the broker takes no messages"):
        ask(parts, kind)


def test_another_kind_is_named(parts: Parts) -> None:
    with pytest.raises(Rejected, match="sweeper is no kind of process"):
        ask(parts, "sweeper")
