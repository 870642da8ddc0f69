"""The URL of a switch, with its password: ``esl://:PASSWORD@HOST:PORT``, and the one name that the switch has."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Self
from urllib.parse import quote, unquote, urlsplit

from typing_extensions import override

DEFAULT_PORT: Final = 8021
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class SwitchUrl:
    """A switch's address; ``str`` and ``repr`` never show the password."""

    host: str
    port: int
    password: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the URL. Raises ``ValueError``; its message never contains the password."""
        try:
            parts = urlsplit(text.strip())
            port = parts.port if parts.port is not None else DEFAULT_PORT
        except ValueError:
            raise ValueError("the host or port of a switch URL is invalid") from None
        if parts.scheme != "esl" or not parts.hostname or parts.password is None:
            raise ValueError("a switch URL has the form esl://:PASSWORD@HOST:PORT")
        password = unquote(parts.password)
        if not password or not password.isprintable():
            raise ValueError("the password of a switch is empty or contains unprintable characters")
        return cls(host=parts.hostname, port=port, password=password)

    @property
    def name(self) -> str:
        """Return ``HOST:PORT``, the switch's name in call rows and logs: the same for each spelling of one address."""
        return _name(self.host, self.port)

    @property
    def with_password(self) -> str:
        """Return the whole URL, for the switch's row only."""
        return f"esl://:{quote(self.password, safe='')}@{_bracketed(self.host)}:{self.port}"

    @override
    def __str__(self) -> str:
        """Return the URL with the password masked."""
        return f"esl://:***@{self.name}"


def canonical_name(text: str) -> str:
    """Return the canonical name for ``HOST`` or ``HOST:PORT`` in any spelling. Raises ``ValueError``."""
    try:
        parts = urlsplit(f"//{text.strip()}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"{text[:80]!r} is not the name of a switch: HOST:PORT is expected") from None
    if not host:
        raise ValueError(f"{text[:80]!r} is not the name of a switch: HOST:PORT is expected")
    return _name(host, DEFAULT_PORT if port is None else port)


def _name(host: str, port: int) -> str:
    plain = host.lower().rstrip(".")
    if plain == "localhost":
        plain = LOOPBACK
    try:
        address = ip_address(plain)
    except ValueError:
        return f"{_bracketed(plain)}:{port}"
    return f"{_bracketed(str(_unmapped(address)))}:{port}"


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
