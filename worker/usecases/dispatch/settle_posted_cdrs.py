"""Settle the CDRs that switches posted: end calls whose end nobody heard, and correct ends that were assumed."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import CallEvent, HungUp, Unreached
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.second_source import CdrFormat, DialledOn, PostedCdr
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction
from worker.usecases.dispatch.handle_events import apply_events

logger = logging.getLogger(__name__)

AT_ONCE: Final = 250
MOST_BATCHES: Final = 40
"""Ten thousand CDRs: what a switch keeps in its queue while Callbeat is away."""


def settle_posted_cdrs(
    store: DispatchStore, *, queue: JobQueue, cdr_format: CdrFormat, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """Settle all that wait, oldest first. Which source settles a call makes no difference; the later one is dropped.

    A CDR settles calls of its own switch only, so that a switch cannot end calls that another one carries.
    """
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
        told = [(cdr, event) for cdr in posted if (event := cdr_format.end_of(cdr.facts)) is not None]
        homes = tx.posted_cdrs.dialled_on({event.call_id for _, event in told})
        own, foreign = list[CallEvent](), Counter[tuple[str, str]]()
        for cdr, event in told:
            home = homes.get(event.call_id)
            if home is not None and _is_foreign(cdr, event, home=home):
                foreign[cdr.switch, home.switch] += 1
            else:
                own.append(event)
        apply_events(tx, queue=queue, events=own, now=now, new_id=new_id)
        tx.posted_cdrs.delete([cdr.id for cdr in posted])
        _note_refused(tx, foreign)
    return len(posted)


def _is_foreign(cdr: PostedCdr, event: CallEvent, *, home: DialledOn) -> bool:
    """Return True for a CDR of a call that another switch has. One of an earlier dial is late, and nothing worse.

    An operator's CDR may be of any switch.
    """
    end = event.hung_up if isinstance(event, Unreached) else event
    is_earlier = isinstance(end, HungUp) and end.dial not in {None, home.dial}
    return cdr.switch not in {"", home.switch} and not is_earlier


def _note_refused(tx: DispatchTransaction, foreign: Counter[tuple[str, str]]) -> None:
    for (switch, home), refused in sorted(foreign.items()):
        tx.switches.count_refused_cdrs(switch, refused=refused)
        extra = {"action": "cdrs_refused", "switch": switch, "of_switch": home, "cdrs": refused}
        logger.warning("a switch posted CDRs of calls on another one; they settle nothing", extra=extra)
