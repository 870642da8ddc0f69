"""The port for switches as rows: which exist, and what the processes learnt of them."""

from collections.abc import Collection, Mapping
from typing import Protocol

from pendulum import DateTime

from worker.domain.switch import Switch
from worker.ports.dispatch.leadership import LeaderLeases


class SwitchRows(Protocol):
    """All switches that were ever known; a forgotten one stays as ``gone``, so that the first list adds it no more."""

    def all(self) -> list[Switch]:
        """Return all switches by name, those that are gone included."""

    def named(self, name: str) -> Switch | None:
        """Return a switch without a lock; None when it is unknown."""

    def lock(self, name: str) -> Switch | None:
        """Lock and return a switch; None when it is unknown. Take no other lock after this one."""

    def calls_up(self) -> Mapping[str, int]:
        """Count our calls that are on a switch or being sent to it, by the name of the switch."""

    def last_dials(self) -> Mapping[str, DateTime]:
        """Return when the newest of our calls on a switch was dialled, by the name of the switch."""

    def insert_missing(self, switches: Collection[Switch]) -> None:
        """Add those whose names are unknown; leave the others as they are."""

    def set_clock_skew(self, name: str, *, milliseconds: int) -> None:
        """Store how far the switch's clock is ahead of ours; does nothing when the switch is unknown."""

    def count_refused_cdrs(self, name: str, *, refused: int) -> None:
        """Add to the number of CDRs that the switch posted of calls on another one. Take no other lock after this."""

    def save(self, switch: Switch) -> None:
        """Write every field of a switch that this transaction has locked."""


class SwitchReads(Protocol):
    """A transaction in which switches can be read, with the listeners that hear them."""

    @property
    def switches(self) -> SwitchRows: ...
    @property
    def leader_leases(self) -> LeaderLeases: ...
