"""Reads of callbacks and subscriptions for the API, each in one snapshot."""

from collections.abc import Sequence
from typing import Final

from worker.domain.callback_url import UrlStanding
from worker.domain.cdr import Cdr
from worker.domain.ids import TenantId
from worker.ports.callbacks.records import CallbackFilter, CallbackRecord
from worker.ports.callbacks.store import CallbackStore
from worker.ports.dispatch.outbox import Subscription
from worker.ports.paging import Page, Slice

MOST_OF_CALLS: Final = 100


def list_callbacks(
    store: CallbackStore, *, tenant_id: TenantId, part: Slice, wanted: CallbackFilter
) -> Page[CallbackRecord]:
    """Return callbacks with their attempts, newest first."""
    with store.reading() as tx:
        return tx.callback_records.page(tenant_id, part, wanted=wanted)


def callbacks_of_calls(store: CallbackStore, *, tenant_id: TenantId, calls: Sequence[Cdr]) -> Sequence[CallbackRecord]:
    """Return the newest callbacks about these calls."""
    if not calls:
        return []
    wanted = CallbackFilter(call_ids=[call.call_id for call in calls])
    return list_callbacks(store, tenant_id=tenant_id, part=Slice(MOST_OF_CALLS), wanted=wanted).rows


def list_callback_urls(store: CallbackStore, *, tenant_id: TenantId, part: Slice) -> Page[tuple[str, UrlStanding]]:
    """Return the URLs that failed lately or are disabled."""
    with store.reading() as tx:
        return tx.callback_records.urls(tenant_id, part)


def list_subscriptions(store: CallbackStore, *, tenant_id: TenantId) -> list[Subscription]:
    """Return the tenant's subscriptions."""
    with store.reading() as tx:
        return tx.subscriptions.of_tenant(tenant_id)
