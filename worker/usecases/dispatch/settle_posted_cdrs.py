"""Settle the CDRs that switches posted: end calls whose end nobody heard, and correct ends that were assumed."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.second_source import CdrFormat
from worker.ports.dispatch.store import DispatchStore
from worker.usecases.dispatch.handle_events import apply_events

AT_ONCE: Final = 250
MOST_BATCHES: Final = 40
"""Ten thousand CDRs: what a switch keeps in its queue while Callbeat is away."""


def settle_posted_cdrs(
    store: DispatchStore, *, queue: JobQueue, cdr_format: CdrFormat, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """Settle all that wait, oldest first. Which source settles a call makes no difference; the later one is dropped."""
    with store.reading() as tx:
        if not tx.posted_cdrs.are_waiting():
            return
    for _ in range(MOST_BATCHES):
        if _settle_some(store, queue=queue, cdr_format=cdr_format, now=now, new_id=new_id) < AT_ONCE:
            return


def _settle_some(
    store: DispatchStore, *, queue: JobQueue, cdr_format: CdrFormat, now: DateTime, new_id: Callable[[], UUID]
) -> int:
    with store.transaction() as tx:
        posted = tx.posted_cdrs.take(limit=AT_ONCE)
        events = [event for cdr in posted if (event := cdr_format.end_of(cdr.facts)) is not None]
        apply_events(tx, queue=queue, events=events, now=now, new_id=new_id)
        tx.posted_cdrs.delete([cdr.id for cdr in posted])
    return len(posted)
