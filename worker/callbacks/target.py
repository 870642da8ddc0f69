"""Parses a callback URL once, so that the check, the connection and the request use the same result."""

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import httpcore
import httpx

from worker.callbacks.address import Refused

Ports: TypeAlias = tuple[range, ...]

LONGEST_URL: Final = 2048
"""Characters."""
KNOWN_URLS: Final = 1000
"""How many parsed URLs to cache."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LAST_PORT: Final = 65535
ANY_PORT: Final[Ports] = (range(1, _LAST_PORT + 1),)
_LABEL: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST_NAME: Final = re.compile(rf"(?=.{{1,254}}$){_LABEL}(\.{_LABEL})*\.?")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes, and the headers that follow from the URL alone."""

    url: httpcore.URL
    headers: tuple[tuple[str, str], ...]


@lru_cache(maxsize=KNOWN_URLS)
def read_target(url: str, *, ports: Ports = ANY_PORT) -> Target | Refused:
    """Parse a callback URL. Return ``Refused`` when nothing can be posted to it; the reason never has path or query."""
    if len(url) > LONGEST_URL:
        return Refused("the URL is too long")
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return Refused("the URL cannot be read")
    if parsed.scheme not in _DEFAULT_PORTS:
        return Refused("the URL is neither http nor https")
    host = parsed.raw_host.decode("ascii")
    if not _is_host(host):
        return Refused("the URL names no valid host")
    port = _DEFAULT_PORTS[parsed.scheme] if parsed.port is None else parsed.port
    refusal = _why_no_port(port, ports=ports)
    if refusal:
        return Refused(refusal)
    address = httpcore.URL(scheme=parsed.scheme, host=host, port=parsed.port, target=parsed.raw_path)
    return Target(address, headers=(("Host", parsed.netloc.decode("ascii")), *_credentials(parsed)))


def _why_no_port(port: int, *, ports: Ports) -> str:
    if not 0 < port <= _LAST_PORT:
        return "the URL's port is out of range"
    return "" if any(port in allowed for allowed in ports) else f"port {port} is not one that callbacks may go to"


def _is_host(host: str) -> bool:
    if ":" in host:
        return (
            "%" not in host
        )  # httpx has parsed it as an IPv6 address; a zone would select a network interface of this machine
    return _HOST_NAME.fullmatch(host) is not None


def _credentials(url: httpx.URL) -> tuple[tuple[str, str], ...]:
    if not url.userinfo:
        return ()
    pair = f"{url.username}:{url.password}".encode()
    return (("Authorization", "Basic " + b64encode(pair).decode("ascii")),)
