"""The headers that every event of the simulated switch has, and those of its ``HEARTBEAT``."""

import time
from collections.abc import Sized
from typing import Final, Protocol

from worker.simulator.admission import Admission
from worker.simulator.options import SimulatorOptions

_MICROSECONDS: Final = 1_000_000


def common_headers(name: str, *, core_id: str, at: int, number: int) -> dict[str, str]:
    """Return what every event has; ``at`` is the switch's clock in microseconds, ``number`` counts its events."""
    moment = time.gmtime(at // _MICROSECONDS)
    return {
        "Event-Name": name,
        "Core-UUID": core_id,
        "FreeSWITCH-Hostname": "simulated",
        "FreeSWITCH-Switchname": "simulated",
        "FreeSWITCH-IPv4": "127.0.0.1",
        "FreeSWITCH-IPv6": "::1",
        "Event-Date-Local": time.strftime("%Y-%m-%d %H:%M:%S", moment),
        "Event-Date-GMT": time.strftime("%a, %d %b %Y %H:%M:%S GMT", moment),
        "Event-Date-Timestamp": str(at),
        "Event-Calling-File": "simulator",
        "Event-Calling-Function": "fire",
        "Event-Calling-Line-Number": "1",
        "Event-Sequence": str(number),
    }


class Beating(Sized, Protocol):
    """What a heartbeat tells about; its length is the number of calls that are up."""

    admission: Admission
    options: SimulatorOptions
    peak: int
    sessions_since_start: int

    @property
    def uptime_micros(self) -> int: ...


def heartbeat(switch: Beating) -> dict[str, str]:
    """Return the headers of the event, without those that every event has."""
    up_micros = switch.uptime_micros
    seconds = up_micros // _MICROSECONDS
    return {
        "Event-Info": "System Ready",
        "Up-Time": f"0 years, 0 days, {seconds // 3600} hours, {seconds // 60 % 60} minutes, "
        f"{seconds % 60} seconds, {up_micros // 1000 % 1000} milliseconds, {up_micros % 1000} microseconds",
        "FreeSWITCH-Version": "1.10.12-release~64bit",
        "Uptime-msec": str(up_micros // 1000),
        "Session-Count": str(len(switch)),
        "Max-Sessions": str(switch.admission.max_sessions),
        "Session-Peak-Max": str(switch.peak),
        "Session-Since-Startup": str(switch.sessions_since_start),
        "Heartbeat-Interval": str(int(switch.options.heartbeat_seconds)),
    }
