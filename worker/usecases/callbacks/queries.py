"""Reads of callbacks and subscriptions for the API, each in one snapshot."""

from worker.domain.callback_url import UrlStanding
from worker.domain.ids import TenantId
from worker.ports.callbacks.records import CallbackFilter, CallbackRecord
from worker.ports.callbacks.store import CallbackStore
from worker.ports.dispatch.outbox import Subscription
from worker.ports.paging import Page, Slice


def list_callbacks(
    store: CallbackStore, *, tenant_id: TenantId, part: Slice, wanted: CallbackFilter
) -> Page[CallbackRecord]:
    """Return callbacks with their attempts, newest first."""
    with store.reading() as tx:
        return tx.callback_records.page(tenant_id, part, wanted=wanted)


def list_callback_urls(store: CallbackStore, *, tenant_id: TenantId, part: Slice) -> Page[tuple[str, UrlStanding]]:
    """Return the URLs that failed lately or are disabled."""
    with store.reading() as tx:
        return tx.callback_records.urls(tenant_id, part)


def list_subscriptions(store: CallbackStore, *, tenant_id: TenantId) -> list[Subscription]:
    """Return the tenant's subscriptions."""
    with store.reading() as tx:
        return tx.subscriptions.of_tenant(tenant_id)
