"""Which connections are open, what each one waits for, and which one has to go: bookkeeping without sockets."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, Protocol, TypeVar

MOST_CONNECTIONS: Final = 4096
"""About 80 MiB when none of them sends anything."""
MOST_SURPLUS: Final = 64
"""New connections that are taken beyond the limit for a moment: as many as one round of the event loop accepts, before
it has read a request of them or sent an answer to the others."""
NEW_SECONDS: Final = 0.1
"""How long a connection is new: its request may have come, and not been read yet."""
RESERVED_FILES: Final = 400
"""File descriptors that are no clients: those of databases, broker and log, and connections that are being closed."""


class Phase(StrEnum):
    """What a connection waits for."""

    HEADER = "header"
    """The rest of a request's header; all of it on a new connection."""
    IDLE = "idle"
    """The next request, or that the client takes the rest of an answer."""
    BODY = "body"
    """The rest of a request's body."""
    ANSWER = "answer"
    """Our answer."""


CLOSABLE: Final = (Phase.HEADER, Phase.IDLE, Phase.BODY)
"""Phases in which the client is waited for. A request that came whole is always answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """How many connections there may be, and how long each may wait for its client."""

    connections: int = MOST_CONNECTIONS
    surplus: int = MOST_SURPLUS
    """Beyond ``connections``, and only until an old connection waits for its client."""
    header_seconds: float = 5.0
    idle_seconds: float = 75.0
    """Longer than proxies keep their connections (60 s), so that it is the proxy that closes an idle one."""
    pause_seconds: float = 10.0
    """Longest time in which nothing arrives of a body, or nothing is taken of an answer."""
    body_seconds: float = 120.0
    """For a whole body: 8 MiB at 70 kB a second."""
    unsent_bytes: int = 64 * 1024 * 1024
    """Of all answers together that clients do not take."""

    @classmethod
    def within(cls, open_files: int) -> "ConnectionLimits":
        """Return the limits of a process that may have so many file descriptors."""
        return cls(connections=min(MOST_CONNECTIONS, max(open_files - RESERVED_FILES, open_files // 4)))


class Connection(Protocol):
    """What the table asks a connection for."""

    @property
    def unsent(self) -> int:
        """Bytes of answers that the client has not taken."""

    @property
    def is_held_back(self) -> bool:
        """True while we do not read what the client sends."""


C = TypeVar("C", bound=Connection)


@dataclass(slots=True)
class _Row:
    phase: Phase
    since: float
    moved_at: float
    unsent: int = 0


class ConnectionTable(Generic[C]):
    """Open connections by phase, longest waiting first. Moments are seconds of a monotonic clock."""

    def __init__(self, limits: ConnectionLimits) -> None:
        """Start without connections."""
        self.limits = limits
        self._rows: dict[C, _Row] = {}
        self._order: dict[Phase, dict[C, None]] = {phase: {} for phase in Phase}

    def __len__(self) -> int:
        """Return how many connections are open."""
        return len(self._rows)

    def phase(self, connection: C) -> Phase | None:
        """Return what a connection waits for; None for one that has been removed."""
        row = self._rows.get(connection)
        return None if row is None else row.phase

    def add(self, connection: C, *, now: float) -> list[C]:
        """Add a new connection; return those that have to be closed for it, if there are too many."""
        closed = self._take_surplus(room=1, now=now)
        if len(self._rows) >= self.limits.connections + self.limits.surplus:
            closed.append(self.take_longest_waiting() or connection)
        if connection not in closed:
            self._rows[connection] = _Row(Phase.HEADER, now, now)
            self._order[Phase.HEADER][connection] = None
        return closed

    def _take_surplus(self, *, room: int = 0, now: float) -> list[C]:
        """Remove and return waiting connections that are not new, until there is room for so many."""
        taken: list[C] = []
        while len(self._rows) > self.limits.connections - room:
            longest = self._longest_waiting()
            if longest is None or now - self._rows[longest].since < NEW_SECONDS:
                break
            self.remove(longest)
            taken.append(longest)
        return taken

    def take_longest_waiting(self) -> C | None:
        """Remove and return the longest waiting connection of the most frequent closable phase.

        A client that opens many connections thus loses its own, in whatever phase it leaves them.
        """
        longest = self._longest_waiting()
        if longest is not None:
            self.remove(longest)
        return longest

    def _longest_waiting(self) -> C | None:
        most = max((self._order[phase] for phase in CLOSABLE), key=len)
        return next(iter(most), None)

    def enter(self, connection: C, phase: Phase, *, now: float) -> None:
        """Note that a connection waits for something else from now on; one that was removed stays so."""
        row = self._rows.get(connection)
        if row is None:
            return
        del self._order[row.phase][connection]
        self._order[phase][connection] = None
        self._rows[connection] = _Row(phase, now, now)

    def progress(self, connection: C, *, now: float) -> None:
        """Note that a part of what is waited for has come."""
        row = self._rows.get(connection)
        if row is not None:
            row.moved_at = now

    def remove(self, connection: C) -> None:
        """Forget a connection that is closed or being closed."""
        row = self._rows.pop(connection, None)
        if row is not None:
            del self._order[row.phase][connection]

    def overdue(self, *, now: float) -> list[C]:
        """Return the connections whose clients have had their time, or hold too many bytes of answers, or are too many.

        The last are removed from the table at once.
        """
        surplus = self._take_surplus(now=now)
        late = [connection for connection, row in self._rows.items() if self._is_late(connection, row, now=now)]
        return surplus + late + list(self._above_unsent(set(late)))

    def _is_late(self, connection: C, row: _Row, *, now: float) -> bool:
        limits, waited = self.limits, now - row.since
        match row.phase:
            case Phase.HEADER:
                return waited >= limits.header_seconds
            case Phase.BODY:
                if connection.is_held_back:
                    row.moved_at = now
                return waited >= limits.body_seconds or now - row.moved_at >= limits.pause_seconds
            case Phase.IDLE | Phase.ANSWER:
                before, row.unsent = row.unsent, connection.unsent
                if not row.unsent or not before or row.unsent < before:
                    row.moved_at = now
                is_stuck = now - row.moved_at >= limits.pause_seconds
                return is_stuck or (row.phase is Phase.IDLE and waited >= limits.idle_seconds)

    def _above_unsent(self, late: set[C]) -> Iterator[C]:
        """Yield connections, the one with most bytes first, until the rest is within the limit."""
        unsent = {one: row.unsent for one, row in self._rows.items() if row.unsent and one not in late}
        total = sum(unsent.values())
        for connection, size in sorted(unsent.items(), key=lambda item: -item[1]):
            if total <= self.limits.unsent_bytes:
                return
            total -= size
            yield connection
