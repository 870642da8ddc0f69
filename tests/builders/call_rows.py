"""Call rows and claims for the contracts of the store."""

from dataclasses import replace
from uuid import UUID

from tests.builders import (
    CAMPAIGN,
    CARRIER,
    NOON,
    TENANT,
    add_leads,
    list_of,
    viettel,
)
from worker.domain.call import CallState
from worker.domain.campaign import Priority
from worker.domain.ids import CallId, LeadId
from worker.domain.lead import ClaimedLead, Lane, Stage
from worker.domain.network import Network
from worker.domain.planner import Grant
from worker.ports.dispatch.call_rows import Call
from worker.store.transaction import SqlStore

V, M = Network.VIETTEL, Network.MOBI
MOBI = [f"0901{number:06d}" for number in range(5)]


def claim(
    store: SqlStore,
    count: int,
    ceilings: dict[Network, int],
    *,
    priority: Priority = Priority.NORMAL,
    lane: Lane = Lane.LIST,
) -> list[str]:
    return [lead.phone for lead in claimed_leads(store, count, ceilings, priority=priority, lane=lane)]


def claimed_leads(
    store: SqlStore,
    count: int,
    ceilings: dict[Network, int],
    *,
    priority: Priority = Priority.NORMAL,
    lane: Lane = Lane.LIST,
) -> list[ClaimedLead]:
    with store.transaction() as tx:
        campaign = replace(tx.plans.campaigns([CAMPAIGN])[CAMPAIGN], priority=priority)
        return tx.leads.claim(Grant(campaign, lane, count, ceilings), now=NOON)


def a_call(number: int, lead_id: LeadId, **changed: object) -> Call:
    given: dict[str, object] = {
        "id": CallId(UUID(int=0xC000 + number)),
        "tenant_id": TENANT,
        "campaign_id": CAMPAIGN,
        "carrier_id": CARRIER,
        "lead_id": lead_id,
        "list_id": list_of(CAMPAIGN),
        "run_id": None,
        "revision": 1,
        "attempt": 1,
        "stage_before": Stage.NEW,
        "phone": f"0981{number:06d}",
        "network": V,
        "state": CallState.QUEUED,
        "queued_at": NOON,
        "resend_at": NOON,
    }
    return Call(**(given | changed))  # type: ignore[arg-type]  # a builder's mixed values


def insert_calls(store: SqlStore, *states: CallState) -> list[CallId]:
    lead_ids = add_leads(store, viettel(len(states)), stage=Stage.CALLING)
    made = [a_call(n, lead, state=state) for n, (lead, state) in enumerate(zip(lead_ids, states, strict=True))]
    with store.transaction() as tx:
        tx.calls.insert(made)
    return [call.id for call in made]
