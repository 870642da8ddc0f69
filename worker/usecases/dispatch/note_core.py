"""Note a switch's core id, which a restart changes: the calls that were dialled before are over."""

import logging
from dataclasses import replace

from pendulum import DateTime

from worker.ports.dispatch.store import DispatchStore

logger = logging.getLogger(__name__)


def note_core(store: DispatchStore, *, switch: str, core_id: str, now: DateTime) -> None:
    """Write the core id if it is another one; the first that is known proves no restart. Raises ``Unavailable``."""
    with store.transaction() as tx:
        known = tx.switches.lock(switch)
        if known is None or known.core_id == core_id:
            return
        has_restarted = known.core_id != ""
        tx.switches.save(replace(known, core_id=core_id, core_since=now if has_restarted else None))
    if has_restarted:
        logger.warning("switch has restarted", extra={"action": "switch_restarted", "switch": switch})
