"""Read the gateways of a switch from ``sofia xmlstatus gateway``."""

from xml.etree import ElementTree as ET

from worker.domain.errors import Unavailable
from worker.domain.gateway import Gateway


def gateways_of(answer: str) -> list[Gateway]:
    """Return the gateways in the answer, in its order. Raises ``Unavailable`` when it is anything else."""
    try:
        root = ET.fromstring(answer.encode("iso-8859-1", errors="replace"))  # noqa: S314 - our own switch
    except ET.ParseError as error:
        raise Unavailable("the switch returned no list of its gateways") from error
    listed = [root] if root.tag == "gateway" else root.findall("gateway")
    return [_gateway(element) for element in listed]


def _gateway(element: ET.Element) -> Gateway:
    def text(name: str) -> str:
        return (element.findtext(name) or "").strip()

    def number(name: str) -> int:
        return int(text(name)) if text(name).isdigit() else 0

    return Gateway(
        name=text("name"),
        profile=text("profile"),
        is_up=text("status") != "DOWN",
        state=text("state"),
        calls_out=number("calls-out"),
        failed_calls_out=number("failed-calls-out"),
    )
