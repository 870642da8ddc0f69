"""Why a URL can never receive a callback; names are not looked up, since their addresses may change."""

import socket
from collections.abc import Sequence
from ipaddress import ip_address

from worker.callbacks.address import AddressRange, Refused, why_refused
from worker.callbacks.target import Ports, read_target


def why_never_sent(url: str, *, allow: Sequence[AddressRange], ports: Ports) -> str:
    """Return the rule that keeps every callback from the URL; empty when there is none."""
    target = read_target(url, ports=ports)
    if isinstance(target, Refused):
        return target.reason
    try:
        found = socket.getaddrinfo(target.url.host.decode("ascii").strip("[]"), None, flags=socket.AI_NUMERICHOST)
    except OSError:  # a name
        return ""
    refusals = (why_refused(ip_address(entry[4][0]), allow=allow) for entry in found)
    return next((reason for reason in refusals if reason), "")
