"""Delete rendered sounds that nobody has needed for long: names of former callees, texts of old templates."""

import logging
from typing import Final

from pendulum import DateTime, Duration

from worker.ports.dispatch.store import DispatchStore
from worker.ports.sounds import SoundStore

logger = logging.getLogger(__name__)

UNUSED_FOR: Final = Duration(days=30)
"""A campaign that calls once a month finds its sounds; what is needed again after this is rendered again."""
DROPPED_AT_ONCE: Final = 200
"""In one transaction; the next sweep drops more."""


def drop_unused_sounds(store: DispatchStore, *, sounds: SoundStore, now: DateTime) -> None:
    """Delete the files of unused rendered sounds, and their rows before them, so that no plan counts on a file."""
    since = now - UNUSED_FOR
    with store.reading() as tx:
        unused = tx.sounds.unused(since=since, limit=DROPPED_AT_ONCE)
    if not unused:
        return
    with store.transaction() as tx:
        dropped = tx.sounds.forget(unused, unused_since=since)
    sounds.delete([name for name in dropped if not name.startswith("l")])
    logger.info("unused sounds deleted", extra={"action": "sounds_dropped", "sounds": len(dropped)})
