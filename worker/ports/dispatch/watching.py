"""What use cases tell those who measure: delays, refusals and repairs. Without a watcher nothing is done."""

from enum import StrEnum
from typing import Final, Protocol

from typing_extensions import override


class Delay(StrEnum):
    """A time between two steps of a call or of its callback."""

    DIAL = "dial"
    """From the plan of a call to its first dial."""
    SETTLE = "settle"
    """From the end of a call to the batch that settles it."""
    CALLBACK = "callback"
    """From the event to the answer with which its receiver accepted it."""


class Refuser(StrEnum):
    """Who refused a dial."""

    RULES = "rules"
    SWITCH = "switch"
    TRUNK = "trunk"


class Repair(StrEnum):
    """What was repaired after a crash or an outage."""

    RESENT = "resent"
    """The message of a queued call was sent again."""
    PUT_BACK = "put_back"
    """A call that was certainly not dialled is queued again."""
    ASSUMED_END = "assumed_end"
    """Nobody heard a call's end: its cause is ``UNKNOWN`` or ``LOST``."""
    CORRECTED_END = "corrected_end"
    """A second source told the end that had been assumed."""
    ENDED_OVERLONG = "ended_overlong"
    """A switch was told to end a call that outlived its longest duration."""


class Watcher(Protocol):
    """Who measures; its methods must not fail and must not wait."""

    def delayed(self, what: Delay, seconds: float) -> None:
        """Note one delay."""

    def refused(self, by: Refuser, reason: str, *, calls: int = 1) -> None:
        """Note refused dials; ``reason`` is a code of ours or a switch's own word."""

    def repaired(self, what: Repair, *, calls: int = 1) -> None:
        """Note repairs."""

    def leads(self, post: str, *, is_leader: bool) -> None:
        """Note that this process became or is no longer the leader."""


class Watchers(Watcher):
    """All watchers of this process."""

    def __init__(self) -> None:
        """Begin without any."""
        self._all: tuple[Watcher, ...] = ()

    def add(self, watcher: Watcher) -> None:
        """Notify this one too from now on."""
        self._all = (*self._all, watcher)

    def remove(self, watcher: Watcher) -> None:
        """Notify this one no more."""
        self._all = tuple(one for one in self._all if one is not watcher)

    @override
    def delayed(self, what: Delay, seconds: float) -> None:
        for watcher in self._all:
            watcher.delayed(what, seconds)

    @override
    def refused(self, by: Refuser, reason: str, *, calls: int = 1) -> None:
        for watcher in self._all:
            watcher.refused(by, reason, calls=calls)

    @override
    def repaired(self, what: Repair, *, calls: int = 1) -> None:
        for watcher in self._all:
            watcher.repaired(what, calls=calls)

    @override
    def leads(self, post: str, *, is_leader: bool) -> None:
        for watcher in self._all:
            watcher.leads(post, is_leader=is_leader)


WATCHERS: Final = Watchers()
"""Those of this process. It is global for the reason for which a logger is: no rule depends on who listens."""
