"""Recordings of calls that end, in SQL."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import pendulum
from pendulum import DateTime
from sqlalchemy import Connection, select, update

from worker.domain.recording import DEFAULT_DAYS
from worker.ports.dispatch.call_rows import Ended
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.recording_tables import recordings
from worker.store.base.tables import campaigns

_AT_ONCE: Final = pendulum.datetime(2000, 1, 1)


def keep_recordings(connection: Connection, ended: Sequence[Ended], *, now: DateTime) -> None:
    """Note the files of recorded calls, and when they are deleted: at once those of persons who were erased meanwhile.

    A call whose end is corrected may be noted already.
    """
    recorded = [one for one in ended if one.event.recording]
    if not recorded:
        return
    asked = select(campaigns.c.id, campaigns.c.recording_days)
    found = connection.execute(asked.where(campaigns.c.id.in_({one.call.campaign_id for one in recorded})))
    days = {row.id: row.recording_days for row in found}
    rows = [
        {
            "call_id": one.call.id,
            "file": one.event.recording,
            "delete_at": now.add(days=days.get(one.call.campaign_id, DEFAULT_DAYS)) if one.recording else now,
        }
        for one in recorded
    ]
    connection.execute(insert_or_ignore(connection, recordings).values(rows))


def delete_at_once(connection: Connection, call_ids: Collection[UUID]) -> None:
    """Make the recordings of these calls due before all others."""
    theirs = update(recordings).where(recordings.c.call_id.in_(list(call_ids)))
    connection.execute(theirs.values(delete_at=_AT_ONCE))
