"""A trunk that polices bursts: it answers 503 to calls beyond a number in any tenth of a second."""

from collections import defaultdict, deque
from typing import Final

TENTH_MICROS: Final = 100_000


class Police:
    """Counts the calls of each policed gateway; times are in microseconds."""

    def __init__(self) -> None:
        """Police no gateway."""
        self._most: dict[str, int] = {}
        self._begun: defaultdict[str, deque[int]] = defaultdict(deque)

    def watch(self, gateway: str, *, most: int) -> None:
        """Admit so many calls over the gateway in any tenth of a second; 0 admits all."""
        self._most[gateway] = most

    def catches(self, gateway: str, *, at: int) -> bool:
        """Count a call that begins now, and return True when it is one too many."""
        most = self._most.get(gateway, 0)
        if not most:
            return False
        begun = self._begun[gateway]
        while begun and begun[0] <= at - TENTH_MICROS:
            begun.popleft()
        begun.append(at)
        return len(begun) > most
