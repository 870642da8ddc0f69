"""The installation's row in SQL."""

from collections.abc import Iterable
from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, RowMapping, and_, select, update
from typing_extensions import override

from worker.domain.hold import Hold
from worker.ports.dispatch.installation import Installation
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.installation_tables import THE_ROW, installation
from worker.store.base.tables import carriers

LASTS: Final = and_(
    installation.c.id == THE_ROW, installation.c.held_since.is_not(None), installation.c.released_at.is_(None)
)
"""The condition under which the installation's row stands for a hold; campaigns are read joined with it."""
HOLD_COLUMNS: Final = (installation.c.held_since, installation.c.held_why, installation.c.held_by)
_HOLD: Final = select(*HOLD_COLUMNS).where(LASTS)
_ALL_CARRIERS: Final = select(carriers.c.id).order_by(carriers.c.id).with_for_update(key_share=True)


def hold_of(rows: Iterable[RowMapping]) -> Hold | None:
    """Return the hold that was read beside campaigns; None without one."""
    row = next(iter(rows), None)
    if row is None or row["held_since"] is None:
        return None
    return Hold(row["held_since"], row["held_why"], row["held_by"])


class SqlInstallation(Installation):
    """The only row."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def hold(self) -> Hold | None:
        row = self._connection.execute(_HOLD).one_or_none()
        return None if row is None else Hold(row.held_since, row.held_why, row.held_by)

    @override
    def lock_dials(self) -> None:
        self._connection.execute(_ALL_CARRIERS).all()

    @override
    def save_hold(self, hold: Hold) -> None:
        self._connection.execute(insert_or_ignore(self._connection, installation), {"id": THE_ROW})
        new = {"held_since": hold.since, "held_why": hold.why, "held_by": hold.by, "released_at": None}
        self._connection.execute(update(installation).where(installation.c.id == THE_ROW).values(new))

    @override
    def release(self, *, at: DateTime) -> bool:
        released = self._connection.execute(update(installation).where(LASTS).values(released_at=at)).rowcount
        if released:
            due = update(carriers).where(carriers.c.deleted_at.is_(None))
            self._connection.execute(due.values(next_plan_at=at))
        return bool(released)
