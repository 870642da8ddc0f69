"""Read everything about one phone number: its leads with what keeps them from being called, and its calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from worker.domain.cdr import Cdr
from worker.domain.errors import NotFound
from worker.domain.reason import Why
from worker.ports.paging import Slice
from worker.ports.records.entities import BlockedEntry, CdrFilter, LeadFilter, LeadRecord, Tenant
from worker.ports.records.store import RecordStore
from worker.ports.sounds import SoundNames
from worker.usecases.records.explain import explain_lead

MOST_LEADS: Final = 20
MOST_CALLS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStory:
    """A number's leads in the order in which they were added, its newest calls, and its do-not-call entry."""

    leads: Sequence[tuple[LeadRecord, tuple[Why, ...]]]
    calls: Sequence[Cdr]
    blocked: BlockedEntry | None


def number_story(
    store: RecordStore, *, tenant: Tenant, phone: str, names: SoundNames | None, now: DateTime
) -> NumberStory:
    """Return the story of a number in national form."""
    with store.reading() as tx:
        leads = tx.lead_records.page(tenant.id, Slice(MOST_LEADS), wanted=LeadFilter(phone=phone)).rows
        calls = tx.cdrs.older(tenant.id, wanted=CdrFilter(phone=phone), limit=MOST_CALLS)
        try:
            blocked = tx.do_not_call.get(tenant.id, phone)
        except NotFound:
            blocked = None
    reasons = [explain_lead(store, tenant=tenant, lead_id=lead.id, names=names, now=now).reasons for lead in leads]
    return NumberStory(leads=list(zip(leads, reasons, strict=True)), calls=calls, blocked=blocked)
