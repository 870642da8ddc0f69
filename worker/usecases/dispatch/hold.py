"""Hold the installation and release it: by an operator's word, or because a start noticed something."""

import logging

from pendulum import DateTime

from worker.domain.hold import Hold
from worker.ports.dispatch.store import DispatchStore

logger = logging.getLogger(__name__)


def hold(store: DispatchStore, *, why: str, by: str, now: DateTime) -> Hold:
    """Hold all dialling from the next dial on, and return the hold; one that lasts gets this reason beside its own.

    The lock of all carriers comes first: no dial that was judged before is still under way when this returns.
    """
    with store.transaction() as tx:
        tx.installation.lock_dials()
        lasting = tx.installation.hold()
        held = Hold(now, why, by) if lasting is None else lasting.with_more(why)
        tx.installation.save_hold(held)
    logger.warning("dialling is held", extra={"action": "held", "why": why, "by": by})
    return held


def release(store: DispatchStore, *, now: DateTime) -> bool:
    """Release the hold, and plan every carrier with the next tick; return False when there was no hold."""
    with store.transaction() as tx:
        tx.installation.lock_dials()
        released = tx.installation.release(at=now)
    if released:
        logger.warning("dialling is released", extra={"action": "released"})
    return released
