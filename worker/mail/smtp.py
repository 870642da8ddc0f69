"""Mails over SMTP (RFC 5321), with STARTTLS or TLS from the first byte, and a log-in."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as RULES
from email.utils import format_datetime
from typing import Final

from pendulum import DateTime
from typing_extensions import override

from worker.domain.errors import Rejected, Unavailable
from worker.domain.mail_server import MailServerUrl, Tls
from worker.ports.records.mails import Mail, MailSender

PERMANENT: Final = 500
"""SMTP replies from here on refuse a command for good; those below may succeed later."""
NOT_SET_UP: Final = "no mail server is set: CALLBEAT_SMTP_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The server that takes our mails; ``trust`` checks its certificate."""

    url: MailServerUrl
    sender: str
    trust: ssl.SSLContext
    timeout_seconds: float
    """Of each step: connect, greeting, log-in, each command, the text."""


class SmtpSender(MailSender):
    """Sends each mail over a connection of its own."""

    def __init__(self, server: MailServer | None) -> None:
        """Use this server; None when none is set."""
        self._server = server

    @property
    @override
    def is_set_up(self) -> bool:
        return self._server is not None

    @override
    def send(self, mail: Mail, *, now: DateTime) -> None:
        if self._server is None:
            raise Unavailable(NOT_SET_UP)
        message = message_of(mail, sender=self._server.sender, now=now)
        with _errors_named(), _connected(self._server) as connection:
            if self._server.url.tls is Tls.STARTTLS:
                connection.starttls(context=self._server.trust)
            if self._server.url.user:
                connection.login(self._server.url.user, self._server.url.password)
            connection.send_message(message)


def message_of(mail: Mail, *, sender: str, now: DateTime) -> EmailMessage:
    """Return the message; its id is the same in each attempt, so that a server or a reader can drop a repetition."""
    message = EmailMessage(policy=RULES)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = " ".join(mail.subject.split())  # a line end would begin another header
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.key}@{sender.rpartition('@')[2].strip('>')}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes, please
    message.set_content(mail.text)
    kind, _, subtype = mail.file.media_type.partition(";")[0].partition("/")
    message.add_attachment(mail.file.content, maintype=kind, subtype=subtype, filename=mail.file.name)
    return message


def _connected(server: MailServer) -> smtplib.SMTP:
    host, port = server.url.host, server.url.port
    if server.url.tls is Tls.TLS:
        return smtplib.SMTP_SSL(host, port, timeout=server.timeout_seconds, context=server.trust)
    return smtplib.SMTP(host, port, timeout=server.timeout_seconds)


@contextmanager
def _errors_named() -> Iterator[None]:
    """Turn the library's errors into ours. A wrong log-in may be corrected, so it is tried again."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise _named(code, text) from error
    except smtplib.SMTPAuthenticationError as error:
        raise Unavailable(f"the mail server refuses our log-in: {error.smtp_code}") from error
    except smtplib.SMTPResponseException as error:
        raise _named(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(f"the mail server cannot be reached: {error}") from error


def _named(code: int, text: bytes | str) -> Rejected | Unavailable:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    told = f"the mail server answered {code} {said}"
    return Rejected(told) if code >= PERMANENT else Unavailable(told)
