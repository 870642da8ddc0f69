"""Edit a tenant's number plan: prefixes and ported numbers; waiting leads follow it."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Final

from pendulum import DateTime

from worker.domain.backfill import Backfill, BackfillKind
from worker.domain.number_plan import PrefixRule, calendar_day, start_of
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import PortedNumber, Tenant
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.block_numbers import Handled, handled, readable_numbers
from worker.usecases.records.classify_leads import classify_leads

NOT_FOUND: Final = "phone_number is not found"


def save_prefixes(store: RecordStore, *, tenant: Tenant, rules: Sequence[PrefixRule], now: DateTime) -> None:
    """Add rules, or replace those of the same prefix and day; waiting leads are classified when a rule takes effect.

    Waits for imports that have begun: leads that are added later are classified by the new plan.
    """
    with store.transaction() as tx:
        tx.lists.lock_all(tenant.id)
        tx.number_plan.save(tenant.id, rules, now=now)
        for rule in rules:
            _classify_later(tx, rule.prefix, tenant=tenant, day=rule.effective_from, now=now)


def remove_prefixes(
    store: RecordStore, *, tenant: Tenant, rules: Sequence[tuple[str, date | None]], now: DateTime
) -> list[tuple[str, date]]:
    """Remove the tenant's rules of these prefixes and days (None: any day); the shipped rules below them hold again."""
    with store.transaction() as tx:
        tx.lists.lock_all(tenant.id)
        removed = sorted(tx.number_plan.remove(tenant.id, rules))
        for prefix in sorted({prefix for prefix, _ in removed}):
            _classify_later(tx, prefix, tenant=tenant, day=None, now=now)
    return removed


def port_numbers(
    store: RecordStore, *, queue: JobQueue, tenant: Tenant, numbers: Sequence[PortedNumber], now: DateTime
) -> Handled:
    """Set the network of these numbers, whatever their prefix."""
    readable, problems = readable_numbers([number.phone for number in numbers])
    networks = {number.phone: number.network for number in numbers}
    with store.transaction() as tx:
        tx.lists.lock_all(tenant.id)
        tx.number_plan.port(tenant.id, {phone: networks[sent] for phone, sent in readable.items()}, now=now)
        _classify_now(tx, list(readable), queue=queue, tenant=tenant, now=now)
    return handled(readable, problems, done=set(readable), otherwise="")


def unport_numbers(
    store: RecordStore, *, queue: JobQueue, tenant: Tenant, phones: Sequence[str], now: DateTime
) -> Handled:
    """Remove these ported numbers: they belong to the networks of their prefixes again."""
    readable, problems = readable_numbers(phones)
    with store.transaction() as tx:
        tx.lists.lock_all(tenant.id)
        removed = tx.number_plan.unport(tenant.id, list(readable))
        _classify_now(tx, sorted(removed), queue=queue, tenant=tenant, now=now)
    return handled(readable, problems, done=removed, otherwise=NOT_FOUND)


def _classify_now(
    tx: RecordTransaction, phones: Sequence[str], *, queue: JobQueue, tenant: Tenant, now: DateTime
) -> None:
    """Classify the leads of these numbers; those that another transaction has locked are left to a backfill."""
    carrier_ids = tx.number_plan.carriers_of(tenant.id, phones)
    tx.carriers.wake(carrier_ids, at=now)
    leads = tx.backfill_leads.not_done(tenant.id, phones)
    today = calendar_day(now, zone=tenant.timezone)
    left, _ = classify_leads(tx, leads, plan=tx.number_plan.of(tenant.id, phones), today=today, now=now)
    for phone in sorted({lead.phone for lead in left}):
        _classify_later(tx, phone, tenant=tenant, day=None, now=now)
    for carrier_id in sorted(carrier_ids):
        tx.after_commit(partial(queue.plan_carrier, carrier_id))


def _classify_later(tx: RecordTransaction, prefix: str, *, tenant: Tenant, day: date | None, now: DateTime) -> None:
    later = day is not None and day > calendar_day(now, zone=tenant.timezone)
    begins = start_of(day, zone=tenant.timezone) if day is not None and later else now
    tx.backfills.put(Backfill(tenant.id, BackfillKind.CLASSIFY_PREFIX, prefix, due_at=begins))
