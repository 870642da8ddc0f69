"""Import leads into a list: classify numbers, refuse duplicates, store all rows in one statement, ask for a plan."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.campaign_settings import CampaignSettings
from worker.domain.caps import DEFAULT_CAPS, Cap, check_cap, is_within
from worker.domain.destinations import FORBIDDEN, is_allowed
from worker.domain.erasure import IS_ERASED
from worker.domain.errors import NotFound, Problem, Unavailable
from worker.domain.hidden_text import hidden
from worker.domain.ids import CampaignId, LeadId, ListId
from worker.domain.json_value import Json
from worker.domain.lead import Ending
from worker.domain.network import Network, NotDialable, national_form
from worker.domain.number_plan import NumberPlan, calendar_day
from worker.domain.script import reads_values, values_of_lead, why_not_spoken
from worker.domain.template import template_of
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import DuplicateScope, NewLead, Tenant
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.seal_numbers import key_for

DUPLICATE: Final = "phone_number is duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One row as it was sent; only its types are checked."""

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
    scope: DuplicateScope = DuplicateScope.CAMPAIGN
    caps: Mapping[Cap, int] = field(default_factory=lambda: DEFAULT_CAPS)
    used: int | None = None
    """The list's leads as they were counted lately; None: they are counted. Counting a million takes a while."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Which rows became leads, and the problem of each other row."""

    leads: Mapping[int, LeadId]
    problems: Mapping[int, str]
    unspoken: Mapping[int, tuple[Problem, ...]] = field(default_factory=dict)
    """Of rows whose problem is the template: the keys that it cannot read aloud."""
    used: int = 0
    """The list's leads afterwards, as far as they were counted."""


def import_leads(
    store: RecordStore, *, queue: JobQueue, wanted: LeadImport, now: DateTime, new_id: Callable[[], UUID]
) -> Imported:
    """Add the rows that can be called and spoken to; a row with a problem is reported and never fails the others.

    Leads of a campaign whose ``lead_expired_at`` has passed end at once. Raises ``OverCap`` for rows that are more than
    the list may still have, before any of them is added.
    """
    rows = readable_rows(wanted.drafts)  # before the transaction, because a big import takes a while
    with store.transaction() as tx:
        return import_in(tx, rows, wanted=wanted, ask=asking(store, queue, wanted.tenant), now=now, new_id=new_id)


def import_in(
    tx: RecordTransaction,
    rows: tuple[Mapping[str, Draft], Mapping[int, str]],
    *,
    wanted: LeadImport,
    ask: Callable[[CampaignId], None],
    now: DateTime,
    new_id: Callable[[], UUID],
) -> Imported:
    """Do the same with ``readable_rows``, in a transaction that does more; ``asking`` asks for the plan after it."""
    drafts, problems = rows[0], dict(rows[1])
    today = calendar_day(now, zone=wanted.tenant.timezone)
    try:
        home = tx.lists.lock(wanted.tenant.id, wanted.list_id, scope=wanted.scope)
    except NotFound as error:
        raise NotFound("list is not found") from error
    used = _check_cap(tx, wanted, asked=len(drafts))
    new, unsorted = _classified(
        drafts,
        plan=tx.number_plan.of(wanted.tenant.id, drafts),
        today=today,
        rules=wanted.tenant.destinations,
    )
    for phone in tx.erasure.among(wanted.tenant.id, new):
        unsorted[new.pop(phone)[0].row] = IS_ERASED
    campaign = tx.campaigns.get(wanted.tenant.id, home.campaign_id)
    unspoken = _unspoken(tx, new, campaign=campaign)
    key = key_for(tx, campaign)
    due = {days: now.add(days=days) for days in {draft.after_day for draft, _ in new.values()}}
    leads = {
        draft.row: _lead(draft, hidden(phone, key=key), network, due_at=due[draft.after_day], new_id=new_id)
        for phone, (draft, network) in new.items()
        if draft.row not in unspoken
    }
    ended = _ending(campaign, now=now)
    added = tx.lead_records.add(list(leads.values()), to=home, scope=wanted.scope, ended=ended, now=now)
    if added and campaign.carrier_uuid is not None:
        tx.carriers.wake([campaign.carrier_uuid], at=now)
    if added:
        tx.after_commit(partial(ask, home.campaign_id))
    problems |= unsorted | {row: DUPLICATE for row, lead in leads.items() if lead.phone not in added}
    problems |= {row: "; ".join(f"{one.field} {one.message}" for one in why) for row, why in unspoken.items()}
    imported = {row: lead.id for row, lead in leads.items() if lead.phone in added}
    return Imported(imported, problems, unspoken, used + len(added))


def asking(store: RecordStore, queue: JobQueue, tenant: Tenant) -> Callable[[CampaignId], None]:
    """Return what asks for the plan of a tenant's campaign."""
    return partial(_ask_for_plan, store, queue, tenant)


def _check_cap(tx: RecordTransaction, wanted: LeadImport, *, asked: int) -> int:
    """Return how many leads the locked list has; raise ``OverCap`` when it may not have so many more."""
    own, used = tx.tenant_caps.own(wanted.tenant.id), wanted.used
    if used is None or not is_within(Cap.LEADS, own=own, defaults=wanted.caps, used=used, asked=asked):
        used = tx.tenant_caps.leads_of(wanted.list_id)
        check_cap(Cap.LEADS, own=own, defaults=wanted.caps, used=used, asked=asked)
    return used


def _ask_for_plan(store: RecordStore, queue: JobQueue, tenant: Tenant, campaign_id: CampaignId) -> None:
    """Ask for a plan of the campaign's present carrier: an edit may have moved the campaign during the import.

    The leads are stored, so this must not raise; the tick plans what could not be requested.
    """
    try:
        with store.reading() as tx:
            carrier_id = tx.campaigns.get(tenant.id, campaign_id).carrier_uuid
    except (Unavailable, NotFound):
        return
    if carrier_id is not None:
        queue.plan_carrier(carrier_id)


def readable_rows(drafts: Sequence[Draft]) -> tuple[dict[str, Draft], dict[int, str]]:
    """Return the drafts by their normalised number, and the problem of each other row."""
    readable: dict[str, Draft] = {}
    problems: dict[int, str] = {}
    for draft in drafts:
        try:
            phone = national_form(draft.phone_number)
        except NotDialable as error:
            problems[draft.row] = str(error)
            continue
        if readable.setdefault(phone, draft) is not draft:
            problems[draft.row] = DUPLICATE
    return readable, problems


def _classified(
    drafts: Mapping[str, Draft], *, plan: NumberPlan, today: date, rules: Sequence[str]
) -> tuple[dict[str, tuple[Draft, Network]], dict[int, str]]:
    """Return the network of each number, and the rows that have none or that the tenant may not call."""
    found: dict[str, tuple[Draft, Network]] = {}
    problems: dict[int, str] = {}
    for phone, draft in drafts.items():
        try:
            network = plan.dialable(phone, on=today)
        except NotDialable as error:
            problems[draft.row] = str(error)
            continue
        if is_allowed(phone, network=network, rules=rules):
            found[phone] = draft, network
        else:
            problems[draft.row] = FORBIDDEN
    return found, problems


def _unspoken(
    tx: RecordTransaction, new: Mapping[str, tuple[Draft, Network]], *, campaign: CampaignSettings
) -> dict[int, tuple[Problem, ...]]:
    """Return the rows whose values the campaign's template cannot read aloud, with the keys."""
    if campaign.template_uuid is None:
        return {}
    template = template_of(tx.templates.get(campaign.tenant_id, campaign.template_uuid).body)
    if not reads_values(template):
        return {}
    found = {
        draft.row: why_not_spoken(
            template, values=values_of_lead(phone=phone, profile=draft.profile, additional=draft.additional)
        )
        for phone, (draft, _) in new.items()
    }
    return {row: why for row, why in found.items() if why}


def _ending(campaign: CampaignSettings, *, now: DateTime) -> Ending | None:
    expires = campaign.lead_expired_at
    return Ending.EXPIRED if expires is not None and expires <= now else None


def _lead(draft: Draft, phone: str, network: Network, *, due_at: DateTime, new_id: Callable[[], UUID]) -> NewLead:
    return NewLead(
        id=LeadId(new_id()),
        phone=phone,
        network=network,
        due_at=due_at,
        profile={**draft.profile, "after_day": draft.after_day},
        additional=draft.additional,
    )
