"""Encrypt the stored numbers of campaigns with ``enable_encrypt``, or decrypt them, while they dial."""

import logging
from collections import deque
from typing import Final

from pendulum import DateTime

from worker.domain.campaign_settings import HIDES_NUMBERS, CampaignSettings
from worker.domain.errors import Invalid
from worker.domain.number_sealing import SEALED_TOGETHER, NumberSealing, SealingStage
from worker.ports.records.store import RecordStore, RecordTransaction

logger = logging.getLogger(__name__)

BATCHES: Final = 10
"""Batches in one run; more would keep a tick from its planning. The rest waits for the next tick."""
NO_KEY: Final = (
    f"{HIDES_NUMBERS} needs an encryption key: set CALLBEAT_SECRET_KEY for every process, then "
    "`callbeat secret-key rotate`"
)


def key_for(tx: RecordTransaction, campaign: CampaignSettings) -> str:
    """Return the id of the key that encrypts new numbers of the campaign; empty for one that does not hide them."""
    return tx.secret_rows.present_key() if campaign.hides_numbers else ""


def hide_as_wanted(tx: RecordTransaction, *, before: CampaignSettings, after: CampaignSettings, now: DateTime) -> None:
    """Begin to encrypt or decrypt stored numbers when an edit asks for it. Raises ``Invalid`` without a key."""
    if after.hides_numbers == before.hides_numbers:
        return
    if after.hides_numbers and not tx.number_sealings.usable_key():
        raise Invalid(NO_KEY)
    tx.number_sealings.put(NumberSealing(after.campaign_uuid, after.tenant_id, after.hides_numbers, due_at=now))


def seal_numbers(store: RecordStore, *, now: DateTime) -> None:
    """Run up to ten batches of what is due, campaigns in rotation; a run that is killed is repeated."""
    with store.reading() as tx:
        waiting = deque(tx.number_sealings.due(now=now, limit=BATCHES))
    for _ in range(BATCHES):
        if not waiting:
            return
        after = _run_batch(store, waiting.popleft(), now=now)
        if after is not None and after.due_at is not None and after.due_at <= now:
            waiting.append(after)


def _run_batch(store: RecordStore, sealing: NumberSealing, *, now: DateTime) -> NumberSealing | None:
    """Run one batch in one transaction; None when another worker has it."""
    if sealing.stage is SealingStage.LEADS:
        _wait_for_imports(store, sealing)
    with store.transaction() as tx:
        if not tx.number_sealings.lock(sealing):
            return None
        if sealing.hides and not tx.number_sealings.usable_key():
            after = sealing.waits(now=now)
        else:
            after = _change(tx, sealing, now=now)
        if after.is_over and not after.hides:
            tx.number_sealings.remove(after.campaign_id)
        else:
            tx.number_sealings.save(after)
    extra = {"action": "numbers_sealed", "campaign": str(sealing.campaign_id), "stage": after.stage.value}
    logger.info("batch of stored numbers done", extra=extra)
    return after


def _wait_for_imports(store: RecordStore, sealing: NumberSealing) -> None:
    """Wait for imports that began under the old settings; later ones see the new settings."""
    with store.transaction() as tx:
        tx.lists.lock_all_of(sealing.campaign_id)


def _change(tx: RecordTransaction, sealing: NumberSealing, *, now: DateTime) -> NumberSealing:
    sealings = tx.number_sealings
    if sealing.stage is not SealingStage.LEADS:
        last = sealings.change_rows(sealing, limit=SEALED_TOGETHER)
        return sealing.next_stage() if last is None else sealing.behind(last)
    if sealings.change_leads(sealing, limit=SEALED_TOGETHER):
        return sealing
    if sealings.has_other_leads(sealing):
        return sealing.waits(now=now)
    sealings.restart_walks(sealing)
    return sealing.next_stage()
