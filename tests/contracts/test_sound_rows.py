"""What is known of sounds, on each database."""

from worker.store.transaction import SqlStore
from worker.usecases.dispatch.sound_key import sound_key


def test_all_processes_name_sounds_by_the_first_key(store: SqlStore) -> None:
    first = sound_key(store, new_key=lambda: b"first")

    assert sound_key(store, new_key=lambda: b"second") == first == b"first"
    with store.transaction() as tx:
        assert tx.sounds.keep_key(b"third") == b"first"
