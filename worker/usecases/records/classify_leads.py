"""Classify leads again after the number plan changed: set each one's network, close those that are barred."""

from collections.abc import Sequence
from datetime import date

from pendulum import DateTime

from worker.domain.backfill import BackfillLead
from worker.domain.ids import LeadId
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.domain.number_plan import NumberPlan
from worker.ports.records.store import RecordTransaction


def classify_leads(
    tx: RecordTransaction, leads: Sequence[BackfillLead], *, plan: NumberPlan, today: date, now: DateTime
) -> tuple[list[BackfillLead], int]:
    """Classify leads that are not done; return those to come back to, and how many were changed.

    A lead whose number is now barred ends as ``do_not_call``, after its call if it is in one. A number that no rule
    covers any more keeps its network: no rule forbids dialling it.
    """
    networks: dict[LeadId, Network] = {}
    barred: set[LeadId] = set()
    for lead in leads:
        found = None if lead.stage is Stage.DONE else plan.classify(lead.phone, on=today)
        if found is not None and found.network is None:
            barred.add(lead.id)
        elif found is not None and found.network is not None and found.network is not lead.network:
            networks[lead.id] = found.network
    locked = tx.backfill_leads.lock([*networks, *barred])
    in_call = {lead.id for lead in leads if lead.stage is Stage.CALLING}
    closing = (barred & locked) - in_call
    if closing:
        tx.backfill_leads.close(closing, ending=Ending.DO_NOT_CALL, now=now)
    tx.backfill_leads.set_networks(
        {lead_id: network for lead_id, network in networks.items() if lead_id in locked}, now=now
    )
    done = closing | (networks.keys() & locked)
    skipped = [lead for lead in leads if lead.id in (networks.keys() | barred) - done]
    return skipped, len(done)
