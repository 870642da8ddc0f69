"""Failed log-ins in SQL, where all processes count them; Redis may be away."""

from collections.abc import Collection, Mapping

from pendulum import DateTime
from sqlalchemy import Connection, case, delete, select
from typing_extensions import override

from worker.domain.login_limit import FAILURES_WITHIN, TOTAL, Failures
from worker.ports.records.access import LoginFailures
from worker.store.base.access_tables import login_failures
from worker.store.base.dialect import insert_or_replace

_COLUMNS = (login_failures.c.subject, login_failures.c.failures, login_failures.c.since)


class SqlLoginFailures(LoginFailures):
    """Failed log-ins in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def note(self, subjects: Collection[str], *, now: DateTime) -> Mapping[str, Failures]:
        is_over = (login_failures.c.since <= now - FAILURES_WITHIN) & (login_failures.c.subject != TOTAL)
        counting = insert_or_replace(
            self._connection,
            login_failures,
            same=("subject",),
            new=lambda row: {
                "failures": case((is_over, row["failures"]), else_=login_failures.c.failures + 1),
                "since": case((is_over, row["since"]), else_=login_failures.c.since),
            },
        )
        for subject in sorted({*subjects, TOTAL}):  # always in the same order, so that two never wait for each other
            self._connection.execute(counting, {"subject": subject, "since": now, "failures": 1})
        return self.of(subjects)

    @override
    def of(self, subjects: Collection[str]) -> Mapping[str, Failures]:
        rows = self._connection.execute(select(*_COLUMNS).where(login_failures.c.subject.in_(subjects)))
        return {row.subject: Failures(row.failures, row.since) for row in rows}

    @override
    def total(self) -> int:
        asked = select(login_failures.c.failures).where(login_failures.c.subject == TOTAL)
        return self._connection.scalar(asked) or 0

    @override
    def drop_old(self, *, now: DateTime, limit: int) -> int:
        is_old = (login_failures.c.since <= now - FAILURES_WITHIN) & (login_failures.c.subject != TOTAL)
        old = select(login_failures.c.subject).where(is_old).limit(limit)
        return self._connection.execute(delete(login_failures).where(login_failures.c.subject.in_(old))).rowcount
