"""Where a switch is and how to log in: ``esl://:PASSWORD@HOST:PORT``."""

from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from typing_extensions import override

DEFAULT_PORT: Final = 8021


@dataclass(frozen=True, slots=True)
class SwitchUrl:
    """A switch's address; its password is never shown."""

    host: str
    port: int
    password: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the URL; raises ``ValueError`` with a message that does not contain the password."""
        try:
            parts = urlsplit(text.strip())
            port = parts.port if parts.port is not None else DEFAULT_PORT
        except ValueError:
            raise ValueError("a switch's URL has a host or port that cannot be read") from None
        if parts.scheme != "esl" or not parts.hostname or parts.password is None:
            raise ValueError("a switch's URL has the form esl://:PASSWORD@HOST:PORT")
        password = unquote(parts.password)
        if not password or not password.isprintable():
            raise ValueError("a switch's password is empty or has characters that cannot be sent")
        return cls(host=parts.hostname, port=port, password=password)

    @property
    def name(self) -> str:
        """Name the switch, as call rows and logs do."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @override
    def __str__(self) -> str:
        """Show the URL with the password masked."""
        return f"esl://:***@{self.name}"
