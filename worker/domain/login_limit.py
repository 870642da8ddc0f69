"""How many failed log-ins one address or one key may have: what is refused afterwards, and for how long."""

import hashlib
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

from pendulum import DateTime, Duration

MOST_FAILURES: Final = 10
"""Failures within the window; each process lets one more through that it had not counted itself."""
FAILURES_WITHIN: Final = Duration(minutes=1)
TOTAL: Final = "total"
"""The subject under which all failures are counted, for metrics."""
_NEIGHBOURS: Final = 64
"""Bits of an IPv6 address that name one site, which has all the addresses below."""


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed log-ins of one subject since the start of its window."""

    count: int
    since: DateTime


def shut_until(failures: Failures, *, now: DateTime) -> DateTime | None:
    """Return until when the subject is refused; None while it may try."""
    until = failures.since + FAILURES_WITHIN
    return until if failures.count >= MOST_FAILURES and now < until else None


def site_of(address: str) -> str:
    """Return what stands for a client's address: an IPv4 address, or the network of an IPv6 one."""
    try:
        read = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(IPv6Address(int(read) >> (128 - _NEIGHBOURS) << (128 - _NEIGHBOURS)))


def subjects_of(site: str, *, credential: str) -> tuple[str, str]:
    """Return the subjects of a failure; of what was given as a key only a part of its hash is kept."""
    digest = hashlib.sha256(credential.encode()).hexdigest()
    return (f"address:{site}", f"key:{digest[:32]}")
