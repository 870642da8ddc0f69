"""Postpone claimed leads whose sounds are not there, and ask for them to be rendered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.campaign import Campaign
from worker.domain.lead import ClaimedLead
from worker.domain.reason import Reason
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchTransaction
from worker.ports.sounds import SoundNames
from worker.usecases.dispatch.soundless_leads import consents_of, soundless_leads

LOOKED_AT_AGAIN: Final = Duration(minutes=5)
"""A lead that waits for its sounds is due again after this; it is made due at once when they are rendered."""
OTHERS_LOOKED_FOR: Final = Duration(seconds=1)
"""The next leads are claimed so soon after some that wait; the renderer makes them in the same order."""


@dataclass(frozen=True, slots=True)
class Held:
    """The leads that can be spoken to, and how many wait: their sounds are being rendered, or have failed."""

    ready: Sequence[ClaimedLead]
    rendered: int = 0
    failed: int = 0


def hold_soundless(
    tx: DispatchTransaction,
    leads: Sequence[ClaimedLead],
    *,
    campaign: Campaign,
    names: SoundNames | None,
    queue: JobQueue,
    now: DateTime,
) -> Held:
    """Return which leads can be spoken to; the others go back to their stage, and wait."""
    asked = {lead.id: lead.template_id or campaign.template_id for lead in leads}
    consents = consents_of(
        {lead.id: campaign for lead in leads}, codes={lead.id for lead in leads if lead.template_id is not None}
    )
    soundless = soundless_leads(tx, asked, consents=consents, names=names, now=now)
    if not soundless:
        return Held(leads)
    until = now + LOOKED_AT_AGAIN
    tx.speech.wait({lead.id: lead.stage_before for lead in leads if lead.id in soundless}, until=until)
    tx.sound_waits.hold(dict.fromkeys(soundless, campaign.id), until=until)
    failed = sum(why.reason is Reason.SOUND_FAILED for why in soundless.values())
    if failed < len(soundless):
        tx.after_commit(queue.render_sounds)
    ready = [lead for lead in leads if lead.id not in soundless]
    return Held(ready, rendered=len(soundless) - failed, failed=failed)
