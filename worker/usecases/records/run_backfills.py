"""Do what changed settings still have to do to many leads: batch by batch, and no more at a time than a tick may take.

Locks are taken in this order, here and by whoever puts a backfill: lists, carriers, campaigns, the backfill, leads. A backfill
in hand waits for nobody: leads that others have in hand are come back to.
"""

import logging
from collections import deque
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.backfill import BATCH, CALLS_LEFT, END, Backfill, BackfillKind, advanced, awaiting_calls
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, CarrierId, ListId
from worker.domain.lead import Ending, Stage
from worker.domain.number_plan import calendar_day, start_of
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.classify_leads import classify_leads

logger = logging.getLogger(__name__)

PIECES: Final = 10
"""As many batches are done at a time; the rest waits for the next tick."""


@dataclass(frozen=True, slots=True)
class _Done:
    """The backfill after a batch, and how many leads were changed."""

    backfill: Backfill
    changed: int = 0


def run_backfills(store: RecordStore, *, queue: JobQueue, now: DateTime) -> int:
    """Do a part of what is due, backfills in turn; give how many leads were changed."""
    with store.reading() as tx:
        waiting = deque(tx.backfills.due(now=now, limit=PIECES))
    changed = 0
    for _ in range(PIECES):
        if not waiting:
            break
        backfill = waiting.popleft()
        done = _do_piece(store, backfill, queue=queue, now=now)
        if done is None:
            continue
        changed += done.changed
        if done.backfill.done_through == END:
            _finish(store, done.backfill, queue=queue, now=now)
        elif done.backfill.due_at <= now:
            waiting.append(done.backfill)
    return changed


def _do_piece(store: RecordStore, backfill: Backfill, *, queue: JobQueue, now: DateTime) -> _Done | None:
    """Do one batch in one transaction; None when somebody else has the backfill in hand."""
    if not backfill.after:
        _wait_for_imports(store, backfill)
    with store.transaction() as tx:
        if not tx.backfills.hold(backfill):
            return None
        try:
            done = _change(tx, backfill, now=now)
        except NotFound:  # its list or campaign was deleted
            done = _Done(replace(backfill, done_through=END))
        tx.backfills.save(done.backfill)
        if done.changed:
            for carrier_id in _carriers(tx, backfill):
                tx.after_commit(partial(queue.plan_carrier, carrier_id))
    extra = {"action": "chore_piece_done", "backfill": backfill.kind.value, "leads": done.changed}
    logger.info("batch of a backfill done", extra=extra)
    return done


def _wait_for_imports(store: RecordStore, backfill: Backfill) -> None:
    """Let imports end that began under the old settings: what they add is seen by what follows.

    Those that begin later see the new settings. A list's switch has waited for its imports itself.
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
    if backfill.done_through == END:  # a crash came between the last batch and the end
        return _Done(backfill)
    match backfill.kind:
        case BackfillKind.PARK_LIST:
            return _park(tx, backfill, now=now)
        case BackfillKind.EXPIRE_CAMPAIGN:
            return _expire(tx, backfill, now=now)
        case BackfillKind.CLASSIFY_PREFIX:
            return _sort(tx, backfill, now=now)
        case never:
            assert_never(never)


def _finish(store: RecordStore, backfill: Backfill, *, queue: JobQueue, now: DateTime) -> None:
    """Strike the backfill off, and have planned what it changed; the carriers' locks come before the backfill's."""
    with store.transaction() as tx:
        carrier_ids = _carriers(tx, backfill)
        tx.carriers.wake(carrier_ids, at=now)
        tx.backfills.finish(backfill)
        if backfill.kind is BackfillKind.CLASSIFY_PREFIX:
            _put_for_next_rule(tx, backfill, now=now)
        for carrier_id in sorted(carrier_ids):
            tx.after_commit(partial(queue.plan_carrier, carrier_id))


def _carriers(tx: RecordTransaction, backfill: Backfill) -> set[CarrierId]:
    """Give the carriers that may have more to dial after the backfill, or less."""
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
    batch = tx.backfill_leads.of_list(home.id, after=backfill.after, limit=BATCH)
    wrong = [lead for lead in batch if lead.stage is not Stage.DONE and lead.parked is home.active]
    held = tx.backfill_leads.hold([lead.id for lead in wrong])
    if held:
        tx.backfill_leads.park(held, parked=not home.active, now=now)
    left = [lead for lead in wrong if lead.id not in held]
    return _Done(advanced(backfill, batch, left=left, now=now), len(held))


def _expire(tx: RecordTransaction, backfill: Backfill, *, now: DateTime) -> _Done:
    """Close what waits; a call that is up may hand its lead back, so that all are looked at again when it has ended."""
    campaign_id = _campaign(backfill)
    expires_at = tx.campaigns.get(backfill.tenant_id, campaign_id).lead_expired_at
    if expires_at is None:
        return _Done(replace(backfill, done_through=END))
    if expires_at > now:
        return _Done(replace(backfill, done_through="", due_at=expires_at))
    calls_are_up = tx.backfill_leads.calls_are_up(campaign_id)
    if calls_are_up and backfill.done_through == CALLS_LEFT:
        return _Done(awaiting_calls(backfill, now=now))
    batch = tx.backfill_leads.of_campaign(campaign_id, after=backfill.after, limit=BATCH)
    waiting = [lead for lead in batch if lead.stage not in {Stage.CALLING, Stage.DONE}]
    held = tx.backfill_leads.hold([lead.id for lead in waiting])
    if held:
        tx.backfill_leads.close(held, ending=Ending.EXPIRED, now=now)
    left = [lead for lead in waiting if lead.id not in held]
    after = advanced(backfill, batch, left=left, now=now)
    if after.done_through == END and calls_are_up:
        after = awaiting_calls(backfill, now=now)
    return _Done(after, len(held))


def _sort(tx: RecordTransaction, backfill: Backfill, *, now: DateTime) -> _Done:
    """Give the leads under a prefix their networks of today."""
    today = calendar_day(now, zone=tx.tenants.get(backfill.tenant_id).timezone)
    batch = tx.backfill_leads.under_prefix(backfill.tenant_id, backfill.subject, after=backfill.after, limit=BATCH)
    plan = tx.number_plan.of(backfill.tenant_id, {lead.phone for lead in batch})
    left, changed = classify_leads(tx, batch, plan=plan, today=today, now=now)
    return _Done(advanced(backfill, batch, left=left, now=now), changed)


def _put_for_next_rule(tx: RecordTransaction, backfill: Backfill, *, now: DateTime) -> None:
    """Have the prefix sorted again on the day of its next rule."""
    zone = tx.tenants.get(backfill.tenant_id).timezone
    plan = tx.number_plan.of(backfill.tenant_id)
    day = plan.next_change(backfill.subject, after=calendar_day(now, zone=zone))
    if day is not None:
        tx.backfills.put(replace(backfill, done_through="", due_at=start_of(day, zone=zone)))


def _campaign(backfill: Backfill) -> CampaignId:
    return CampaignId(UUID(backfill.subject))
