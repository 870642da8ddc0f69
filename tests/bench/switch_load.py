"""Can the simulated switch carry 1 000 calls at once and 300 new ones a second? ``python -m tests.bench.switch_load``.

One process is the switch, this one places calls through the adapter at a steady pace and reads the events. Every call
is answered and lasts so long that a thousand are up; what is late, missing or refused counts against the switch.
"""

import argparse
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import UUID

import pendulum
from rich.console import Console
from rich.table import Table

from tests.builders import shipped_outcome
from tests.fakes.clock import FakeClock
from tests.stack.switch import SwitchProcess
from worker.clock import SystemClock
from worker.domain.call import Answered, CallEvent, HungUp, Outcome, Ringing
from worker.domain.ids import CallId, CampaignId, LeadId
from worker.ports.dispatch.telephony import Origination
from worker.simulator.log import Line, peak
from worker.simulator.model import RING_BY_DIGIT, SETUP_BY_DIGIT
from worker.simulator.options import TALK_BY_DIGIT, SimulatorOptions
from worker.telephony.events import SwitchEvents
from worker.telephony.switch import Switches

NEW_CALLS_A_SECOND = 300
CALLS_AT_ONCE = 1000
REACTION_MS = 100.0
WORST_REACTION_MS = 250.0
CORES = 2.0
BATCH = 20
CALL_SECONDS = CALLS_AT_ONCE / NEW_CALLS_A_SECOND * 1.2
"""Long enough that 300 calls a second keep over a thousand up."""
SPEED = (SETUP_BY_DIGIT + RING_BY_DIGIT + TALK_BY_DIGIT) / CALL_SECONDS
MODEL_REACTION = SETUP_BY_DIGIT / SPEED


@dataclass
class Seen:
    """What the events said, and when they came."""

    placed: dict[CallId, float] = field(default_factory=dict)
    rang: dict[CallId, float] = field(default_factory=dict)
    answered: set[CallId] = field(default_factory=set)
    ended: dict[CallId, Outcome] = field(default_factory=dict)

    def take(self, events: Sequence[CallEvent]) -> None:
        now = time.monotonic()
        for event in events:
            match event:
                case Ringing(call_id):
                    self.rang[call_id] = now
                case Answered(call_id):
                    self.answered.add(call_id)
                case HungUp(call_id, end):
                    self.ended[call_id] = shipped_outcome(end)
                case _:
                    pass


def main() -> None:
    """Load the switch and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "switch.jsonl"
        options = SimulatorOptions(by_last_digit=True, speed=SPEED, max_sessions=5000, log_path=path)
        with SwitchProcess(options) as switch:
            seen, listing_ms = _load(switch, seconds=seconds)
        _print(switch.log(), seen=seen, listing_ms=listing_ms)


def _load(switch: SwitchProcess, *, seconds: float) -> tuple[Seen, float]:
    seen = Seen()
    stopped = threading.Event()
    source = SwitchEvents(switch.url, clock=FakeClock(pendulum.from_timestamp(0)))
    source.read()
    reader = threading.Thread(target=_read, args=(source, seen, stopped))
    reader.start()
    listing_ms = _place_steadily(switch, seen=seen, seconds=seconds)
    _wait_until(lambda: len(seen.ended) == len(seen.placed), seconds=2 * CALL_SECONDS + 5)
    stopped.set()
    reader.join()
    source.close()
    return seen, listing_ms


def _place_steadily(switch: SwitchProcess, *, seen: Seen, seconds: float) -> float:
    """Place calls batch by batch; give the worst time in milliseconds that listing those up took."""
    clock = SystemClock()
    switches = Switches([switch.url], clock=clock)
    numbers = count(1)
    started = time.monotonic()
    worst = 0.0
    batches = int(seconds * NEW_CALLS_A_SECOND / BATCH)
    for batch in range(batches):
        due = started + batch * BATCH / NEW_CALLS_A_SECOND
        threading.Event().wait(max(0.0, due - time.monotonic()))
        calls = [_call(next(numbers)) for _ in range(BATCH)]
        now = time.monotonic()
        seen.placed |= {call.call_id: now for call in calls}
        for call_id in switches.place(calls, switch=switch.url.name, until=clock.now().add(seconds=1)).undialled:
            del seen.placed[call_id]
        if batch % (batches // 3) == batches // 3 - 1:
            before = time.monotonic()
            switches.up(switch.url.name)
            worst = max(worst, (time.monotonic() - before) * 1000)
    switches.close()
    return worst


def _read(source: SwitchEvents, seen: Seen, stopped: threading.Event) -> None:
    while not stopped.is_set():
        seen.take(source.read())


def _print(log: Sequence[Line], *, seen: Seen, listing_ms: float) -> None:
    moments = [line.at for line in log if line.event == "originated"]
    elapsed = moments[-1] - moments[0]
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    over = sorted((at - seen.placed[call] - MODEL_REACTION) * 1000 for call, at in seen.rang.items())
    other = sum(outcome is not Outcome.ANSWERED for outcome in seen.ended.values())
    table = Table("what", "ours", "limit", "ratio", title=f"simulated switch, {len(moments)} calls")
    _row(table, "new calls a second", len(moments) / elapsed, NEW_CALLS_A_SECOND, at_least=True)
    _row(table, "calls at once", peak(log), CALLS_AT_ONCE, at_least=True)
    _row(table, "cores (all its CPU time, the start's too)", (usage.ru_utime + usage.ru_stime) / elapsed, CORES)
    _row(table, "placed to ringing heard, beyond the model's time: median ms", over[len(over) // 2], REACTION_MS)
    _row(
        table,
        "placed to ringing heard, beyond the model's time: p99 ms",
        over[len(over) * 99 // 100],
        WORST_REACTION_MS,
    )
    _row(table, "show channels as json: worst ms", listing_ms, 1000.0)
    _row(table, "calls without an end", len(seen.placed) - len(seen.ended), 0)
    _row(table, "calls that ended other than answered", other, 0)
    Console(width=120).print(table)


def _row(table: Table, what: str, ours: float, limit: float, *, at_least: bool = False) -> None:
    ratio = f"{ours / limit:.2f}" if limit else "-"
    well = ours >= limit * 0.99 if at_least else ours <= limit
    table.add_row(what, f"{ours:.2f}", f"{'>=' if at_least else '<='} {limit:g}", ratio + ("" if well else "  !"))


def _wait_until(condition: Callable[[], bool], *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        threading.Event().wait(0.05)


def _call(number: int) -> Origination:
    return Origination(
        call_id=CallId(UUID(int=number)),
        campaign_id=CampaignId(UUID(int=1)),
        lead_id=LeadId(UUID(int=number)),
        run_id=None,
        gateway="g1",
        destination=f"098{number % 1_000_000:06}0",
        caller_id="02873003586",
        timeout_seconds=60,
        longest_call_seconds=900,
    )


if __name__ == "__main__":
    main()
