"""The simulated switch's process.

It is the one part of Callbeat that is asynchronous: a thousand calls are a thousand timers and a handful of sockets,
which one event loop carries and a thousand threads would not; and as a switch it shares no code with those who call it.
"""

import asyncio
import signal
import sys
from collections.abc import Callable

from worker.simulator.log import SwitchLog
from worker.simulator.options import SimulatorOptions
from worker.simulator.session import Session
from worker.simulator.switch import SimulatedSwitch

Ready = Callable[[str, int], None]
"""Told once where the switch listens."""


def announce(host: str, port: int) -> None:
    """Say on the standard output where the switch listens."""
    sys.stdout.write(f"simulated switch listens on {host}:{port}\n")
    sys.stdout.flush()


def run_simulator(options: SimulatorOptions, *, ready: Ready = announce) -> None:
    """Be the simulated switch until SIGTERM or SIGINT; then calls that are up end, and listeners are told."""
    asyncio.run(_serve(options, ready))


async def _serve(options: SimulatorOptions, ready: Ready) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    log = SwitchLog(options.log_path)
    switch = SimulatedSwitch(options, loop=loop, log=log)
    server = await loop.create_server(lambda: Session(switch), options.host, options.port, backlog=256)
    heart = asyncio.create_task(_beat(switch))
    try:
        host, port = server.sockets[0].getsockname()[:2]
        ready(host, port)
        await stop.wait()
    finally:
        heart.cancel()
        server.close()
        switch.shut_down()
        await asyncio.sleep(0.05)  # let the last events leave
        log.close()


async def _beat(switch: SimulatedSwitch) -> None:
    while True:
        await asyncio.sleep(switch.options.heartbeat_seconds)
        switch.beat()
