"""Is a process of one kind ready: for health checks of Compose and Kubernetes, which ask by a command."""

import socket
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from worker.domain.errors import Rejected, Unavailable
from worker.domain.leadership import BEAT
from worker.domain.switch_choice import why_no_switch
from worker.jobs.app import app
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.store import DispatchStore
from worker.telephony.outbound import CONNECT
from worker.usecases.dispatch.switch_facts import known_switches

ANSWER_SECONDS: Final = 5.0
VOICE_PORT: Final = 8084


class NotReady(Unavailable):
    """The process is not ready; the message says why."""


class ReadyParts(Protocol):
    """What is asked."""

    @property
    def probes(self) -> Mapping[str, Callable[[], None]]: ...
    @property
    def dispatch_store(self) -> DispatchStore: ...
    @property
    def clock(self) -> Clock: ...


def check_ready(kind: str, *, name: str, parts: ReadyParts, answers: Callable[[str], bool]) -> None:
    """Raise unless the parts that this kind of process needs are there, and it does its work.

    A worker on this machine has to answer a message. A beat has to lead, and a listener has to hear a switch that takes
    calls, here or elsewhere: a standby does nothing that could be asked for. A voice process has to greet a switch.
    ``answers`` asks a worker by its name.
    """
    for probe in parts.probes.values():
        probe()
    match kind:
        case "worker":
            node = f"{name}@{socket.gethostname()}"
            if not answers(node):
                raise NotReady(f"the worker {node} does not answer")
        case "beat":
            with parts.dispatch_store.reading() as tx:
                if not tx.leader_leases.is_led(BEAT, now=parts.clock.now()):
                    raise NotReady("no beat leads")
        case "listener":
            _check_listener(parts)
        case "voice":
            check_voice(name)
        case _:
            raise Rejected(f"{kind} is no kind of process: expected worker, beat, listener or voice")


def _check_listener(parts: ReadyParts) -> None:
    with parts.dispatch_store.reading() as tx:
        reasons = why_no_switch(known_switches(tx, now=parts.clock.now()))
    if reasons:
        raise NotReady("no switch takes calls: " + ", ".join(sorted({why.reason.value for why in reasons})))


def answers(node: str) -> bool:
    """Return True when a worker answers a message in time."""
    return bool(app.control.ping(destination=[node], timeout=ANSWER_SECONDS, limit=1))


def check_voice(address: str) -> None:
    """Connect as a switch does; ``address`` is ``HOST:PORT``, else the usual port of this machine."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host or "127.0.0.1", int(port) if host else VOICE_PORT), 1.0) as connection:
            greeting = connection.recv(len(CONNECT))
    except OSError as error:
        raise NotReady(f"the voice process does not answer: {error}") from error
    if greeting != CONNECT:
        raise NotReady("the voice process does not greet switches")
