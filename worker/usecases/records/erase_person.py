"""Erase a person: leads are removed, the number goes from CDRs and callbacks, and is never dialled again."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from pendulum import DateTime

from worker.domain.errors import NotFound, Unavailable
from worker.domain.ids import CallId
from worker.domain.network import national_form
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore

logger = logging.getLogger(__name__)

CLEARED_TOGETHER: Final = 500
"""Calls whose rows and callbacks are changed in one transaction."""
READ_TOGETHER: Final = 10_000
"""Calls looked at in one transaction: no index finds them by their number."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows were changed; asking again changes what came meanwhile."""

    leads: int
    calls: int
    callbacks: int
    mentions: int = 0
    """Leads of other people whose data held the number."""


def erase_person(store: RecordStore, *, tenant: Tenant, phone_number: str, new_key: str, now: DateTime) -> Erased:
    """Erase the person behind a number; a call that is up ends normally, and its CDR has no number.

    Raises ``NotDialable`` for a text that is no number, ``Unavailable`` while a lead is being planned: ask again.
    """
    phone = national_form(phone_number)
    with store.transaction() as tx:  # committed first: from now on import, plan and dial refuse the number
        tx.erasure.note(tenant.id, phone, new_key=new_key, now=now)
    with store.transaction() as tx:
        leads = tx.erasure.leads_of(tenant.id, phone)
        calls = tx.erasure.calls_of(leads)
        tx.lead_edits.cancel_queued(leads, now=now)
        if tx.lead_edits.remove(leads, now=now) < len(leads):
            raise Unavailable("a lead of the number is being planned; ask again")
        tx.erasure.clear_leads(leads)
    calls += _other_calls(store, tenant=tenant, phone=phone)
    changed, callbacks = _clear(store, list(dict.fromkeys(calls)), phone=phone)
    mentions = _clear_mentions(store, tenant=tenant, phone=phone, now=now)
    found = Erased(leads=len(leads), calls=changed, callbacks=callbacks, mentions=mentions)
    logger.info("person erased", extra={"action": "person_erased", **asdict(found)})
    return found


def tenant_named(store: RecordStore, name: str) -> Tenant:
    """Return the tenant that erases; raises ``NotFound``."""
    with store.reading() as tx:
        found = tx.tenants.named(name)
    if found is None:
        raise NotFound(f"there is no tenant {name}")
    return found


def _other_calls(store: RecordStore, *, tenant: Tenant, phone: str) -> list[CallId]:
    """Return calls to the number whose leads were removed before."""
    found: list[CallId] = []
    after = None
    while True:
        with store.reading() as tx:
            theirs, after = tx.erasure.calls_after(tenant.id, phone, after=after, limit=READ_TOGETHER)
        found += theirs
        if after is None:
            return found


def _clear(store: RecordStore, calls: Sequence[CallId], *, phone: str) -> tuple[int, int]:
    changed = callbacks = 0
    for start in range(0, len(calls), CLEARED_TOGETHER):
        part = calls[start : start + CLEARED_TOGETHER]
        with store.transaction() as tx:
            tx.erasure.clear_posted(part, phone=phone)
            changed += tx.erasure.clear_calls(part)
            callbacks += tx.erasure.clear_callbacks(part, phone=phone)
    return changed, callbacks


def _clear_mentions(store: RecordStore, *, tenant: Tenant, phone: str, now: DateTime) -> int:
    """Replace the number in what was imported of other people: a spouse's, a guarantor's, a remark."""
    changed, after = 0, None
    while True:
        with store.reading() as tx:
            found, after = tx.erasure.mentions_after(tenant.id, phone, after=after, limit=READ_TOGETHER)
        for start in range(0, len(found), CLEARED_TOGETHER):
            with store.transaction() as tx:
                part = found[start : start + CLEARED_TOGETHER]
                changed += tx.erasure.clear_mentions(part, phone=phone, now=now)
        if after is None:
            return changed
