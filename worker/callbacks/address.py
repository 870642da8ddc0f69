"""Decides which addresses a callback may reach: the public internet and the ranges that the operator allows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
AddressRange: TypeAlias = IPv4Network | IPv6Network
Resolve: TypeAlias = Callable[[str, int], Sequence[Address]]
"""Returns the addresses of a host name, or of an address in any notation. Raises ``OSError`` when there are none."""


@dataclass(frozen=True, slots=True)
class Refused:
    """No callback is sent, for this reason."""

    reason: str


_RANGES_V4: Final = """
0.0.0.0/8 unspecified; 10.0.0.0/8 private; 100.64.0.0/10 shared by a carrier's customers; 127.0.0.0/8 loopback;
168.63.129.16/32 a cloud's metadata service; 169.254.0.0/16 link-local; 172.16.0.0/12 private;
192.0.0.0/24 reserved; 192.0.2.0/24 for documentation; 192.88.99.0/24 reserved; 192.168.0.0/16 private;
198.18.0.0/15 for benchmarks; 198.51.100.0/24 for documentation; 203.0.113.0/24 for documentation;
224.0.0.0/4 multicast; 240.0.0.0/4 reserved
"""
_RANGES_V6: Final = """
::/128 unspecified; ::1/128 loopback; fc00::/7 private; fe80::/10 link-local; fec0::/10 site-local; ff00::/8 multicast;
2001::/23 reserved; 2001:db8::/32 for documentation; 3fff::/20 for documentation
"""


def _ranges(text: str) -> list[tuple[str, str]]:
    pairs = (entry.strip().split(maxsplit=1) for entry in text.split(";"))
    return [(network, kind) for network, kind in pairs]


_SPECIAL: Final[Sequence[tuple[AddressRange, str]]] = (
    *((IPv4Network(network), kind) for network, kind in _ranges(_RANGES_V4)),
    *((IPv6Network(network), kind) for network, kind in _ranges(_RANGES_V6)),
)
"""The IANA registries of special addresses, listed here because ``is_global`` differs between Python patch releases."""

_PUBLIC_V6: Final = IPv6Network("2000::/3")
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_IPV4_AT_THE_END: Final = (_MAPPED, _NAT64, IPv6Network("::ffff:0:0:0/96"), IPv6Network("::/96"))
_NO_IPV4: Final = frozenset({IPv6Address("::"), IPv6Address("::1")})
_IPV4_AFTER_THE_PREFIX: Final = IPv6Network("2002::/16")
_ISATAP: Final = 0x5EFE
_ISATAP_UNIQUE: Final = 0x0200_5EFE


def decide_addresses(found: Sequence[Address], *, allow: Sequence[AddressRange]) -> tuple[Address, ...] | Refused:
    """Return all addresses of a host; ``Refused`` when there are none or when one of them is not permitted."""
    if not found:
        return Refused("the host has no address")
    for address in found:
        reason = why_refused(address, allow=allow)
        if reason:
            return Refused(reason)
    return tuple(found)


def why_refused(address: Address, *, allow: Sequence[AddressRange]) -> str:
    """Return why callbacks may not go to the address; empty when they may."""
    if any(address in network for network in allow):
        return ""
    inner = embedded_ipv4(address)
    if inner is not None:
        inner_reason = why_refused(inner, allow=allow)
        if inner_reason:
            return f"{address} leads on: {inner_reason}"
        if address in _MAPPED or address in _NAT64:
            return ""
    for network, kind in _SPECIAL:
        if address in network:
            return f"{address} is {kind}"
    if isinstance(address, IPv6Address) and address not in _PUBLIC_V6:
        return f"{address} is not public"
    return ""


def embedded_ipv4(address: Address) -> IPv4Address | None:
    """Return the IPv4 address embedded in an IPv6 one, to which a router may forward; None when there is none."""
    if isinstance(address, IPv4Address) or address in _NO_IPV4:
        return None
    number = int(address)
    interface = number >> 32 & 0xFFFF_FFFF
    if any(address in network for network in _IPV4_AT_THE_END) or interface in {_ISATAP, _ISATAP_UNIQUE}:
        return IPv4Address(number & 0xFFFF_FFFF)
    if address in _IPV4_AFTER_THE_PREFIX:
        return IPv4Address(number >> 80 & 0xFFFF_FFFF)
    return None
