"""Numbers of erased persons, known by their keyed hash.

Plans and dials read the tenant's key by a query that they make anyway. Only a tenant that has erased somebody costs
them one query more, for all numbers of a batch.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, ScalarSelect, bindparam, select

from worker.domain.erasure import ERASED, hash_of
from worker.domain.ids import TenantId
from worker.domain.secret_place import SecretPlace
from worker.store.base.dialect import among
from worker.store.base.erasure_tables import erased_numbers, erasure_keys
from worker.store.base.sealing import Sealer

STORED_KEY: Final[ScalarSelect[str]] = (
    select(erasure_keys.c.key).where(erasure_keys.c.tenant_id == bindparam("tenant")).scalar_subquery()
)
"""The key of the tenant in the parameter `tenant` as it is stored; null when it has erased nobody."""
_FOUND: Final = select(erased_numbers.c.hash).where(
    erased_numbers.c.tenant_id == bindparam("tenant"), among(erased_numbers.c.hash, "hashes")
)


def key_of(connection: Connection, tenant_id: TenantId) -> str:
    """Return the tenant's key; empty when it has erased nobody."""
    return _unsealed(connection, connection.scalar(select(STORED_KEY), {"tenant": tenant_id}))


def erased_among(
    connection: Connection, tenant_id: TenantId, phones: Collection[str], *, stored_key: str | None
) -> set[str]:
    """Return those of the numbers that belong to erased persons, and what stands in place of such a number."""
    found = {ERASED} & set(phones)
    key = _unsealed(connection, stored_key)
    if not key or not phones:
        return found
    by_hash = {hash_of(phone, key=key): phone for phone in phones}
    hashes = connection.scalars(_FOUND, {"tenant": tenant_id, "hashes": list(by_hash)})
    return found | {by_hash[one] for one in hashes}


def _unsealed(connection: Connection, stored_key: str | None) -> str:
    return Sealer(connection).unseal(stored_key, place=SecretPlace.ERASURE_KEY) if stored_key else ""
