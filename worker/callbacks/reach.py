"""Why a URL can never receive a callback; names are not looked up, since their addresses may change."""

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from worker.callbacks.address import AddressRange, Refused, why_refused
from worker.callbacks.target import Ports, read_target

_LOOPBACK: Final = "127.0.0.1"
"""What `localhost` and names under it stand for (RFC 6761)."""


def why_never_sent(url: str, *, allow: Sequence[AddressRange], ports: Ports) -> str:
    """Return the rule that keeps every callback from the URL; empty when there is none."""
    target = read_target(url, ports=ports)
    if isinstance(target, Refused):
        return target.reason
    host = target.url.host.decode("ascii").strip("[]").removesuffix(".")
    top = host.rpartition(".")[2]
    if top == "invalid":
        return f"{host} is a name that is never found"
    if top == "localhost":
        host = _LOOPBACK
    try:
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except OSError:  # a name
        return ""
    refusals = (why_refused(ip_address(entry[4][0]), allow=allow) for entry in found)
    return next((reason for reason in refusals if reason), "")
