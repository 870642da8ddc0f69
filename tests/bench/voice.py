"""How soon a callee hears something, how many are spoken with at once, how fast text is rendered, what it costs."""

import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID

import psutil
from sqlalchemy import Engine, text

from tests.bench.dialling import dial
from tests.bench.figures import Figure, quantile
from tests.bench.whole import SENTENCE, Shape, add_many_leads
from tests.builders import CAMPAIGN, CARRIER, TEMPLATE, TENANT, fill_store, list_of
from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.callbeat import callbeat
from tests.stack.environment import environment
from tests.stack.postgres import Postgres
from tests.stack.process import Process
from tests.stack.running import START_SECONDS
from tests.stack.switch import SwitchProcess
from tests.stack.waiting import wait_until
from worker.clock import SystemClock
from worker.domain.ids import CallId, LeadId
from worker.domain.speech.pcm import silence, wav_of
from worker.domain.speech.sounds import Rendered
from worker.domain.speech.voice import Voice
from worker.ports.dispatch.telephony import Origination
from worker.simulator.heard import read_heard
from worker.simulator.log import peak
from worker.simulator.model import RING_BY_DIGIT, SETUP_BY_DIGIT
from worker.simulator.options import SimulatorOptions
from worker.sounds.configuration import read_engines
from worker.sounds.engine import Engines
from worker.sounds.espeak import find_espeak
from worker.sounds.folder import FolderStore
from worker.sounds.names import SOUND_KEY_BYTES, KeyedNames
from worker.sounds.reader import MiniaudioReader
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.transaction import SqlStore
from worker.telephony.originate import VoiceProcesses
from worker.telephony.switch import Switches
from worker.usecases.dispatch.sound_key import sound_key

NUMBER: Final = "0981234000"
"""Listens to the end and presses nothing."""
FIRST: Final = 0
"""The number of a call that is placed some seconds before the others and not measured: caches are empty then."""
WARM_SECONDS: Final = 3.0
PAIR: Final = Shape(leads=10_000, channels=150, call_seconds=1.0)
PAIR_SECONDS: Final = 15.0
SENTENCES: Final = 100
MS: Final = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """So many calls a second, each spoken with for so long."""

    per_second: int = 100
    seconds: float = 30.0
    spoken_seconds: float = 14.0

    @property
    def calls(self) -> int:
        return round(self.per_second * self.seconds)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one run under load shows."""

    waits: Sequence[float]
    """Seconds from each answer to the first sound."""
    at_once: int
    cores: float
    """Of the process that speaks, while as many are spoken with as there will be."""


def voice(postgres: Postgres, redis_url: str, *, runs: int, load: Load | None = None) -> list[Figure]:
    """Measure a voice process beside a bare one, rendering beside the engine alone, and dialling with and without."""
    chosen = load or Load()
    pairs = [(_ours(postgres, redis_url, chosen), _bare(chosen)) for _ in range(runs)]
    return [
        *(_waits(pairs, load=chosen, share=share, name=name, target=target)
          for share, name, target in ((0.5, "p50", ""), (0.99, "p99", "≤ 150 ms"))),
        Figure(
            bench="voice",
            what="calls that one process spoke with at once",
            ours=[float(ours.at_once) for ours, _ in pairs],
            limit=[float(bare.at_once) for _, bare in pairs],
            held_against="a bare asyncio server",
            target="≥ 1 000",
        ),
        Figure(
            bench="voice",
            what="calls at once for each core used",
            ours=[ours.at_once / ours.cores for ours, _ in pairs],
            limit=[bare.at_once / bare.cores for _, bare in pairs],
            held_against="a bare asyncio server",
            target="≥ 1 000",
        ),
        _rendering(runs=runs),
        _dialling(postgres, redis_url, runs=runs),
    ]  # fmt: skip


def _waits(pairs: Sequence[tuple[Spoken, Spoken]], *, load: Load, share: float, name: str, target: str) -> Figure:
    return Figure(
        bench="voice",
        what=f"ms from the answer to the first sound, {load.per_second} calls a second, {name}",
        ours=[MS * quantile(ours.waits, share) for ours, _ in pairs],
        limit=[MS * quantile(bare.waits, share) for _, bare in pairs],
        held_against="a bare asyncio server",
        target=target,
    )


# --- One process that speaks -----------------------------------------------------------------------------------------


def _ours(postgres: Postgres, redis_url: str, load: Load) -> Spoken:
    """Let a voice process speak with calls that are up in the database."""
    with tempfile.TemporaryDirectory(prefix="callbeat-bench-") as folder:
        home, database_url, port = Path(folder), postgres.fresh(), free_port()
        engine = make_engine(database_url)
        migrate(engine)
        store = SqlStore(engine)
        fill_store(store, template={"content": SENTENCE})
        _let_be_up(engine, load.calls)
        _render(store, home=home, seconds=load.spoken_seconds)
        engine.dispose()
        around = environment(
            home=home,
            database_url=database_url,
            redis_url=redis_url,
            sounds_folder=str(home / "sounds"),
            voice_urls=f"{LOOPBACK}:{port}",
            log_level="WARNING",
            drain_seconds="1",
        )
        with _listening(Process("voice", callbeat("voice", f"--port={port}"), around, log=home / "voice.log"), port):
            return _under_load(home, load, speaks=port)


def _bare(load: Load) -> Spoken:
    """Let the bare server play the same."""
    with tempfile.TemporaryDirectory(prefix="callbeat-bench-") as folder:
        home, port = Path(folder), free_port()
        file = home / "sound.wav"
        file.write_bytes(_sound(load.spoken_seconds))
        command = [sys.executable, "-m", "tests.bench.bare_voice", str(port), str(file)]
        with _listening(Process("voice", command, environment(home=home), log=home / "voice.log"), port):
            return _under_load(home, load, speaks=port)


@contextmanager
def _listening(process: Process, port: int) -> Iterator[Process]:
    def listens() -> bool:
        assert process.is_alive, process.said()
        with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
            return True
        return False

    with process:
        wait_until(listens, seconds=START_SECONDS)
        yield process


def _under_load(home: Path, load: Load, *, speaks: int) -> Spoken:
    """Place calls at a steady pace, and read from the switch's own logs what came of them."""
    heard, log = home / "heard.jsonl", home / "switch.jsonl"
    options = SimulatorOptions(by_last_digit=True, max_sessions=2 * load.calls, heard_path=heard, log_path=log)
    process = next(one for one in psutil.Process().children(recursive=True) if str(speaks) in " ".join(one.cmdline()))
    with SwitchProcess(options) as switch:
        cores = _place(switch, load, speaks=speaks, process=process)
        wait_until(lambda: _ended(switch) >= load.calls, seconds=4 * load.spoken_seconds)
        lines = switch.log()
    answered = {line.call: line.at for line in lines if line.event == "answered"}
    sounds: dict[str, float] = {}
    for one in read_heard(heard):
        if one["event"] == "sound":
            sounds.setdefault(str(one["call"]), float(str(one["at"])))
    if len(sounds) < load.calls:
        raise RuntimeError(f"{load.calls - len(sounds)} callees heard nothing")
    ringing = round((SETUP_BY_DIGIT + RING_BY_DIGIT) * load.per_second)
    return Spoken(
        [sounds[call] - at for call, at in answered.items() if call != str(UUID(int=FIRST))],
        peak(lines) - ringing,
        cores,
    )


def _ended(switch: SwitchProcess) -> int:
    return sum(line.event == "hangup" for line in switch.log())


def _place(switch: SwitchProcess, load: Load, *, speaks: int, process: psutil.Process) -> float:
    """Place all calls; return the cores that the process used once the first calls had ended."""
    clock = SystemClock()
    switches = Switches([switch.url], clock=clock, answering=VoiceProcesses((f"{LOOPBACK}:{speaks}",)))
    steady_from = load.spoken_seconds + SETUP_BY_DIGIT + RING_BY_DIGIT
    switches.place([_call(FIRST)], switch=switch.url.name, until=clock.now().add(seconds=5))
    time.sleep(WARM_SECONDS)
    begun = time.monotonic()
    before: tuple[float, float] | None = None
    for number in range(FIRST + 1, load.calls):
        time.sleep(max(0.0, begun + number / load.per_second - time.monotonic()))
        placed = switches.place([_call(number)], switch=switch.url.name, until=clock.now().add(seconds=5))
        if placed.undialled:
            raise RuntimeError("the switch did not take a call")
        if before is None and time.monotonic() > begun + steady_from:
            before = (time.monotonic(), _used(process))
    switches.close()
    if before is None:
        raise RuntimeError("calls were spoken with for longer than calls were placed")
    return (_used(process) - before[1]) / (time.monotonic() - before[0])


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _call(number: int) -> Origination:
    return Origination(
        call_id=CallId(UUID(int=number)),
        campaign_id=CAMPAIGN,
        lead_id=LeadId(UUID(int=number)),
        run_id=None,
        gateway="g1",
        destination=NUMBER,
        caller_id="02873003586",
        timeout_seconds=60,
        longest_call_seconds=900,
        variables={"callbeat_template": str(TEMPLATE)},
    )


def _let_be_up(engine: Engine, count: int) -> None:
    """Store leads, each with a call of the same id that rings."""
    add_many_leads(engine, count)
    given = {"tenant": TENANT, "campaign": CAMPAIGN, "carrier": CARRIER, "list": list_of(CAMPAIGN)}
    with engine.begin() as connection:
        connection.execute(_CALLS, given)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE calls"))


_CALLS: Final = text("""
    INSERT INTO calls (id, tenant_id, campaign_id, carrier_id, list_id, lead_id, revision, attempt, stage_before, phone,
                       network, ref_id, state, queued_at, resend_at, refusals, switch, caller_id, cause, sip_call_id,
                       hangup_disposition)
    SELECT id, :tenant, :campaign, :carrier, :list, id, 1, 1, 'new', phone, 'viettel', '', 'ringing', now(), now(), 0,
           '', '02873003586', '', '', ''
    FROM leads
""")


def _render(store: SqlStore, *, home: Path, seconds: float) -> None:
    """Keep a sound for the sentence that lasts as long as is wanted."""
    key = sound_key(store, new_key=lambda: bytes(SOUND_KEY_BYTES))
    names = KeyedNames(lambda: key, rendered_by=_engines().rendered_by)
    FolderStore(home / "sounds").write(names.name(Rendered(SENTENCE, Voice())), _sound(seconds))


def _sound(seconds: float) -> bytes:
    return wav_of(silence(round(seconds * MS)))


# --- Rendering, and dialling -----------------------------------------------------------------------------------------


def _engines() -> Engines:
    return read_engines("espeak-ng", reader=MiniaudioReader(), wait=time.sleep)


def _rendering(*, runs: int) -> Figure:
    texts = [Rendered(f"Kính chào Nguyễn Văn {number}, {SENTENCE}", Voice()) for number in range(SENTENCES)]
    espeak, ours, alone = find_espeak(), [], []
    for _ in range(runs):
        engines = _engines()
        begun = time.perf_counter()
        made = engines.render(texts)
        ours.append(len(texts) / (time.perf_counter() - begun))
        if not all(isinstance(one, bytes) for one in made):
            raise RuntimeError("a sentence was not rendered")
        begun = time.perf_counter()
        for one in texts:
            espeak.speak(one.text, voice="", spoken_as=one.voice)
        alone.append(len(texts) / (time.perf_counter() - begun))
    return Figure(
        bench="voice",
        what="sentences of 6 s rendered a second by espeak-ng, read, cut and brought to one level",
        ours=ours,
        limit=alone,
        held_against="the engine alone, one after the other",
    )


def _dialling(postgres: Postgres, redis_url: str, *, runs: int) -> Figure:
    pairs = [
        [dial(postgres, redis_url, replace(PAIR, speaks=speaks), seconds=PAIR_SECONDS).pace for speaks in (True, False)]
        for _ in range(runs)
    ]
    return Figure(
        bench="voice",
        what=f"calls a second, {PAIR.channels} channels of calls of about a second, each spoken with",
        ours=[spoken for spoken, _ in pairs],
        limit=[silent for _, silent in pairs],
        held_against="the same without voice",
    )
