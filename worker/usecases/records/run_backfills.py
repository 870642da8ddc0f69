"""Run backfills: what an edit means for many leads, batch by batch, and no more at a time than a tick may take.

Lock order, here and where a backfill is put: lists, carriers, campaigns, the backfill, leads. A locked backfill waits
for no other lock: it skips leads that another transaction has locked and returns to them later.
"""

import logging
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import Final, assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.backfill import BATCH, Backfill, BackfillKind, Progress, after_batch
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, CarrierId, ListId
from worker.domain.lead import Ending, Stage
from worker.domain.number_plan import calendar_day, start_of
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.classify_leads import classify_leads

logger = logging.getLogger(__name__)

BATCHES: Final = 10
"""Batches in one run; more would keep a tick from its planning. The rest waits for the next tick."""


@dataclass(frozen=True, slots=True)
class _Done:
    """The backfill after a batch, and how many leads were changed."""

    backfill: Backfill
    changed: int = 0


def run_backfills(store: RecordStore, *, queue: JobQueue, now: DateTime) -> int:
    """Run up to ten batches of what is due, backfills in rotation; return how many leads were changed."""
    with store.reading() as tx:
        waiting = deque(tx.backfills.due(now=now, limit=BATCHES))
    changed = 0
    for _ in range(BATCHES):
        if not waiting:
            break
        backfill = waiting.popleft()
        done = _run_batch(store, backfill, queue=queue, now=now)
        if done is None:
            continue
        changed += done.changed
        if done.backfill.progress is Progress.DONE:
            _finish(store, done.backfill, queue=queue, now=now)
        elif done.backfill.due_at <= now:
            waiting.append(done.backfill)
    return changed


def _run_batch(store: RecordStore, backfill: Backfill, *, queue: JobQueue, now: DateTime) -> _Done | None:
    """Run one batch in one transaction; None when another worker has the backfill locked."""
    if backfill.cursor is None:
        _wait_for_imports(store, backfill)
    with store.transaction() as tx:
        if not tx.backfills.lock(backfill):
            return None
        try:
            done = _change(tx, backfill, now=now)
        except NotFound:  # its list or campaign was deleted
            done = _Done(backfill.done())
        tx.backfills.save(done.backfill)
        if done.changed:
            for carrier_id in _carriers(tx, backfill):
                tx.after_commit(partial(queue.plan_carrier, carrier_id))
    extra = {"action": "chore_piece_done", "backfill": backfill.kind.value, "leads": done.changed}
    logger.info("backfill batch done", extra=extra)
    return done


def _wait_for_imports(store: RecordStore, backfill: Backfill) -> None:
    """Wait for imports that began under the old settings, so that this run sees the leads they add.

    Later imports see the new settings. Switching a list on or off has already waited for its imports.
    """
    with store.transaction() as tx:
        match backfill.kind:
            case BackfillKind.EXPIRE_CAMPAIGN:
                tx.lists.lock_all_of(_campaign(backfill))
            case BackfillKind.CLASSIFY_PREFIX:
                tx.lists.lock_all(backfill.tenant_id)
            case BackfillKind.PARK_LIST:
                pass
            case never:
                assert_never(never)


def _change(tx: RecordTransaction, backfill: Backfill, *, now: DateTime) -> _Done:
    if backfill.progress is Progress.DONE:  # a crash came between the last batch and the removal of the row
        return _Done(backfill)
    match backfill.kind:
        case BackfillKind.PARK_LIST:
            return _park(tx, backfill, now=now)
        case BackfillKind.EXPIRE_CAMPAIGN:
            return _expire(tx, backfill, now=now)
        case BackfillKind.CLASSIFY_PREFIX:
            return _classify(tx, backfill, now=now)
        case never:
            assert_never(never)


def _finish(store: RecordStore, backfill: Backfill, *, queue: JobQueue, now: DateTime) -> None:
    """Remove the backfill and ask for plans of the carriers it concerns, whose locks come before the backfill's."""
    with store.transaction() as tx:
        carrier_ids = _carriers(tx, backfill)
        tx.carriers.wake(carrier_ids, at=now)
        tx.backfills.finish(backfill)
        if backfill.kind is BackfillKind.CLASSIFY_PREFIX:
            _put_for_next_rule(tx, backfill, now=now)
        for carrier_id in sorted(carrier_ids):
            tx.after_commit(partial(queue.plan_carrier, carrier_id))


def _carriers(tx: RecordTransaction, backfill: Backfill) -> set[CarrierId]:
    """Return the carriers that may have more or less to dial after the backfill."""
    try:
        match backfill.kind:
            case BackfillKind.PARK_LIST:
                campaign_id = tx.lists.find(backfill.tenant_id, ListId(UUID(backfill.subject))).campaign_id
            case BackfillKind.EXPIRE_CAMPAIGN:
                campaign_id = _campaign(backfill)
            case BackfillKind.CLASSIFY_PREFIX:
                return tx.carriers.all_of(backfill.tenant_id)
            case never:
                assert_never(never)
        carrier_id = tx.campaigns.get(backfill.tenant_id, campaign_id).carrier_uuid
    except NotFound:
        return set()
    return set() if carrier_id is None else {carrier_id}


def _park(tx: RecordTransaction, backfill: Backfill, *, now: DateTime) -> _Done:
    home = tx.lists.find(backfill.tenant_id, ListId(UUID(backfill.subject)))
    batch = tx.backfill_leads.of_list(home.id, after=backfill.cursor, limit=BATCH)
    wrong = [lead for lead in batch if lead.stage is not Stage.DONE and lead.parked is home.active]
    locked = tx.backfill_leads.lock([lead.id for lead in wrong])
    if locked:
        tx.backfill_leads.park(locked, parked=not home.active, now=now)
    skipped = [lead for lead in wrong if lead.id not in locked]
    return _Done(after_batch(backfill, batch, locked_elsewhere=skipped, now=now), len(locked))


def _expire(tx: RecordTransaction, backfill: Backfill, *, now: DateTime) -> _Done:
    """Close waiting leads; start again when live calls have ended, since a cancelled call hands its lead back."""
    campaign_id = _campaign(backfill)
    expires_at = tx.campaigns.get(backfill.tenant_id, campaign_id).lead_expired_at
    if expires_at is None:
        return _Done(backfill.done())
    if expires_at > now:
        return _Done(backfill.restarted(at=expires_at))
    has_live_calls = tx.backfill_leads.has_live_calls(campaign_id)
    if has_live_calls and backfill.progress is Progress.AWAITING_CALLS:
        return _Done(backfill.awaiting_calls(now=now))
    batch = tx.backfill_leads.of_campaign(campaign_id, after=backfill.cursor, limit=BATCH)
    waiting = [lead for lead in batch if lead.stage not in {Stage.CALLING, Stage.DONE}]
    locked = tx.backfill_leads.lock([lead.id for lead in waiting])
    if locked:
        tx.backfill_leads.close(locked, ending=Ending.EXPIRED, now=now)
    skipped = [lead for lead in waiting if lead.id not in locked]
    after = after_batch(backfill, batch, locked_elsewhere=skipped, now=now)
    if after.progress is Progress.DONE and has_live_calls:
        after = backfill.awaiting_calls(now=now)
    return _Done(after, len(locked))


def _classify(tx: RecordTransaction, backfill: Backfill, *, now: DateTime) -> _Done:
    """Set the networks of the leads under a prefix to those of today's number plan."""
    today = calendar_day(now, zone=tx.tenants.get(backfill.tenant_id).timezone)
    batch = tx.backfill_leads.under_prefix(backfill.tenant_id, backfill.subject, after=backfill.cursor, limit=BATCH)
    plan = tx.number_plan.of(backfill.tenant_id, {lead.phone for lead in batch})
    skipped, changed = classify_leads(tx, batch, plan=plan, today=today, now=now)
    return _Done(after_batch(backfill, batch, locked_elsewhere=skipped, now=now), changed)


def _put_for_next_rule(tx: RecordTransaction, backfill: Backfill, *, now: DateTime) -> None:
    """Put the backfill again for the day on which the prefix's next rule takes effect."""
    zone = tx.tenants.get(backfill.tenant_id).timezone
    plan = tx.number_plan.of(backfill.tenant_id)
    day = plan.next_change(backfill.subject, after=calendar_day(now, zone=zone))
    if day is not None:
        tx.backfills.put(backfill.restarted(at=start_of(day, zone=zone)))


def _campaign(backfill: Backfill) -> CampaignId:
    return CampaignId(UUID(backfill.subject))
