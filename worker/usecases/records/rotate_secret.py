"""Rotate a tenant's signing secret: for a while callbacks carry signatures of both."""

from collections.abc import Callable

from pendulum import DateTime, Duration

from worker.domain.errors import NotFound
from worker.ports.records.store import RecordStore
from worker.usecases.records.tenants import new_signing_secret


def show_secret(store: RecordStore, *, name: str) -> str:
    """Return the tenant's present secret; raises ``NotFound``."""
    with store.reading() as tx:
        tenant = tx.tenants.named(name)
        if tenant is None:
            raise NotFound(f"there is no tenant {name}")
        return tx.tenants.secret(tenant.id)


def rotate_secret(
    store: RecordStore, *, name: str, both_valid_for: Duration, now: DateTime, chance: Callable[[], float]
) -> str:
    """Sign with a new secret from now on, and with the old one too until it expires; raises ``NotFound``."""
    with store.transaction() as tx:
        tenant = tx.tenants.named(name)
        if tenant is None:
            raise NotFound(f"there is no tenant {name}")
        secret = new_signing_secret(chance)
        tx.tenants.rotate_secret(tenant.id, secret=secret, old_until=now + both_valid_for)
        return secret
