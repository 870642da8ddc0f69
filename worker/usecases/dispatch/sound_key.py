"""Read the installation's key for the names of sounds; the first process that asks makes it."""

from collections.abc import Callable

from worker.ports.dispatch.store import DispatchStore


def sound_key(store: DispatchStore, *, new_key: Callable[[], bytes]) -> bytes:
    """Return the key; the same one for all processes, whichever of them made it."""
    with store.reading() as tx:
        key = tx.sounds.key()
    if key is not None:
        return key
    with store.transaction() as tx:
        return tx.sounds.keep_key(new_key())
