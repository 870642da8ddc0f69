"""Evidence of a clean run, in which tests plant what a judge must find.

Two campaigns on two carriers: A of ``direct`` mode calls three leads, the first of them twice; B of ``serial`` mode
calls one. Moments are seconds after a Monday noon in Hanoi.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tests.builders import HANOI, NOON
from tests.faults.evidence import (
    CallRow,
    CampaignRow,
    CarrierRow,
    DeliveryRow,
    Edit,
    Evidence,
    LeadRow,
    Rows,
    TenantRow,
)
from tests.faults.judge import judge
from tests.faults.promises import Promise
from tests.faults.seen import Seen
from tests.stack.receiver import Received
from worker.domain.call import CallState
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network

START = NOON.timestamp()
OVER = START + 1000
CAMPAIGN_OF = {"a1": "A", "a2": "A", "a3": "A", "b1": "B"}
PHONES = {"a1": "0981000001", "a2": "0981000002", "a3": "0981000003", "b1": "0911000001"}
CARRIER_OF = {"A": "one", "B": "two"}
GATEWAYS = {"one": "gateway-one", "two": "gateway-two"}
CALLS = {"a1-1": 0.0, "a2-1": 2.0, "a3-1": 4.0, "a1-2": 20.0, "b1-1": 30.0}
"""Each call of the clean run, named after its lead, and when it is dialled; it lasts ten seconds."""
LASTS = 10.0
SETTINGS: Mapping[str, Any] = {
    "status": "start",
    "active": True,
    "concurrent_call": 3,
    "recall_times": 1,
    "schedules": [],
    "callback_url": "http://crm/cdr",
}


def clean() -> Evidence:
    """Give the evidence of a run in which every promise held."""
    lines = [line for call, at in CALLS.items() for line in carried(call, at=at)]
    calls = [a_call(call) for call in CALLS]
    return Evidence(
        over_at=OVER,
        lines=in_order([Seen(event="started", at=START - 1), *lines]),
        received=tuple(a_receipt(call) for call in CALLS),
        rows=Rows(
            calls={row.id: row for row in calls},
            leads={row.id: row for row in map(a_lead, PHONES)},
            campaigns={
                "A": a_campaign("A", mode_call="direct", network={}),
                "B": a_campaign("B", mode_call="serial", network={"vina": 1}),
            },
            carriers={name: a_carrier(name) for name in GATEWAYS},
            tenants={"T": TenantRow(id="T", timezone=HANOI, settings={"concurrent_call": 4})},
            lists={"list A": True, "list B": True},
            deliveries={f"id {call}": a_delivery(call) for call in CALLS},
        ),
        imported={"A": 3, "B": 1},
    )


def a_campaign(name: str, **changed: Any) -> CampaignRow:
    """Make a started campaign of three calls at once and one recall."""
    return CampaignRow(id=name, tenant="T", settings={**SETTINGS, "carrier_uuid": CARRIER_OF[name], **changed})


def a_carrier(name: str, **changed: Any) -> CarrierRow:
    """Make a carrier of three calls at once, one of them to a Vina number."""
    settings = {"concurrent_call": 3, "network": {"viettel": 3, "vina": 1}, "calls_per_second": 2, **changed}
    return CarrierRow(id=name, tenant="T", gateway=GATEWAYS[name], settings=settings)


def a_lead(name: str, **changed: Any) -> LeadRow:
    """Make a lead that has ended after its calls."""
    campaign = CAMPAIGN_OF[name]
    made = LeadRow(
        id=name,
        campaign=campaign,
        list=f"list {campaign}",
        phone=PHONES[name],
        network=Network.VIETTEL if campaign == "A" else Network.VINA,
        stage=Stage.DONE,
        ending=Ending.ATTEMPTS_USED if name == "a1" else Ending.ANSWERED,
    )
    return replace(made, **changed)


def a_call(name: str, **changed: Any) -> CallRow:
    """Make an ended call of the lead after which it is named."""
    lead = a_lead(name.split("-", maxsplit=1)[0])
    at = START + CALLS.get(name, 50.0)
    made = CallRow(
        id=name,
        lead=lead.id,
        campaign=lead.campaign,
        carrier=CARRIER_OF[lead.campaign],
        network=lead.network,
        attempt=int(name.rsplit("-", maxsplit=1)[-1]),
        state=CallState.ENDED,
        queued_at=at,
        dialled_at=at,
        ended_at=at + LASTS,
    )
    return replace(made, **changed)


def a_delivery(call: str, **changed: Any) -> DeliveryRow:
    """Make a delivered CDR."""
    return replace(DeliveryRow(id=f"id {call}", call=call, event="cdr", state="delivered"), **changed)


def a_receipt(call: str, **changed: Any) -> Received:
    """Receive a call's CDR."""
    return replace(Received(at=START + 500, webhook_id=f"id {call}", state="cdr", call=call), **changed)


def carried(call: str, *, at: float, lasts: float = LASTS, **changed: Any) -> tuple[Seen, Seen]:
    """Have the switch carry a call of the lead after which it is named."""
    lead = call.split("-", maxsplit=1)[0]
    campaign = CAMPAIGN_OF[lead]
    dialled = Seen(
        event="originated",
        at=START + at,
        call=call,
        number=PHONES[lead],
        campaign=campaign,
        lead=lead,
        gateway=GATEWAYS[CARRIER_OF[campaign]],
    )
    dialled = replace(dialled, **changed)
    return dialled, replace(dialled, event="hangup", at=START + at + lasts)


def in_order(lines: Iterable[Seen]) -> tuple[Seen, ...]:
    """Put lines in the order in which things happened."""
    return tuple(sorted(lines, key=lambda line: line.at))


def with_call(evidence: Evidence, call: str, *, at: float, lasts: float = LASTS, **row: Any) -> Evidence:
    """Add a call that the switch carried, with its row and its CDR as they should be."""
    ended = a_call(call, **({"queued_at": START + at, "dialled_at": START + at, "ended_at": START + at + lasts} | row))
    return replace(
        with_rows(
            evidence,
            calls={**evidence.rows.calls, call: ended},
            deliveries={**evidence.rows.deliveries, f"id {call}": a_delivery(call)},
        ),
        lines=in_order([*evidence.lines, *carried(call, at=at, lasts=lasts)]),
        received=(*evidence.received, a_receipt(call)),
    )


def with_lead(evidence: Evidence, name: str, **changed: Any) -> Evidence:
    """Change a lead."""
    return with_rows(evidence, leads={**evidence.rows.leads, name: replace(evidence.rows.leads[name], **changed)})


def with_settings(evidence: Evidence, campaign: str, **changed: Any) -> Evidence:
    """Change what a campaign was set to all the time."""
    row = evidence.rows.campaigns[campaign]
    changed_row = replace(row, settings={**row.settings, **changed})
    return with_rows(evidence, campaigns={**evidence.rows.campaigns, campaign: changed_row})


def with_carrier(evidence: Evidence, name: str, **changed: Any) -> Evidence:
    """Change what a carrier was set to all the time."""
    return with_rows(evidence, carriers={**evidence.rows.carriers, name: a_carrier(name, **changed)})


def with_rows(evidence: Evidence, **changed: Any) -> Evidence:
    """Change what is in the database."""
    return replace(evidence, rows=replace(evidence.rows, **changed))


def edited(evidence: Evidence, subject: str, *, asked: float, answered: float | None, **changes: Any) -> Evidence:
    """Edit somebody's settings, over what they were made with long before."""
    made = made_with(evidence, subject)
    first = Edit(subject=subject, changes=made, asked_at=START - 100, answered_at=START - 99)
    then = None if answered is None else START + answered
    edit = Edit(subject=subject, changes=changes, asked_at=START + asked, answered_at=then)
    earlier = evidence.edits if any(known.subject == subject for known in evidence.edits) else (*evidence.edits, first)
    return replace(evidence, edits=(*earlier, edit))


def made_with(evidence: Evidence, subject: str) -> Mapping[str, Any]:
    """Give what a subject was set to all the time."""
    rows = evidence.rows
    if subject in rows.lists:
        return {"active": rows.lists[subject]}
    for table in (rows.campaigns, rows.carriers, rows.tenants):
        if subject in table:
            return table[subject].settings
    raise KeyError(subject)


def broken(evidence: Evidence) -> list[Promise]:
    """Name the promises that the judge finds broken, each once."""
    return list(dict.fromkeys(found.promise for found in judge(evidence)))


def texts(evidence: Evidence) -> list[str]:
    """Give the judge's words."""
    return [found.text for found in judge(evidence)]
