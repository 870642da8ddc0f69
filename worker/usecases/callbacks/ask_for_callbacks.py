"""Ask for the delivery of what is due: retries, trial requests, and what a lost message left."""

import json
from functools import partial
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.ids import TenantId
from worker.ports.callbacks.deliveries import Position
from worker.ports.callbacks.store import CallbackStore
from worker.ports.dispatch.messages import JobQueue

CURSOR: Final = "due_callbacks"
URLS_LOOKED_AT: Final = 500
"""URLs with pending callbacks that one run looks at; the next run goes on with those that follow."""
HOSTS_ASKED_FOR: Final = 200
"""Hosts for which one run asks, a message each. The next run waits in the same queue behind these messages."""
TENANTS_ASKED_FOR: Final = 50
"""Tenants whose events wait for their deliveries, for which one run asks; a message each."""


def ask_for_callbacks(store: CallbackStore, *, queue: JobQueue, now: DateTime) -> None:
    """Ask for hosts to which the next part of the outbox is to be sent, and for deliveries that events still lack.

    One run at a time does this.
    """
    with store.transaction() as tx:
        position = tx.cursors.lock(CURSOR)
        if position is None:
            return
        found = tx.deliveries.due_hosts(after=_read(position), urls=URLS_LOOKED_AT, hosts=HOSTS_ASKED_FOR, now=now)
        tx.cursors.save(CURSOR, position=_write(found.go_on_after))
        for tenant_id in tx.fan_outs.tenants(limit=TENANTS_ASKED_FOR):
            tx.after_commit(partial(queue.fan_out_callbacks, tenant_id))
        for host in found.hosts:
            tx.after_commit(partial(queue.deliver_callbacks, host))


def _read(position: str) -> Position | None:
    if not position:
        return None
    host, tenant_id, url = json.loads(position)
    return Position(host, TenantId(UUID(tenant_id)), url)


def _write(position: Position | None) -> str:
    return "" if position is None else json.dumps([position.host, str(position.tenant_id), position.url])
