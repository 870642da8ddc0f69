"""Callees of the simulated switch are connected to agents by a voice server, judged by the switch's own log."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from tests.integration.test_voice import MESSAGE, Rig, on
from worker.domain.ids import AgentId, CallId
from worker.simulator.agent_log import agents_with_two_callees, callees_with_two_agents, left_in_silence, waits
from worker.simulator.log import Line, read_log
from worker.simulator.options import SimulatorOptions
from worker.usecases.voice.agents import Offer
from worker.voice.desk import DeskWork

CALLEE = "0981234000"
"""Answers, presses nothing, and listens to the end."""
SPEED = 10.0
IN_TIME = 2.2


@dataclass
class Office:
    """Agents with legs that are up; the voice server's threads reserve them."""

    free: list[Offer] = field(default_factory=list)
    busy: dict[CallId, Offer] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> DeskWork:
        return DeskWork(reserve=self._reserve, connected=lambda *_: None, failed=self._fail, release=self._release)

    def _reserve(self, call_id: CallId) -> Offer | None:
        with self.lock:
            if not self.free:
                return None
            self.busy[call_id] = self.free.pop(0)
            return self.busy[call_id]

    def _fail(self, call_id: CallId, _offer: Offer) -> None:
        with self.lock:
            self.failed.append(self.busy.pop(call_id).leg)

    def _release(self, call_id: CallId, _offer: Offer) -> None:
        self.end(call_id)

    def end(self, call_id: CallId) -> None:
        with self.lock:
            if (offer := self.busy.pop(call_id, None)) is not None:
                self.free.append(offer)


def rig(folder: Path, office: Office, **options: float | tuple[float, float]) -> Rig:
    given = SimulatorOptions(by_last_digit=True, speed=SPEED, **options)  # type: ignore[arg-type]  # mixed
    return Rig(folder, MESSAGE, agents=office.work(), options=given)


async def log_in(it: Rig, office: Office, count: int) -> None:
    """Call the agents' telephones, and wait until all have answered."""
    legs = [str(uuid4()) for _ in range(count)]
    for number, leg in enumerate(legs):
        variables = f"{{origination_uuid={leg},park_after_bridge=true}}"
        it.switch.originate(f"{variables}user/{1000 + number} &park()", job="", report=lambda _: None)
    await until(lambda: sum(line.event == "agent_up" for line in lines(it)) == count)
    office.free += [Offer(AgentId(uuid4()), leg) for leg in legs]


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(8):
        while not happened():  # noqa: ASYNC110 - the log is a file
            await asyncio.sleep(0.02)


def lines(it: Rig) -> list[Line]:
    return read_log(it.folder / "switch.jsonl")


async def call(it: Rig, office: Office) -> Line:
    end = await it.call(CALLEE)
    office.end(CallId(UUID(end.call)))
    return end


def test_nobody_is_left_in_silence_and_nobody_meets_two_although_agents_die(tmp_path: Path) -> None:
    office = Office()

    async def act(it: Rig) -> None:
        await log_in(it, office, 4)
        await asyncio.gather(*(call(it, office) for _ in range(16)))

    on(rig(tmp_path, office, agent_talk_seconds=(4.0, 12.0), agent_dies_share=0.1), act)

    told = read_log(tmp_path / "switch.jsonl")
    assert (callees_with_two_agents(told), agents_with_two_callees(told)) == (set(), set())
    assert left_in_silence(told, seconds=IN_TIME) == {}
    assert len(waits(told)) >= 4
    assert sum(line.event == "played" for line in told) >= 1  # there were more callees than agents
    assert len(waits(told)) + sum(line.event == "played" for line in told) == 16


def test_a_callee_whose_agents_leg_is_gone_gets_the_next_agent(tmp_path: Path) -> None:
    office = Office(free=[Offer(AgentId(uuid4()), "0192e3a0-0000-7000-8000-000000000000")])

    async def act(it: Rig) -> None:
        await log_in(it, office, 1)
        await call(it, office)

    on(rig(tmp_path, office), act)

    assert office.failed == ["0192e3a0-0000-7000-8000-000000000000"]
    assert len(waits(read_log(tmp_path / "switch.jsonl"))) == 1


def test_callee_and_agent_go_on_talking_when_the_voice_process_dies(tmp_path: Path) -> None:
    office = Office()

    async def act(it: Rig) -> None:
        await log_in(it, office, 1)
        calling = asyncio.create_task(call(it, office))
        await until(lambda: any(line.event == "bridged" for line in lines(it)))
        for connection in it.connections:
            connection.close()
        await calling

    on(rig(tmp_path, office, agent_talk_seconds=(8.0, 8.0)), act)

    bridged, unbridged = (
        next(line.at for line in read_log(tmp_path / "switch.jsonl") if line.event == event)
        for event in ("bridged", "unbridged")
    )
    assert unbridged - bridged >= 0.7
    (end,) = (line for line in read_log(tmp_path / "switch.jsonl") if line.event == "hangup")
    assert end.by == "callee"
