"""The port for mails."""

from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.ports.records.report_files import ReportFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail with one file; ``key`` makes its ``Message-ID``, which is the same in each attempt."""

    key: str
    to: str
    subject: str
    text: str
    file: ReportFile


class MailSender(Protocol):
    """Hands mails to a mail server."""

    @property
    def is_set_up(self) -> bool:
        """Return True when a mail server is set."""

    def send(self, mail: Mail, *, now: DateTime) -> None:
        """Send it; raises ``Rejected`` when the server refuses it for good, ``Unavailable`` when later may help."""
