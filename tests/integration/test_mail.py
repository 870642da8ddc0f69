"""Mails over real sockets: TLS, log-in, what the message says, and what each refusal means."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.builders import NOON
from tests.stack.addresses import free_port
from worker.domain.errors import Rejected, Unavailable
from worker.domain.mail_server import MailServerUrl
from worker.mail.smtp import MailServer, SmtpSender
from worker.ports.records.mails import Mail
from worker.ports.records.report_files import ReportFile

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Requiring AUTH")]  # of aiosmtpd, of a TLS port

USER, PASSWORD = "me@example.com", "s3/cr@t"
MAIL = Mail(
    key="0198c0de-0000-7000-8000-000000000001",
    to="an@example.com",
    subject="Báo cáo chiến dịch: Nhắc nợ\r\nBcc: b@example.com",
    text="Cuộc gọi: 3.000\n",
    file=ReportFile("report.pdf", "application/pdf", b"%PDF-" + bytes(range(256))),
)


class Kept(Sink):
    """Keeps what it takes, or answers with a refusal."""

    def __init__(self) -> None:
        self.envelopes: list[tuple[Session, Envelope]] = []
        self.to_recipient = self.to_text = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - see above
        self.envelopes.append((session, envelope))
        return self.to_text


def is_right(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword
) -> AuthResult:
    is_known = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known, handled=is_known)  # not handled: the server itself answers 535


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Give an authority that only we trust."""
    return trustme.CA()


@contextmanager
def listening(handler: Kept, authority: trustme.CA, *, scheme: str, name: str = "127.0.0.1") -> Iterator[int]:
    """Serve SMTP as most providers do: no log-in before TLS, and no mail before the log-in."""
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(served)
    is_wrapped = scheme == "smtps"
    server = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        ssl_context=served if is_wrapped else None,
        tls_context=None if is_wrapped else served,
        require_starttls=not is_wrapped,
        authenticator=is_right,
        auth_required=True,
        auth_require_tls=not is_wrapped,
        ready_timeout=20,
    )
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def sender(url: str, authority: trustme.CA) -> SmtpSender:
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    return SmtpSender(
        MailServer(url=MailServerUrl.parse(url), sender="reports@example.com", trust=trust, timeout_seconds=10)
    )


def login(port: int, *, scheme: str = "smtp+starttls", password: str = "s3%2Fcr%40t") -> str:
    return f"{scheme}://me%40example.com:{password}@127.0.0.1:{port}"


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_a_mail_arrives_whole_after_tls_and_log_in(authority: trustme.CA, scheme: str) -> None:
    handler = Kept()
    with listening(handler, authority, scheme=scheme) as port:
        sender(login(port, scheme=scheme), authority).send(MAIL, now=NOON)

    ((session, envelope),) = handler.envelopes
    message = message_from_bytes(envelope.original_content or b"", policy=default)
    assert isinstance(message, EmailMessage)
    assert session.authenticated
    assert (envelope.mail_from, envelope.rcpt_tos) == ("reports@example.com", ["an@example.com"])
    assert message["Subject"] == "Báo cáo chiến dịch: Nhắc nợ Bcc: b@example.com"
    assert message["Bcc"] is None
    assert message["Message-ID"] == "<0198c0de-0000-7000-8000-000000000001@example.com>"
    body, (attached,) = message.get_body(), message.iter_attachments()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == MAIL.text
    assert (attached.get_filename(), attached.get_content_type()) == ("report.pdf", "application/pdf")
    assert attached.get_content() == MAIL.file.content


@pytest.mark.parametrize(
    ("to_recipient", "to_text", "error"),
    [
        ("550 no such user", "250 OK", Rejected),
        ("450 greylisted", "250 OK", Unavailable),
        ("250 OK", "552 too large", Rejected),
        ("250 OK", "451 try later", Unavailable),
    ],
)
def test_a_refusal_says_whether_later_may_help(
    authority: trustme.CA, to_recipient: str, to_text: str, error: type[Exception]
) -> None:
    handler = Kept()
    handler.to_recipient, handler.to_text = to_recipient, to_text
    said = (to_recipient if to_recipient != "250 OK" else to_text).partition(" ")[0]
    with (
        listening(handler, authority, scheme="smtp+starttls") as port,
        pytest.raises(error, match=f"the mail server answered {said}"),
    ):
        sender(login(port), authority).send(MAIL, now=NOON)


def test_a_wrong_log_in_is_tried_again_and_a_wrong_certificate_gets_no_password(authority: trustme.CA) -> None:
    handler = Kept()
    with (
        listening(handler, authority, scheme="smtp+starttls") as port,
        pytest.raises(Unavailable, match="refuses our log-in: 535"),
    ):
        sender(login(port, password="wrong"), authority).send(MAIL, now=NOON)
    with (
        listening(handler, authority, scheme="smtp+starttls", name="other.example") as port,
        pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        sender(login(port), authority).send(MAIL, now=NOON)
    assert handler.envelopes == []


def test_a_server_that_is_away_or_not_set_is_unavailable(authority: trustme.CA) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        sender(login(free_port()), authority).send(MAIL, now=NOON)
    with pytest.raises(Unavailable, match="CALLBEAT_SMTP_URL"):
        SmtpSender(None).send(MAIL, now=NOON)
