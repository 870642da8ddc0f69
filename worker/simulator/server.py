"""The process of the simulated switch.

It uses asyncio, unlike the parts that dial: a thousand calls are a thousand timers and a few sockets, which one event
loop handles and a thousand threads would not.
"""

import asyncio
import signal
import sys
from collections.abc import Callable

from worker.simulator.api import run_command
from worker.simulator.cdr_post import CdrPoster
from worker.simulator.event_headers import heartbeat
from worker.simulator.heard import HeardLog
from worker.simulator.log import SwitchLog
from worker.simulator.options import SimulatorOptions
from worker.simulator.session import Session
from worker.simulator.switch import SimulatedSwitch

Ready = Callable[[str, int], None]
"""Called once with the host and port on which the switch listens."""


def announce(host: str, port: int) -> None:
    """Print on standard output where the switch listens."""
    sys.stdout.write(f"simulated switch listens on {host}:{port}\n")
    sys.stdout.flush()


def run_simulator(options: SimulatorOptions, *, ready: Ready = announce) -> None:
    """Run the simulated switch until SIGTERM or SIGINT; then all calls end and the clients receive their events."""
    asyncio.run(_serve(options, ready))


async def _serve(options: SimulatorOptions, ready: Ready) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    log = SwitchLog(options.log_path)
    poster = None if options.cdrs is None else CdrPoster(options.cdrs)
    posting = None if poster is None else asyncio.create_task(poster.run())
    heard = HeardLog(options.heard_path, copies=options.copies_path)
    put = _drop if poster is None else poster.put
    switch = SimulatedSwitch(options, loop=loop, log=log, post_cdr=put, heard=heard)
    switch.on_shut_down = stop.set
    switch.on_command = lambda line, report: run_command(line, switch=switch, job="", report=report)
    server = await loop.create_server(lambda: Session(switch), options.host, options.port, backlog=256)
    heartbeat = asyncio.create_task(_send_heartbeats(switch))
    try:
        host, port = server.sockets[0].getsockname()[:2]
        ready(host, port)
        await stop.wait()
    finally:
        heartbeat.cancel()
        server.close()
        switch.shut_down()
        await asyncio.sleep(0.05)  # sends the last events
        if posting is not None:
            posting.cancel()
        await switch.lines.fetched.close()
        log.close()
        heard.close()


async def _send_heartbeats(switch: SimulatedSwitch) -> None:
    while True:
        await asyncio.sleep(switch.options.heartbeat_seconds)
        switch.fire("HEARTBEAT", heartbeat(switch))


def _drop(_call_id: str, _cdr: bytes) -> None:
    """Post nothing."""
