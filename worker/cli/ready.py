"""Is a process of one kind ready: for health checks of Compose and Kubernetes, which ask by a command."""

import socket
from typing import Final

from worker.domain.errors import Rejected, Unavailable
from worker.domain.leadership import BEAT
from worker.domain.switch_choice import why_no_switch
from worker.jobs.app import app
from worker.usecases.dispatch.switch_facts import known_switches
from worker.wiring import services

ANSWER_SECONDS: Final = 5.0


class NotReady(Unavailable):
    """The process is not ready; the message says why."""


def check_ready(kind: str, *, name: str) -> None:
    """Raise unless the parts that this kind of process needs are there, and it does its work.

    A worker on this machine has to answer a message. A beat has to lead, and a listener has to hear a switch that takes
    calls, here or elsewhere: a standby does nothing that could be asked for.
    """
    parts = services()
    for probe in parts.probes.values():
        probe()
    match kind:
        case "worker":
            _check_worker(name)
        case "beat":
            with parts.store.reading() as tx:
                if not tx.leader_leases.is_led(BEAT, now=parts.clock.now()):
                    raise NotReady("no beat leads")
        case "listener":
            with parts.store.reading() as tx:
                reasons = why_no_switch(known_switches(tx, now=parts.clock.now()))
            if reasons:
                raise NotReady("no switch takes calls: " + ", ".join(sorted({why.reason.value for why in reasons})))
        case _:
            raise Rejected(f"{kind} is no kind of process: expected worker, beat or listener")


def _check_worker(name: str) -> None:
    node = f"{name}@{socket.gethostname()}"
    if not app.control.ping(destination=[node], timeout=ANSWER_SECONDS, limit=1):
        raise NotReady(f"the worker {node} does not answer")
