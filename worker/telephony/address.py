"""The URL of a switch, with its password: ``esl://:PASSWORD@HOST:PORT``."""

from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from typing_extensions import override

DEFAULT_PORT: Final = 8021


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
        """Return ``HOST:PORT``, the switch's name in call rows and logs."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @override
    def __str__(self) -> str:
        """Return the URL with the password masked."""
        return f"esl://:***@{self.name}"
