"""Delete recordings whose time is over, and those of erased persons; and read one."""

import hmac
import logging
from collections.abc import Collection
from pathlib import Path
from typing import Final

from pendulum import DateTime

from worker.domain.errors import NotFound
from worker.domain.recording import call_of
from worker.ports.records.entities import Tenant
from worker.ports.records.recordings import RecordingFiles
from worker.ports.records.store import RecordStore

logger = logging.getLogger(__name__)

AT_ONCE: Final = 200
"""In one transaction; the next sweep deletes more."""


def drop_recordings(store: RecordStore, *, files: RecordingFiles, now: DateTime) -> int:
    """Delete due files that this machine sees, and return how many; CDRs show none of the due ones any more."""
    with store.reading() as tx:
        due = tx.retentions.due_recordings(now=now, limit=AT_ONCE)
    if not due:
        return 0
    with store.transaction() as tx:
        tx.retentions.hide_recordings(now=now, limit=AT_ONCE)
    return forget_recordings(store, files.delete(due), now=now)


def due_recordings(store: RecordStore, *, now: DateTime, limit: int) -> list[str]:
    """Return the names of files that are still to be deleted."""
    with store.reading() as tx:
        return tx.retentions.due_recordings(now=now, limit=limit)


def forget_recordings(store: RecordStore, gone: Collection[str], *, now: DateTime) -> int:
    """Forget due files that are gone; return how many."""
    if not gone:
        return 0
    with store.transaction() as tx:
        count = tx.retentions.forget_recordings(gone, now=now)
    logger.info("recordings deleted", extra={"action": "recordings_deleted", "recordings": count})
    return count


def find_recording(store: RecordStore, *, tenant: Tenant, name: str, files: RecordingFiles) -> Path:
    """Return where the recording of one of the tenant's calls lies. Raises ``NotFound``."""
    call_id = call_of(name)
    if not call_id:
        raise NotFound("recording not found")
    with store.reading() as tx:
        cdr = tx.cdrs.get(tenant.id, call_id)
    if not hmac.compare_digest(cdr.recording, name):
        raise NotFound("recording not found")
    return files.path(name)
