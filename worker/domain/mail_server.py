"""The address of a mail server: ``smtp+starttls://USER:PASSWORD@HOST:PORT``, ``smtps://…``, or ``smtp://HOST:PORT``."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self
from urllib.parse import unquote, urlsplit


class Tls(StrEnum):
    """How the connection is protected; the value is the URL's scheme."""

    STARTTLS = "smtp+starttls"
    TLS = "smtps"
    NONE = "smtp"


_PORTS: Final = {Tls.STARTTLS: 587, Tls.TLS: 465, Tls.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServerUrl:
    """Where mails are handed over, and as whom."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Return the address; raises ``ValueError``. A log-in without TLS would show the password on its way."""
        parts = urlsplit(url)
        tls = Tls(parts.scheme)
        is_longer = parts.path not in {"", "/"} or parts.query or parts.fragment
        if not parts.hostname or is_longer or any(one.isspace() for one in url) or parts.port == 0:
            raise ValueError(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if bool(user) != bool(password) or (user and tls is Tls.NONE):
            raise ValueError(url)
        return cls(parts.hostname, parts.port or _PORTS[tls], tls, user, password)


def check_mail_server(url: str) -> str:
    """Return the URL of a mail server; raises ``ValueError``."""
    MailServerUrl.parse(url)
    return url
