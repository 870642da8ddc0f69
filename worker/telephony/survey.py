"""Asks one switch about its configuration and state, for ``callbeat doctor``. Changes nothing on it.

The passwords of gateways are in some replies; no fact that is returned contains one.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from html import unescape
from typing import Final

_CONDITION: Final = re.compile(r"<condition\s([^>]*)>")
_PARAM: Final = re.compile(r"<param\s([^>]*)>")
_ATTRIBUTE: Final = re.compile(r'([\w-]+)="([^"]*)"')
_GATEWAY: Final = re.compile(r"<gateway\s([^>]*)>(.*?)</gateway>", re.DOTALL)

Ask = Callable[[str], str]
"""Returns the body of the reply to one ``api`` command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFacts:
    """A gateway as the switch shows it."""

    status: str
    """``UP`` or ``DOWN``; always ``UP`` without ``ping`` and registration."""
    state: str
    """``NOREG``, ``REGED``, ``FAIL_WAIT`` …."""
    ping_seconds: int
    """0: the trunk is not asked whether it answers."""
    caller_id_in_from: bool | None = None
    """None when the gateway is in no file of a SIP profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrPush:
    """How the switch posts its CDRs."""

    has_url: bool
    has_queue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchFacts:
    """What a switch said; None for what it did not tell."""

    epoch: int | None
    """Its clock, in whole seconds since 1970."""
    is_ready: bool | None
    """False also when it is paused for outbound calls."""
    sessions_per_second: int | None
    max_sessions: int | None
    modules: frozenset[str]
    """Those of the asked modules that are loaded."""
    application_exists: bool
    extension_exists: bool
    """True also for applications that need no extension."""
    gateways: dict[str, GatewayFacts | None]
    """The asked gateways; None for one that does not exist."""
    cdr_push: CdrPush | None


def survey(ask: Ask, *, gateways: Collection[str], modules: Collection[str], application: str) -> SwitchFacts:
    """Ask a switch for everything that can be judged from outside."""
    name, _, arguments = application.partition(":")
    configured = _configured_gateways(ask) if gateways else {}
    return SwitchFacts(
        epoch=_number(ask("strepoch")),
        is_ready=_is_ready(ask("status"), paused=ask("fsctl pause_check outbound")),
        sessions_per_second=_number(ask("fsctl sps")),
        max_sessions=_number(ask("fsctl max_sessions")),
        modules=frozenset(module for module in modules if ask(f"module_exists {module}").strip() == "true"),
        application_exists=re.search(rf"^{name},", ask(f"show application {name}"), re.MULTILINE) is not None,
        extension_exists=name != "transfer" or _extension_exists(arguments, ask=ask),
        gateways={gateway: _gateway(gateway, configured=configured, ask=ask) for gateway in sorted(gateways)},
        cdr_push=_cdr_push(ask("xml_locate configuration configuration name json_cdr.conf")),
    )


def _number(reply: str) -> int | None:
    """Return the last word of a reply such as ``+OK sessions per second: 30``, when it is a number."""
    words = reply.split()
    return int(words[-1]) if words and re.fullmatch("[0-9]{1,18}", words[-1]) else None


def _is_ready(status: str, *, paused: str) -> bool | None:
    # `status` says ready even after `fsctl pause outbound`.
    if " is not ready" in status or paused.strip() == "true":
        return False
    return True if " is ready" in status else None


def _gateway(name: str, *, configured: dict[str, bool], ask: Ask) -> GatewayFacts | None:
    lines = (line.split("\t", 1) for line in ask(f"sofia status gateway {name}").splitlines() if "\t" in line)
    fields = {key.strip(): value.strip() for key, value in lines}
    if fields.get("Name") != name:
        return None
    return GatewayFacts(
        status=fields.get("Status", ""),
        state=fields.get("State", ""),
        ping_seconds=_number(fields.get("PingFreq", "")) or 0,
        caller_id_in_from=configured.get(name),
    )


def _configured_gateways(ask: Ask) -> dict[str, bool]:
    """Return the gateways of the SIP profiles' files, and whether each puts the caller id into From."""
    found = _GATEWAY.findall(ask("xml_locate configuration configuration name sofia.conf"))
    return {
        _attributes(head).get("name", ""): _params(body).get("caller-id-in-from", "false").lower()
        in {"true", "yes", "1"}
        for head, body in found
    }


def _extension_exists(arguments: str, *, ask: Ask) -> bool:
    """Return whether a context has a condition that the extension of ``EXTENSION [DIALPLAN [CONTEXT]]`` meets."""
    extension, _, place = arguments.partition(" ")
    dialplan, _, context = place.partition(" ")
    if dialplan not in {"", "XML"}:
        return True  # another dialplan module, which cannot be looked into
    found = ask(f"xml_locate dialplan context name {context or 'default'}")
    conditions = map(_attributes, _CONDITION.findall(found))
    return any(
        _matches(condition.get("expression", ""), extension)
        for condition in conditions
        if condition.get("field") == "destination_number"
    )


def _matches(expression: str, extension: str) -> bool:
    try:
        return re.search(expression, extension) is not None
    except re.error:  # PCRE knows more than Python
        return extension in expression


def _cdr_push(found: str) -> CdrPush | None:
    if "<configuration" not in found:
        return None
    params = _params(found)
    return CdrPush(has_url=bool(params.get("url")), has_queue=bool(params.get("queue-capacity")))


def _params(xml: str) -> dict[str, str]:
    given = map(_attributes, _PARAM.findall(xml))
    return {param["name"]: param.get("value", "") for param in given if "name" in param}


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
