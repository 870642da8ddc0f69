"""Give leads that still have to be called the networks that the number plan says by now."""

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
    """Sort those that are not done; give the ones that have to be come back to, and how many were changed.

    A lead whose number the plan bars by now ends as on do-not-call, one in a call when that is over. A number that no
    rule covers any longer keeps its network: nobody said that it may not be dialled.
    """
    networks: dict[LeadId, Network] = {}
    barred: set[LeadId] = set()
    for lead in leads:
        found = None if lead.stage is Stage.DONE else plan.classify(lead.phone, on=today)
        if found is not None and found.network is None:
            barred.add(lead.id)
        elif found is not None and found.network is not None and found.network is not lead.network:
            networks[lead.id] = found.network
    held = tx.backfill_leads.hold([*networks, *barred])
    in_call = {lead.id for lead in leads if lead.stage is Stage.CALLING}
    closing = (barred & held) - in_call
    if closing:
        tx.backfill_leads.close(closing, ending=Ending.DO_NOT_CALL, now=now)
    tx.backfill_leads.set_networks(
        {lead_id: network for lead_id, network in networks.items() if lead_id in held}, now=now
    )
    done = closing | (networks.keys() & held)
    left = [lead for lead in leads if lead.id in (networks.keys() | barred) - done]
    return left, len(done)
