"""Do what changed settings still have to do to many leads: piece by piece, and no more at a time than a tick may take.

Locks are taken in this order, here and by whoever puts a chore: lists, carriers, campaigns, the chore, leads. A chore
in hand waits for nobody: leads that others have in hand are come back to.
"""

import logging
from collections import deque
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.chore import CALLS_LEFT, END, PIECE, Chore, ChoreKind, advanced, awaiting_calls
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, CarrierId, ListId
from worker.domain.lead import Ending, Stage
from worker.domain.number_plan import calendar_day, start_of
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.sort_leads import sort_leads

logger = logging.getLogger(__name__)

PIECES: Final = 10
"""As many pieces are done at a time; the rest waits for the next tick."""


@dataclass(frozen=True, slots=True)
class _Done:
    """The chore after a piece, and how many leads were changed."""

    chore: Chore
    changed: int = 0


def do_chores(store: RecordStore, *, queue: JobQueue, now: DateTime) -> int:
    """Do a part of what is due, chores in turn; give how many leads were changed."""
    with store.reading() as tx:
        waiting = deque(tx.chores.due(now=now, limit=PIECES))
    changed = 0
    for _ in range(PIECES):
        if not waiting:
            break
        chore = waiting.popleft()
        done = _do_piece(store, chore, queue=queue, now=now)
        if done is None:
            continue
        changed += done.changed
        if done.chore.done_through == END:
            _finish(store, done.chore, queue=queue, now=now)
        elif done.chore.due_at <= now:
            waiting.append(done.chore)
    return changed


def _do_piece(store: RecordStore, chore: Chore, *, queue: JobQueue, now: DateTime) -> _Done | None:
    """Do one piece in one transaction; None when somebody else has the chore in hand."""
    if not chore.after:
        _wait_for_imports(store, chore)
    with store.transaction() as tx:
        if not tx.chores.hold(chore):
            return None
        try:
            done = _change(tx, chore, now=now)
        except NotFound:  # its list or campaign was deleted
            done = _Done(replace(chore, done_through=END))
        tx.chores.save(done.chore)
        if done.changed:
            for carrier_id in _carriers(tx, chore):
                tx.after_commit(partial(queue.plan_carrier, carrier_id))
    extra = {"action": "chore_piece_done", "chore": chore.kind.value, "leads": done.changed}
    logger.info("piece of a chore done", extra=extra)
    return done


def _wait_for_imports(store: RecordStore, chore: Chore) -> None:
    """Let imports end that began under the old settings: what they add is seen by what follows.

    Those that begin later see the new settings. A list's switch has waited for its imports itself.
    """
    with store.transaction() as tx:
        match chore.kind:
            case ChoreKind.EXPIRE_CAMPAIGN:
                tx.lists.lock_all_of(_campaign(chore))
            case ChoreKind.SORT_PREFIX:
                tx.lists.lock_all(chore.tenant_id)
            case ChoreKind.PARK_LIST:
                pass
            case never:
                assert_never(never)


def _change(tx: RecordTransaction, chore: Chore, *, now: DateTime) -> _Done:
    if chore.done_through == END:  # a crash came between the last piece and the end
        return _Done(chore)
    match chore.kind:
        case ChoreKind.PARK_LIST:
            return _park(tx, chore, now=now)
        case ChoreKind.EXPIRE_CAMPAIGN:
            return _expire(tx, chore, now=now)
        case ChoreKind.SORT_PREFIX:
            return _sort(tx, chore, now=now)
        case never:
            assert_never(never)


def _finish(store: RecordStore, chore: Chore, *, queue: JobQueue, now: DateTime) -> None:
    """Strike the chore off, and have planned what it changed; the carriers' locks come before the chore's."""
    with store.transaction() as tx:
        carrier_ids = _carriers(tx, chore)
        tx.carriers.wake(carrier_ids, at=now)
        tx.chores.finish(chore)
        if chore.kind is ChoreKind.SORT_PREFIX:
            _put_for_next_rule(tx, chore, now=now)
        for carrier_id in sorted(carrier_ids):
            tx.after_commit(partial(queue.plan_carrier, carrier_id))


def _carriers(tx: RecordTransaction, chore: Chore) -> set[CarrierId]:
    """Give the carriers that may have more to dial after the chore, or less."""
    try:
        match chore.kind:
            case ChoreKind.PARK_LIST:
                campaign_id = tx.lists.find(chore.tenant_id, ListId(UUID(chore.subject))).campaign_id
            case ChoreKind.EXPIRE_CAMPAIGN:
                campaign_id = _campaign(chore)
            case ChoreKind.SORT_PREFIX:
                return tx.carriers.all_of(chore.tenant_id)
            case never:
                assert_never(never)
        carrier_id = tx.campaigns.get(chore.tenant_id, campaign_id).carrier_uuid
    except NotFound:
        return set()
    return set() if carrier_id is None else {carrier_id}


def _park(tx: RecordTransaction, chore: Chore, *, now: DateTime) -> _Done:
    home = tx.lists.find(chore.tenant_id, ListId(UUID(chore.subject)))
    piece = tx.chore_leads.of_list(home.id, after=chore.after, limit=PIECE)
    wrong = [lead for lead in piece if lead.stage is not Stage.DONE and lead.parked is home.active]
    held = tx.chore_leads.hold([lead.id for lead in wrong])
    if held:
        tx.chore_leads.park(held, parked=not home.active, now=now)
    left = [lead for lead in wrong if lead.id not in held]
    return _Done(advanced(chore, piece, left=left, now=now), len(held))


def _expire(tx: RecordTransaction, chore: Chore, *, now: DateTime) -> _Done:
    """Close what waits; a call that is up may hand its lead back, so that all are looked at again when it has ended."""
    campaign_id = _campaign(chore)
    expires_at = tx.campaigns.get(chore.tenant_id, campaign_id).lead_expired_at
    if expires_at is None:
        return _Done(replace(chore, done_through=END))
    if expires_at > now:
        return _Done(replace(chore, done_through="", due_at=expires_at))
    calls_are_up = tx.chore_leads.calls_are_up(campaign_id)
    if calls_are_up and chore.done_through == CALLS_LEFT:
        return _Done(awaiting_calls(chore, now=now))
    piece = tx.chore_leads.of_campaign(campaign_id, after=chore.after, limit=PIECE)
    waiting = [lead for lead in piece if lead.stage not in {Stage.CALLING, Stage.DONE}]
    held = tx.chore_leads.hold([lead.id for lead in waiting])
    if held:
        tx.chore_leads.close(held, ending=Ending.EXPIRED, now=now)
    left = [lead for lead in waiting if lead.id not in held]
    after = advanced(chore, piece, left=left, now=now)
    if after.done_through == END and calls_are_up:
        after = awaiting_calls(chore, now=now)
    return _Done(after, len(held))


def _sort(tx: RecordTransaction, chore: Chore, *, now: DateTime) -> _Done:
    """Give the leads under a prefix their networks of today."""
    today = calendar_day(now, zone=tx.tenants.get(chore.tenant_id).timezone)
    piece = tx.chore_leads.under_prefix(chore.tenant_id, chore.subject, after=chore.after, limit=PIECE)
    plan = tx.number_plan.of(chore.tenant_id, {lead.phone for lead in piece})
    left, changed = sort_leads(tx, piece, plan=plan, today=today, now=now)
    return _Done(advanced(chore, piece, left=left, now=now), changed)


def _put_for_next_rule(tx: RecordTransaction, chore: Chore, *, now: DateTime) -> None:
    """Have the prefix sorted again on the day of its next rule."""
    zone = tx.tenants.get(chore.tenant_id).timezone
    plan = tx.number_plan.of(chore.tenant_id)
    day = plan.next_change(chore.subject, after=calendar_day(now, zone=zone))
    if day is not None:
        tx.chores.put(replace(chore, done_through="", due_at=start_of(day, zone=zone)))


def _campaign(chore: Chore) -> CampaignId:
    return CampaignId(UUID(chore.subject))
