"""How much one tenant may store and ask: caps with defaults, of which each tenant may have its own values."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from worker.domain.errors import Rejected


class Cap(StrEnum):
    """What is capped; the value is its name for operators and on the wire."""

    SUBSCRIPTIONS = "subscriptions"
    """Subscriptions to events: each is a callback of every call."""
    CAMPAIGNS = "campaigns"
    """Campaigns that are not deleted."""
    LISTS = "lists"
    """Lists that are not deleted."""
    LEADS = "leads"
    """Leads of one list."""
    AUDIO = "audio_files"
    """Uploaded sounds."""
    REQUESTS = "requests_per_second"
    """Requests to the API that drain from the tenant's bucket within a second."""
    BURST = "request_burst"
    """Requests that the bucket holds: so many may come at once."""
    IMPORTS = "imports_at_once"
    """Imports of leads that run at once."""
    EXPORTS = "exports_at_once"
    """Exports of CDRs or leads that run at once."""


DEFAULT_CAPS: Final[Mapping[Cap, int]] = {
    Cap.SUBSCRIPTIONS: 50,
    Cap.CAMPAIGNS: 1_000,
    Cap.LISTS: 10_000,
    Cap.LEADS: 2_000_000,
    Cap.AUDIO: 1_000,
    Cap.REQUESTS: 200,  # a process of the API answers a few hundred requests a second
    Cap.BURST: 1_000,
    Cap.EXPORTS: 4,  # one thread of a process serves them in rotation
    Cap.IMPORTS: 4,  # of the 32 requests that a process runs at once
}
LARGEST_CAP: Final = 2**31 - 1


class OverCap(Rejected):
    """The request would exceed a cap of the tenant; repeating it helps only after something was deleted."""

    def __init__(self, cap: Cap, *, value: int, used: int, asked: int) -> None:
        """Keep the facts, which the answer names."""
        super().__init__(
            f"over the cap of {cap.value}: {value} are allowed, {used} are in use, {asked} more were asked"
        )
        self.cap = cap
        self.value = value
        self.used = used
        self.asked = asked


def is_within(cap: Cap, *, own: Mapping[str, int], defaults: Mapping[Cap, int], used: int, asked: int) -> bool:
    """Return whether so many more fit under the tenant's own value, or else the default."""
    return used + asked <= own.get(cap.value, defaults[cap])


def check_cap(cap: Cap, *, own: Mapping[str, int], defaults: Mapping[Cap, int], used: int, asked: int = 1) -> None:
    """Raise ``OverCap`` when so many more exceed the tenant's own value, or else the default."""
    if not is_within(cap, own=own, defaults=defaults, used=used, asked=asked):
        raise OverCap(cap, value=own.get(cap.value, defaults[cap]), used=used, asked=asked)


def read_caps(text: str) -> dict[Cap, int]:
    """Parse ``NAME=NUMBER`` pairs separated by commas. Raises ``ValueError``."""
    pairs = (pair.partition("=") for pair in text.split(",") if pair.strip())
    found = {Cap(name.strip()): int(number) for name, _, number in pairs}
    if not all(0 <= number <= LARGEST_CAP for number in found.values()):
        raise ValueError(text)
    return found
