"""What an API key may see of the numbers of campaigns with ``enable_encrypt``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from worker.domain.cdr import Cdr
from worker.domain.erasure import ERASED, without_number
from worker.domain.ids import CampaignId
from worker.domain.json_value import Json
from worker.domain.masking import masked_number
from worker.domain.role import Role, includes
from worker.ports.records.entities import LeadRecord, Tenant
from worker.ports.records.store import RecordStore

SEES_NUMBERS: Final = Role.ADMIN
"""The lowest role that sees the numbers of all campaigns."""
_READ_ALOUD: Final = "0"
"""Stands for a hidden digit where a voice would read it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The campaigns whose numbers the caller must not see whole; records pass it before they are shown."""

    hidden: frozenset[CampaignId] = frozenset()

    def leads(self, rows: Sequence[LeadRecord]) -> list[LeadRecord]:
        """Return the leads as the caller may see them."""
        return [self.lead(row) for row in rows]

    def lead(self, lead: LeadRecord) -> LeadRecord:
        """Return the lead; its number is masked wherever it stands in the lead's data."""
        return _masked_lead(lead, masked_number(lead.phone)) if lead.campaign_id in self.hidden else lead

    def spoken(self, lead: LeadRecord) -> LeadRecord:
        """Return the lead as a preview may read it aloud, with zeros for the hidden digits."""
        if lead.campaign_id not in self.hidden:
            return lead
        return _masked_lead(lead, masked_number(lead.phone).replace("*", _READ_ALOUD))

    def cdrs(self, rows: Sequence[Cdr]) -> list[Cdr]:
        """Return the CDRs as the caller may see them."""
        return [self.cdr(row) for row in rows]

    def cdr(self, cdr: Cdr) -> Cdr:
        """Return the CDR; the callee's number is masked wherever it stands."""
        if cdr.campaign_id not in self.hidden or cdr.phone == ERASED:
            return cdr
        shown = masked_number(cdr.phone)
        hide = partial(without_number, phone=cdr.phone, instead=shown)
        additional = None if cdr.additional is None else _values(hide(dict(cdr.additional)))
        return replace(cdr, phone=shown, ref_id=str(hide(cdr.ref_id)), additional=additional)

    def body(self, text: str, *, campaign_id: CampaignId) -> str:
        """Return the body of a callback."""
        if campaign_id not in self.hidden:
            return text
        body = json.loads(text)
        phone = body.get("to_number")
        if not phone or phone == ERASED:
            return text
        shown = without_number(body, phone=phone, instead=masked_number(phone))
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


WHOLE: Final = Sight()
"""Of callers who see all numbers."""


def sight_of(store: RecordStore, *, tenant: Tenant, role: Role) -> Sight:
    """Return what a role sees of the tenant's numbers; an admin sees all of them, which costs no query."""
    if includes(role, SEES_NUMBERS):
        return WHOLE
    with store.reading() as tx:
        return Sight(tx.campaigns.hiding_numbers(tenant.id))


def _masked_lead(lead: LeadRecord, shown: str) -> LeadRecord:
    hide = partial(without_number, phone=lead.phone, instead=shown)
    profile, additional = _values(hide(dict(lead.profile))), _values(hide(dict(lead.additional)))
    return replace(lead, phone=shown, profile=profile, additional=additional)


def _values(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
