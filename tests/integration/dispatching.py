"""The dispatcher in threads of the test: real listeners, switch adapter and store, and a worker without a broker."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

from pendulum import Duration
from uuid_utils.compat import uuid7

from tests.builders import CARRIER, fill_store, stored_settings
from tests.fakes.coordination import FakeRate
from tests.fakes.jobs import FakeJobQueue
from tests.stack.switch import SwitchProcess
from tests.stack.waiting import wait_until
from worker.cli.listening import Listeners
from worker.clock import SystemClock
from worker.domain.ids import CallId
from worker.domain.switch_address import SwitchUrl
from worker.simulator.log import Line
from worker.simulator.options import SimulatorOptions
from worker.stopping import Stop
from worker.store.transaction import SqlStore
from worker.telephony.connection import open_connection
from worker.telephony.events import SwitchEvents
from worker.telephony.switch import Switches
from worker.usecases.dispatch.dial_paced import Dialler
from worker.usecases.dispatch.place_calls import place_calls
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.dispatch.sweep import sweep
from worker.wiring import Services

STEP_SECONDS: Final = 0.05
SWEEP_SECONDS: Final = 1.0
BATCH: Final = 20


@dataclass
class Dispatcher:
    """A worker and a listener process in threads, as their processes would work; only the broker is missing."""

    store: SqlStore
    first: Sequence[SwitchUrl]
    clock: SystemClock = field(default_factory=SystemClock)
    queue: FakeJobQueue = field(default_factory=FakeJobQueue)
    stop: Stop = field(default_factory=lambda: Stop(drain=Duration()))
    errors: list[BaseException] = field(default_factory=list)

    def listen(self) -> None:
        """Run the listeners until the stop."""

        @dataclass
        class Parts:
            store: Any
            queue: Any
            clock: Any
            new_id: Any

        parts = cast("Services", Parts(self.store, self.queue, self.clock, uuid7))  # a listener uses no others
        make_source = partial(SwitchEvents, clock=self.clock)
        self._guarded(Listeners(parts, first=self.first, make_source=make_source, stop=self.stop).run)

    def work(self) -> None:
        """Plan, place and sweep until the stop."""
        self._guarded(self._work)

    def _work(self) -> None:
        telephony, swept_at = Switches(clock=self.clock), 0.0
        dialler = Dialler(
            telephony=telephony,
            rate=FakeRate(self.clock),
            clock=self.clock,
            wait=self.clock.wait,
            beside=lambda work: work(),
            longest_call_seconds=900,
        )
        parts: dict[str, Any] = {"queue": self.queue, "telephony": telephony}
        while not self.stop.is_requested:
            self.stop.wait(STEP_SECONDS)
            plan_carrier(self.store, queue=self.queue, carrier_id=CARRIER, now=self.clock.now(), new_id=uuid7)
            for call_ids in self._messages():
                place_calls(self.store, queue=self.queue, dialler=dialler, call_ids=call_ids)
            if time.monotonic() - swept_at > SWEEP_SECONDS:
                sweep(self.store, **parts, now=self.clock.now(), new_id=uuid7)
                swept_at = time.monotonic()
        telephony.close()

    def _messages(self) -> Iterator[list[CallId]]:
        while waiting := self.queue.calls[:BATCH]:
            del self.queue.calls[: len(waiting)]
            yield waiting

    def _guarded(self, run: Any) -> None:
        try:
            run()
        except BaseException as error:
            self.errors.append(error)
            raise


@contextmanager
def dispatching(store: SqlStore, *first: SwitchProcess, concurrent_call: int) -> Iterator[Dispatcher]:
    """Dispatch one campaign over these switches while the block runs."""
    fill_store(store, stored_settings(concurrent_call=concurrent_call, recall_times=0))
    dispatcher = Dispatcher(store, [switch.url for switch in first])
    threads = [threading.Thread(target=run) for run in (dispatcher.listen, dispatcher.work)]
    for thread in threads:
        thread.start()
    try:
        yield dispatcher
    finally:
        dispatcher.stop.request()
        for thread in threads:
            thread.join(30)
    assert not dispatcher.errors


def a_switch_process(folder: Path, name: str, **options: Any) -> SwitchProcess:
    """Start a simulated switch whose calls last two seconds."""
    return SwitchProcess(
        SimulatorOptions(log_path=folder / f"{name}.jsonl", by_last_digit=True, spread=0.2, speed=2.0, **options)
    )


def tell(switch: SwitchProcess, command: str) -> str:
    """Run an ``api`` command on a switch."""
    connection = open_connection(switch.url)
    try:
        return connection.command(f"api {command}").text
    finally:
        connection.close()


def dials(switch: SwitchProcess, *, since: float = 0) -> list[Line]:
    """Return what the switch was told to dial since then."""
    return [line for line in switch.log() if line.event == "originated" and line.at >= since]


def wait_for_dials(switch: SwitchProcess, *, count: int, since: float = 0, seconds: float = 60) -> None:
    """Wait until the switch was told to dial so often."""
    wait_until(lambda: len(dials(switch, since=since)) >= count, seconds=seconds)


def most_up(switch: SwitchProcess, *, since: float) -> int:
    """Return the most calls that the switch had at one time since then."""
    up: set[str] = set()
    most = 0
    for line in switch.log():
        if line.event == "originated":
            up.add(line.call)
        elif line.event == "hangup":
            up.discard(line.call)
        if line.at >= since:
            most = max(most, len(up))
    return most


def longest_pause(switch: SwitchProcess, *, since: float, until: float) -> float:
    """Return the longest time without a dial in this period."""
    moments = [since, *(line.at for line in dials(switch, since=since) if line.at < until), until]
    return max(later - earlier for earlier, later in pairwise(moments))


def dialled_twice(*switches: SwitchProcess) -> set[str]:
    """Return the numbers that were dialled more than once, on whatever switch."""
    numbers = [line.number for switch in switches for line in dials(switch)]
    return {number for number in numbers if numbers.count(number) > 1}
