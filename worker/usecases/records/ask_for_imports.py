"""Ask for the imports that no worker has, and forget old reports."""

from typing import Final

from pendulum import DateTime, Duration

from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.store import RecordStore

REPORTS_KEPT: Final = Duration(days=30)
DROPPED_TOGETHER: Final = 20


def ask_for_imports(store: RecordStore, *, queue: JobQueue, now: DateTime) -> None:
    """Ask for a worker when files wait: the first request was lost, or a worker died."""
    with store.reading() as tx:
        waiting = tx.file_imports.waiting(now=now)
    if waiting:
        queue.import_files()


def drop_old_imports(store: RecordStore, *, now: DateTime) -> int:
    """Delete imports that ended thirty days ago, with their reports; return how many."""
    with store.transaction() as tx:
        return tx.file_imports.drop_old(before=now - REPORTS_KEPT, limit=DROPPED_TOGETHER)
