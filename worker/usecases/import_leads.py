"""Add leads to a list: numbers read, duplicates told, all rows stored in one statement, a plan asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, LeadId, ListId
from worker.domain.network import NotDialable, PhoneNumber, parse_phone_number
from worker.domain.settings import Json
from worker.ports.messages import JobQueue
from worker.ports.record_store import RecordStore
from worker.ports.records import NewLead, Tenant

DUPLICATE: Final = "phone_number is duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One row as it came, checked for its types only."""

    row: int
    phone_number: str
    after_day: int = 0
    profile: Mapping[str, Json] = field(default_factory=dict)
    additional: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeadImport:
    """Rows for one list."""

    tenant: Tenant
    list_id: ListId
    drafts: Sequence[Draft]


@dataclass(frozen=True, slots=True)
class Imported:
    """Which rows became leads, and why the others did not."""

    leads: Mapping[int, LeadId]
    problems: Mapping[int, str]


def import_leads(
    store: RecordStore, *, queue: JobQueue, wanted: LeadImport, now: DateTime, new_id: Callable[[], UUID]
) -> Imported:
    """Add the rows that can be called; a row's problem is told and never fails the rest."""
    new, problems = _readable(wanted.drafts, now=now, new_id=new_id)
    with store.transaction() as tx:
        try:
            home = tx.lists.get(wanted.tenant.id, wanted.list_id)
        except NotFound as error:
            raise NotFound("list is not found") from error
        tx.lists.lock_all_of(home.campaign_id)
        added = tx.lead_records.add(list(new.values()), to=home, now=now) if new else set()
        carrier_id = tx.campaigns.get(wanted.tenant.id, home.campaign_id).carrier_uuid
        if added and carrier_id is not None:
            tx.carriers.wake([carrier_id], at=now)
    if added:
        _ask_for_plan(store, queue=queue, tenant=wanted.tenant, campaign_id=home.campaign_id)
    problems |= {row: DUPLICATE for row, lead in new.items() if lead.phone not in added}
    return Imported({row: lead.id for row, lead in new.items() if lead.phone in added}, problems)


def _ask_for_plan(store: RecordStore, *, queue: JobQueue, tenant: Tenant, campaign_id: CampaignId) -> None:
    """Ask for a plan of the carrier that the campaign has by now: an edit may have moved it while the leads came in."""
    with store.reading() as tx:
        carrier_id = tx.campaigns.get(tenant.id, campaign_id).carrier_uuid
    if carrier_id is not None:
        queue.plan_carrier(carrier_id)


def _readable(
    drafts: Sequence[Draft], *, now: DateTime, new_id: Callable[[], UUID]
) -> tuple[dict[int, NewLead], dict[int, str]]:
    new: dict[int, NewLead] = {}
    problems: dict[int, str] = {}
    seen: set[str] = set()
    for draft in drafts:
        try:
            number = parse_phone_number(draft.phone_number)
        except NotDialable as error:
            problems[draft.row] = str(error)
            continue
        if number.national in seen:
            problems[draft.row] = DUPLICATE
            continue
        seen.add(number.national)
        new[draft.row] = _lead(draft, number, now=now, new_id=new_id)
    return new, problems


def _lead(draft: Draft, number: PhoneNumber, *, now: DateTime, new_id: Callable[[], UUID]) -> NewLead:
    return NewLead(
        id=LeadId(new_id()),
        phone=number.national,
        network=number.network,
        due_at=now.add(days=draft.after_day),
        profile={**draft.profile, "after_day": draft.after_day},
        additional=draft.additional,
    )
