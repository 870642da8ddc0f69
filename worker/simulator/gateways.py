"""The gateways of the simulated switch, as ``sofia xmlstatus gateway`` lists them."""

from collections.abc import Iterable, Mapping
from typing import Final

_HEAD: Final = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
_GATEWAY: Final = """  <gateway>
    <name>{name}</name>
    <profile>external</profile>
    <scheme>Digest</scheme>
    <realm>127.0.0.1</realm>
    <username>simulated</username>
    <password>yes</password>
    <from>&lt;sip:simulated@127.0.0.1:5070&gt;</from>
    <contact>&lt;sip:gw+{name}@127.0.0.1:5080;transport=udp;gw={name}&gt;</contact>
    <exten>simulated</exten>
    <to>sip:simulated@127.0.0.1:5070</to>
    <proxy>sip:127.0.0.1:5070</proxy>
    <context>public</context>
    <expires>3600</expires>
    <freq>3600</freq>
    <ping>0</ping>
    <pingfreq>0</pingfreq>
    <pingmin>0</pingmin>
    <pingcount>0</pingcount>
    <pingmax>0</pingmax>
    <pingtime>0.00</pingtime>
    <pinging>0</pinging>
    <state>NOREG</state>
    <status>{status}</status>
    <uptime-usec>{uptime}</uptime-usec>
    <calls-in>0</calls-in>
    <calls-out>{calls}</calls-out>
    <failed-calls-in>0</failed-calls-in>
    <failed-calls-out>0</failed-calls-out>
  </gateway>
"""


def as_xml(names: Iterable[str], *, states: Mapping[str, str], uptime: int, calls: int) -> str:
    """Return the answer to ``sofia xmlstatus gateway``; ``states`` has the status of those that are not UP."""
    return f"{_HEAD}<gateways>\n{_listed(names, states=states, uptime=uptime, calls=calls)}</gateways>\n"


def one_as_xml(name: str, *, states: Mapping[str, str], uptime: int, calls: int) -> str:
    """Return the answer to ``sofia xmlstatus gateway NAME``."""
    return _HEAD + _listed([name], states=states, uptime=uptime, calls=calls)


def _listed(names: Iterable[str], *, states: Mapping[str, str], uptime: int, calls: int) -> str:
    return "".join(
        _GATEWAY.format(name=name, status=states.get(name, "UP"), uptime=uptime, calls=calls) for name in names
    )
