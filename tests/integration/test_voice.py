"""Callees of the simulated switch and the voice server, over real sockets in one event loop."""

import asyncio
import wave
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Self
from uuid import UUID, uuid4

import pytest

from worker.domain.ids import CallId, CampaignId, LeadId
from worker.domain.json_value import Json
from worker.domain.playlists import playlists_of
from worker.domain.script import script_of
from worker.domain.speech.parts import heard as words_of
from worker.domain.speech.pcm import silence, wav_of
from worker.domain.template import template_of
from worker.domain.voicemail import VoicemailDetector
from worker.ports.dispatch.telephony import Origination
from worker.simulator.api import run_command
from worker.simulator.heard import HeardLog, read_heard
from worker.simulator.log import Line, SwitchLog, read_log
from worker.simulator.options import SimulatorOptions
from worker.simulator.switch import SimulatedSwitch
from worker.telephony.originate import VoiceProcesses, originate_arguments
from worker.usecases.voice.prepare import Playback, Prepared, Refusal
from worker.voice.desk import DeskWork
from worker.voice.figures import tell_figures
from worker.voice.server import Connection, VoiceOptions, VoiceServer, VoiceWork

SPEED = 10.0
PATIENCE_SECONDS = 60.0
AT_ONCE_SECONDS = 2.0
"""On a busy machine; else the call lasts six seconds."""
NOBODY = "127.0.0.1:1"
FILE = "call.wav"
MESSAGE: Mapping[str, Json] = {"content": "Xin chào", "max_timeout": 1, "press_timeout": 1}


TEN_TIMES_AS_FAST = SimulatorOptions(by_last_digit=True, speed=SPEED)
"""But for what bounds a silence: this process, which speaks, may get no time on a busy machine."""


@dataclass
class Rig:
    """A switch, a voice server, and what both wrote."""

    folder: Path
    template: Mapping[str, Json]
    seconds: float = 2.0
    allow: str = "127.0.0.0/8"
    consent: str | None = None
    refusal: Refusal | None = None
    agents: DeskWork | None = None
    options: SimulatorOptions = TEN_TIMES_AS_FAST
    blocked: list[CallId] = field(default_factory=list)
    over: list[CallId] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    address: str = ""

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        options = VoiceOptions(
            host="127.0.0.1",
            port=0,
            allow=[ip_network(self.allow)],
            extension_dial="user/{extension}",
            recordings=str(self.folder / "recordings"),
        )
        work = VoiceWork(
            prepare=lambda asked: {call_id: self.refusal or self.prepared(call_id) for call_id in asked},
            block_callee=self.blocked.append,
            over=lambda prepared: self.over.append(prepared.call_id),
            talked=lambda _prepared, _seconds: None,
            clean=lambda: None,
            agents=self.agents,
        )
        self.voice = VoiceServer(options, work, loop=loop)
        self.server = await loop.create_server(self._connection, options.host, 0)
        self.address = f"127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        self.log, self.heard_log = SwitchLog(self.folder / "switch.jsonl"), HeardLog(self.folder / "heard.jsonl")
        self.switch = SimulatedSwitch(self.options, loop=loop, log=self.log, heard=self.heard_log)
        self.switch.on_command = lambda line, report: run_command(line, switch=self.switch, job="", report=report)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.switch.shut_down()
        self.server.close()
        await asyncio.sleep(0.05)
        self.log.close()
        self.heard_log.close()

    def _connection(self) -> Connection:
        self.connections.append(Connection(self.voice, loop=asyncio.get_running_loop()))
        return self.connections[-1]

    def prepared(self, call_id: CallId) -> Prepared:
        script = script_of(template_of(self.template), values={}, consent=self.consent)
        playbacks = {}
        for parts in playlists_of(script):
            file = self.folder / f"{words_of(parts)}.wav".replace(" ", "_")
            file.write_bytes(wav_of(silence(round(self.seconds * 1000))))
            playbacks[parts] = Playback(str(file), self.seconds)
        return Prepared(
            call_id=call_id,
            caller_id="02871",
            script=script,
            playbacks=playbacks,
            joined=("j",),
            recording=FILE,
            detector=VoicemailDetector.AVMD,
            needs_agent=self.agents is not None,
        )

    async def call(self, number: str, *, through: str = "") -> Line:
        """Call a number as a switch does; return the end of the call."""
        origination = Origination(
            call_id=CallId(uuid4()),
            campaign_id=CampaignId(UUID(int=1)),
            lead_id=LeadId(UUID(int=2)),
            run_id=None,
            gateway="g1",
            destination=number,
            caller_id="02871",
            timeout_seconds=30,
            longest_call_seconds=900,
            variables={"callbeat_template": "t"},
        )
        answering = VoiceProcesses((NOBODY, through or self.address))
        arguments = originate_arguments(origination, answering=answering)
        self.switch.originate(arguments, job="", report=lambda _: None)
        return await self.ended(str(origination.call_id))

    async def ended(self, call_id: str) -> Line:
        """Wait for the end of a call."""
        ends: list[Line] = []

        def look() -> bool:
            ends[:] = [line for line in read_log(self.folder / "switch.jsonl") if line.event == "hangup"]
            return any(line.call == call_id for line in ends)

        await self.until(look)
        return next(line for line in ends if line.call == call_id)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until it has happened; a file has no event."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not happened():  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.02)

    def heard(self) -> list[str]:
        """Return what happened on the lines, in short."""
        lines = read_heard(self.folder / "heard.jsonl")
        return [" ".join([str(one["event"]), *(str(one[key]) for key in ("sound", "key", "target") if key in one)])
                for one in lines]  # fmt: skip


def on(rig: Rig, act: Callable[[Rig], Awaitable[None]]) -> None:
    async def run() -> None:
        async with rig:
            await act(rig)

    asyncio.run(run())


def a_menu(*keys: Mapping[str, Json], **body: Json) -> Mapping[str, Json]:
    return {**MESSAGE, "enable_option": True, "press_options": [{"content": "", **key} for key in keys], **body}


def test_a_callee_hears_the_message_and_the_call_ends_as_answered(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {**MESSAGE, "exit_sound": {"content": "Tạm biệt"}})

    async def act(rig: Rig) -> None:
        assert (await rig.call("0981234000")).cause == "NORMAL_CLEARING"
        await rig.until(lambda: len(rig.over) == 1)

    on(rig, act)

    assert rig.heard() == ["connected", "sound Xin_chào", "sound Tạm_biệt"]
    assert len(rig.over) == 1


def test_a_key_stops_the_message_and_9_opts_out(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {**MESSAGE, "advert": True}, seconds=12.0)

    async def act(rig: Rig) -> None:
        await rig.call("0981234090")

    on(rig, act)

    offered, *pressed, confirmed = rig.heard()[1:]
    assert offered.endswith("xin_bấm_phím_chín")
    assert pressed == ["key 9", "stopped"]
    assert confirmed.startswith("sound Chúng_tôi_sẽ_không")
    assert len(rig.blocked) == 1


def test_a_wrong_key_and_then_a_transfer(tmp_path: Path) -> None:
    wanted = a_menu({"press_num": "1", "type": "transfer", "extension": "101"}, invalid_sound={"content": "Sai phím"})
    rig = Rig(tmp_path, wanted, seconds=6.0)

    async def act(rig: Rig) -> None:
        await rig.call("0981234610")

    on(rig, act)

    assert rig.heard() == [
        "connected", "sound Xin_chào", "key 8", "stopped", "sound Sai_phím_Xin_chào", "key 1", "stopped",
        "bridged user/101",
    ]  # fmt: skip


def test_a_callee_who_hangs_up_in_the_middle(tmp_path: Path) -> None:
    rig = Rig(tmp_path, MESSAGE, seconds=30.0)

    async def act(rig: Rig) -> None:
        assert (await rig.call("0981234500")).cause == "NORMAL_CLEARING"
        await rig.until(lambda: len(rig.over) == 1)

    on(rig, act)

    assert rig.heard() == ["connected", "sound Xin_chào", "left"]
    assert len(rig.over) == 1


def test_a_recorded_call_is_recorded_behind_the_sentence_that_says_so(tmp_path: Path) -> None:
    rig = Rig(tmp_path, MESSAGE, consent="Xin ghi âm", seconds=8.0)

    async def act(rig: Rig) -> None:
        await rig.call("0981234000")

    on(rig, act)

    assert rig.heard() == ["connected", "sound Xin_ghi_âm", "sound Xin_chào", "recorded"]
    with wave.open(str(tmp_path / "recordings" / FILE)) as file:
        assert 7.9 < file.getnframes() / file.getframerate() < 15.5  # one sound of eight seconds, at the model's speed


def test_a_folder_that_cannot_be_written_costs_the_recording_only(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("no folder")
    rig = Rig(tmp_path, MESSAGE, consent="")

    async def act(rig: Rig) -> None:
        assert (await rig.call("0981234000")).cause == "NORMAL_CLEARING"

    on(rig, act)

    assert rig.heard() == ["connected", "sound Cuộc_gọi_này_được_ghi_âm.", "sound Xin_chào"]


def test_a_machine_gets_the_message_behind_its_beep(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {**MESSAGE, "voicemail": "leave_message"})

    async def act(rig: Rig) -> None:
        assert (await rig.call("0981234009")).cause == "NORMAL_CLEARING"

    on(rig, act)

    assert rig.heard() == ["connected", "sound Xin_chào", "beep", "stopped", "sound Xin_chào"]


def test_nobody_listens_so_the_call_ends_at_once_with_a_cause_of_ours(tmp_path: Path) -> None:
    rig = Rig(tmp_path, MESSAGE)

    async def act(rig: Rig) -> None:
        assert (await rig.call("0981234000", through=NOBODY)).cause == "SERVICE_UNAVAILABLE"

    on(rig, act)

    assert rig.heard() == []


@pytest.mark.parametrize("rig", [{"refusal": Refusal.NO_SOUND}, {"allow": "10.0.0.0/8"}], ids=["no sound", "stranger"])
def test_a_call_that_cannot_be_spoken_with_ends_with_a_cause_of_ours(tmp_path: Path, rig: dict[str, object]) -> None:
    async def act(rig: Rig) -> None:
        assert (await rig.call("0981234000")).cause == "SERVICE_UNAVAILABLE"

    on(Rig(tmp_path, MESSAGE, **rig), act)  # type: ignore[arg-type]  # a test's mixed values


def test_the_callees_of_a_process_that_dies_are_let_go_at_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path, MESSAGE, seconds=60.0)

    async def act(rig: Rig) -> None:
        call = asyncio.create_task(rig.call("0981234000"))
        await rig.until(lambda: len(rig.heard()) == 2)
        began = asyncio.get_running_loop().time()
        for connection in rig.connections:
            connection.close()
        assert (await call).cause == "SERVICE_UNAVAILABLE"
        assert asyncio.get_running_loop().time() - began < AT_ONCE_SECONDS

    on(rig, act)


def test_a_process_that_accepts_and_says_nothing_costs_three_seconds(tmp_path: Path) -> None:
    async def act(rig: Rig) -> None:
        mute = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
        address = f"127.0.0.1:{mute.sockets[0].getsockname()[1]}"
        line = await rig.call("0981234000", through=address)
        mute.close()
        assert line.cause == "SERVICE_UNAVAILABLE"
        answered = next(one for one in read_log(rig.folder / "switch.jsonl") if one.event == "answered")
        assert line.at - answered.at < 3 / SPEED + AT_ONCE_SECONDS

    on(Rig(tmp_path, MESSAGE, options=replace(TEN_TIMES_AS_FAST, bounds_speed=SPEED)), act)


def test_figures_are_told_over_http() -> None:
    async def ask() -> str:
        server = await tell_figures(lambda: "callbeat_voice_calls 0\n", host="127.0.0.1", port=0)
        address = server.sockets[0].getsockname()[:2]
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        told = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        server.close()
        return told.decode()

    head, _, body = asyncio.run(ask()).partition("\r\n\r\n")

    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert body == "callbeat_voice_calls 0\n"
