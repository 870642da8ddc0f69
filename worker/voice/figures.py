"""What one voice process has done since it started, in Prometheus' text format, and the server that tells it."""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

BUCKETS: Final = (0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 3.0)
"""Seconds; the promise is 0.15, and after three a switch lets a callee go who has heard nothing."""
_LONGEST_REQUEST: Final = 8 * 1024
_ASKED_WITHIN: Final = 5.0
_END: Final = b"\r\n\r\n"


class _Histogram:
    """Counts of durations, by buckets."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0

    def add(self, seconds: float) -> None:
        self._counts[bisect_left(BUCKETS, seconds)] += 1
        self._seconds += seconds

    def lines(self, name: str, text: str) -> Iterator[str]:
        yield from _head(name, text, kind="histogram")
        so_far = 0
        for most, count in zip((*map(str, BUCKETS), "+Inf"), self._counts, strict=True):
            so_far += count
            yield f'{name}_bucket{{le="{most}"}} {so_far}'
        yield f"{name}_sum {self._seconds:g}"
        yield f"{name}_count {so_far}"


class Figures:
    """Counts of conversations, and how soon callees heard the first sound or an agent."""

    def __init__(self) -> None:
        """Start with none."""
        self.ends: Counter[str] = Counter()
        self._first_sounds = _Histogram()
        self._agents = _Histogram()

    def first_sound(self, seconds: float) -> None:
        """Count a conversation whose first sound was asked for so long after the switch connected."""
        self._first_sounds.add(seconds)

    def agent(self, seconds: float) -> None:
        """Count a callee who talked with an agent so long after the switch connected."""
        self._agents.add(seconds)

    def text(self, *, calls: int) -> str:
        """Return all figures; ``calls`` is how many calls are spoken with now."""
        return "\n".join(self._lines(calls)) + "\n"

    def _lines(self, calls: int) -> Iterator[str]:
        yield from _head("callbeat_voice_calls", "Calls that this process speaks with now.", kind="gauge")
        yield f"callbeat_voice_calls {calls}"
        yield from _head("callbeat_voice_ends_total", "Connections of switches, by what ended them.", kind="counter")
        for finish, count in sorted(self.ends.items()):
            yield f'callbeat_voice_ends_total{{finish="{finish}"}} {count}'
        told = "From a switch's connection to its first sound."
        yield from self._first_sounds.lines("callbeat_voice_first_sound_seconds", told)
        told = "From a switch's connection to the bridge of callee and agent."
        yield from self._agents.lines("callbeat_voice_agent_seconds", told)


async def tell_figures(read: Callable[[], str], *, host: str, port: int) -> asyncio.Server:
    """Answer every request at this port with what the function returns."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.wait_for(reader.readuntil(_END), _ASKED_WITHIN)
            body = read().encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {len(body)}"
            writer.write(head.encode() + b"\r\nConnection: close" + _END + body)
            await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # nobody asks any more, or not for figures
        finally:
            writer.close()

    return await asyncio.start_server(answer, host, port, limit=_LONGEST_REQUEST)


def _head(name: str, text: str, *, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
