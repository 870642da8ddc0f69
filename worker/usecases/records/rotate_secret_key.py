"""Encrypt stored secrets with the newest key, while everything runs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from pendulum import DateTime

from worker.domain.errors import Unavailable
from worker.domain.secret_place import SecretPlace
from worker.ports.records.store import RecordStore

ROWS: Final = {SecretPlace.ONE_TIME_CODE: 2000, SecretPlace.LEAD_NUMBER: 500, SecretPlace.CALL_NUMBER: 500}
"""Rows of leads in one transaction, of which few are OTPs."""
FEW_ROWS: Final = 50
"""Rows of other tables: dials wait for tenants that are locked."""
MOST_PASSES: Final = 10
"""A pass finds what was written in clear while the one before ran; more than two are not expected."""


def count_secrets(store: RecordStore) -> Mapping[SecretPlace, Mapping[str, int]]:
    """Count the values of each place by the id of their key; those in clear have the empty id."""
    with store.reading() as tx:
        return {place: tx.secret_rows.count(place) for place in SecretPlace}


def present_key(store: RecordStore) -> str:
    """Return the id of the key that encrypts; empty while values are stored in clear."""
    with store.reading() as tx:
        return tx.secret_rows.present_key()


def rotate_secret_key(store: RecordStore, *, keys: Sequence[str], now: DateTime) -> int:
    """Encrypt everything with the first of the keys, from now on and in old rows; return how many values changed.

    Raises ``Unavailable``, and changes nothing, when values are encrypted with a key that is not among ``keys``.
    """
    missing = keys_of(count_secrets(store)) - set(keys)
    if missing:
        raise Unavailable(f"secrets are encrypted with keys that CALLBEAT_SECRET_KEY does not have: {sorted(missing)}")
    with store.transaction() as tx:
        tx.secret_rows.use(keys[0], now=now)
    total = 0
    for _ in range(MOST_PASSES):
        changed = sum(_reseal(store, place) for place in SecretPlace)
        total += changed
        if not changed:
            break
    return total


def keys_of(counted: Mapping[SecretPlace, Mapping[str, int]]) -> set[str]:
    """Return the ids of the keys with which values are encrypted."""
    return set(sum((Counter(by_key) for by_key in counted.values()), Counter())) - {""}


def _reseal(store: RecordStore, place: SecretPlace) -> int:
    changed, after = 0, None
    while True:
        with store.transaction() as tx:
            batch = tx.secret_rows.reseal(place, after=after, limit=ROWS.get(place, FEW_ROWS))
        changed += batch.changed
        if batch.after is None:
            return changed
        after = batch.after
