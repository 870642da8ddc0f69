"""A voice process that is told to stop refuses new callees and speaks with the others to the end, then leaves."""

import asyncio
import socket
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from threading import Thread

from pendulum import Duration
from typing_extensions import override

from tests.integration.test_voice import MESSAGE, Rig, on
from tests.stack.addresses import LOOPBACK, free_port
from worker.stopping import Stop
from worker.voice.guard import Guard
from worker.voice.server import VoiceOptions, VoiceWork, serve

LOOK_SECONDS = 0.02


class NoGuard(Guard):
    """Kills nobody, since this process is the test's own."""

    def __init__(self) -> None:
        pass

    @override
    def sign_of_life(self) -> None:
        pass


async def until(*, listens: bool, port: int) -> None:
    """Wait until the process takes connections, or takes none any more."""
    while _listens(port) is not listens:  # noqa: ASYNC110 - the process is a thread, which has no event
        await asyncio.sleep(LOOK_SECONDS)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def test_a_process_that_is_told_to_stop_speaks_to_the_end_and_takes_nobody_new(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {**MESSAGE, "exit_sound": {"content": "Tạm biệt"}}, seconds=15.0)
    stop, port = Stop(drain=Duration(seconds=30)), free_port()
    options = VoiceOptions(host=LOOPBACK, port=port, allow=[ip_network(rig.allow)], extension_dial="user/{extension}")
    work = VoiceWork(
        prepare=lambda asked: {call_id: rig.prepared(call_id) for call_id in asked},
        block_callee=rig.blocked.append,
        over=lambda prepared: rig.over.append(prepared.call_id),
        talked=lambda _prepared, _seconds: None,
        clean=lambda: None,
    )
    process = Thread(target=serve, args=(options, work), kwargs={"stop": stop, "guard": NoGuard()}, daemon=True)

    async def act(rig: Rig) -> None:
        process.start()
        await until(listens=True, port=port)
        call = asyncio.create_task(rig.call("0981234000", through=f"{LOOPBACK}:{port}"))
        while "sound Xin_chào" not in rig.heard():  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(LOOK_SECONDS)
        stop.request()
        await until(listens=False, port=port)
        assert (await rig.call("0981234100", through=f"{LOOPBACK}:{port}")).cause == "SERVICE_UNAVAILABLE"
        assert process.is_alive()
        assert (await call).cause == "NORMAL_CLEARING"
        await asyncio.to_thread(process.join, 8)

    on(rig, act)

    assert not process.is_alive()
    assert rig.heard() == ["connected", "sound Xin_chào", "sound Tạm_biệt"]
