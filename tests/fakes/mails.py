"""A mail server that keeps what it is given, or refuses it."""

from pendulum import DateTime
from typing_extensions import override

from worker.domain.errors import Rejected, Unavailable
from worker.ports.records.mails import Mail, MailSender


class FakeMails(MailSender):
    """Takes mails until a test sets a refusal."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.refusal: Rejected | Unavailable | None = None
        self.set_up = True

    @property
    @override
    def is_set_up(self) -> bool:
        return self.set_up

    @override
    def send(self, mail: Mail, *, now: DateTime) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.sent.append(mail)
