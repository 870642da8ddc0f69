"""Put callees who pressed their template's opt-out key on the do-not-call list, as their calls end."""

import logging
from collections.abc import Iterable, Mapping

from pendulum import DateTime

from worker.domain.campaign import Campaign
from worker.domain.ids import CampaignId, TemplateId
from worker.domain.template import Template, template_of
from worker.ports.dispatch.call_rows import Ended
from worker.ports.dispatch.store import DispatchTransaction

logger = logging.getLogger(__name__)


def opt_out_by_key(
    tx: DispatchTransaction, ended: Iterable[Ended], *, campaigns: Mapping[CampaignId, Campaign], now: DateTime
) -> None:
    """Block them in the transaction of their CDRs; a voice process may have done so before.

    Calls without keys cost nothing.
    """
    template_ids = {
        step.call.id: found
        for step in ended
        if step.call.pressed and (found := step.call.template_id or campaigns[step.call.campaign_id].template_id)
    }
    if not template_ids:
        return
    templates = _templates(tx, template_ids.values())
    for step in ended:
        template = templates.get(template_ids.get(step.call.id))
        if template is None or template.opt_out is None:
            continue
        asked = any(press.digit == template.opt_out.digit for press in step.call.pressed)
        if asked and tx.conversations.block_callee(step.call.id, now=now):
            logger.info("a callee opted out", extra={"action": "opted_out", "call_id": step.call.id})


def _templates(tx: DispatchTransaction, template_ids: Iterable[TemplateId]) -> Mapping[TemplateId | None, Template]:
    return {template_id: template_of(body) for template_id, body in tx.speech.templates(set(template_ids)).items()}
