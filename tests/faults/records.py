"""What the database and the receiver hold once the run is over: no lead, no call and no CDR is lost."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tests.faults.dials import Dial
from tests.faults.evidence import CallRow, Evidence, LeadRow
from tests.faults.history import CampaignRules, Histories, histories
from tests.faults.promises import Broken, Promise
from worker.domain.call import LIVE, CallState
from worker.domain.lead import Ending, Stage

CDR = "cdr"
CALLED = frozenset({Ending.ANSWERED, Ending.NOT_RECALLED, Ending.ATTEMPTS_USED})
"""Endings that only calls bring about."""


def leads_not_ended(evidence: Evidence) -> Iterator[Broken]:
    """Find leads that did not end, although nothing keeps them; that ended without a reason; that are not there."""
    rows, known = evidence.rows, histories(evidence)
    live = {row.lead for row in rows.calls.values() if row.state in LIVE}
    called = {row.lead for row in rows.calls.values() if row.state == CallState.ENDED}
    for lead in rows.leads.values():
        if why := _why_not_over(lead, live=lead.id in live, called=lead.id in called, evidence=evidence, known=known):
            facts = {"lead": lead.id, "campaign": lead.campaign, "stage": lead.stage.value, "ending": lead.ending}
            yield Broken(Promise.LEAD_ENDS, why, facts)
    stored = Counter(lead.campaign for lead in rows.leads.values())
    for campaign, imported in evidence.imported.items():
        if stored[campaign] < imported:
            missing = {"campaign": campaign, "imported": imported, "stored": stored[campaign]}
            yield Broken(Promise.LEAD_ENDS, "leads that were imported are not there", missing)


def _why_not_over(lead: LeadRow, *, live: bool, called: bool, evidence: Evidence, known: Histories) -> str:
    if lead.stage is Stage.DONE:
        if lead.ending is None:
            return "a lead ended without a reason"
        return "a lead ended as if it had been called" if lead.ending in CALLED and not called else ""
    if lead.stage is Stage.CALLING:
        return "" if live else "a lead is being called by no call"
    rules = known.campaigns[lead.campaign].during(evidence.over_at, evidence.over_at)
    may_wait = lead.parked or any(_keeps(each, lead=lead, at=evidence.over_at) for each in rules)
    return "" if may_wait else "a lead still waits, although nothing keeps it"


def _keeps(rules: CampaignRules, *, lead: LeadRow, at: float) -> bool:
    """Whether the settings at the end keep a lead waiting."""
    runs = rules.is_running(at) and rules.active and not rules.deleted and rules.hours.contain(at)
    return not (runs and rules.concurrent_call and rules.cap_on(lead.network) and rules.carrier)


def dials_without_cdr(dials: Sequence[Dial]) -> Iterator[Broken]:
    """Find dials whose call has no row, or one that says that nobody was dialled."""
    for dial in dials:
        state = None if dial.call is None else dial.call.state
        if not dial.reached and state is not None:
            continue  # the call went back into the queue
        if state in {None, CallState.QUEUED, CallState.CANCELLED}:
            facts = {"at": dial.line.at, "call": dial.line.call, "lead": dial.line.lead, "state": state}
            yield Broken(Promise.DIAL_HAS_CDR, "a dial has left no CDR", facts)


def calls_still_live(evidence: Evidence) -> Iterator[Broken]:
    """Find calls that hold a slot although the run is over."""
    for row in evidence.rows.calls.values():
        if row.state in LIVE:
            facts = {**_facts(row), "queued_at": row.queued_at}
            yield Broken(Promise.NOT_LIVE_FOR_EVER, "a call is live although the run is over", facts)


def cdrs_not_in_outbox(evidence: Evidence) -> Iterator[Broken]:
    """Find ended calls without a delivery, although their campaign had a callback_url from their end on."""
    in_outbox = {row.call for row in evidence.rows.deliveries.values() if row.event == CDR}
    for row in calls_with_cdr(evidence):
        if row.id not in in_outbox:
            yield Broken(Promise.CDR_IN_OUTBOX, "an ended call has no delivery", _facts(row))


def calls_with_cdr(evidence: Evidence) -> Iterator[CallRow]:
    """Give the ended calls of which a receiver is to hear, whatever may have been in force."""
    campaigns = histories(evidence).campaigns
    for row in evidence.rows.calls.values():
        if row.state == CallState.ENDED:
            rules = campaigns[row.campaign].during(row.ended_at or row.queued_at, evidence.over_at)
            if all(each.callback_url for each in rules):
                yield row


def cdrs_not_received(evidence: Evidence) -> Iterator[Broken]:
    """Find CDRs that never came, and such as came of a call that has not ended."""
    rows = evidence.rows
    came = {received.call for received in evidence.received if received.state == CDR}
    told = [row for row in rows.deliveries.values() if row.event == CDR]
    good = [row for row in told if not row.url.startswith(evidence.broken_url)]
    wanted = {row.id for row in calls_with_cdr(evidence)} - ({row.call for row in told} - {row.call for row in good})
    wanted |= {row.call for row in good}
    states = {row.call: row.state for row in good}
    for call in sorted(wanted - came):
        facts = {"call": call, "delivery": states.get(call)}
        yield Broken(Promise.CDR_RECEIVED, "a CDR was never received", facts)
    for call in sorted(came):
        row = rows.calls.get(call)
        if row is None or row.state != CallState.ENDED:
            facts = {"call": call, "state": None if row is None else row.state}
            yield Broken(Promise.CDR_RECEIVED, "a CDR was received of a call that has not ended", facts)


def two_webhook_ids(evidence: Evidence) -> Iterator[Broken]:
    """Find news of a call that came under more than one id, and ids that came with different news."""
    ids: defaultdict[tuple[str, str, bool], set[str]] = defaultdict(set)
    news: defaultdict[str, set[tuple[str, str, bool]]] = defaultdict(set)
    for received in evidence.received:
        told_now = (received.call, received.state, bool(received.body.get("corrected")))
        ids[told_now].add(received.webhook_id)
        news[received.webhook_id].add(told_now)
    for (call, state, corrected), under in ids.items():
        if len(under) > 1:
            facts = {"call": call, "state": state, "corrected": corrected, "webhook_ids": sorted(under)}
            yield Broken(Promise.ONE_WEBHOOK_ID, "one piece of news was received under two ids", facts)
    for webhook_id, told in news.items():
        if len(told) > 1:
            yield Broken(
                Promise.ONE_WEBHOOK_ID,
                "one id was received with two pieces of news",
                {"webhook_id": webhook_id, "told": sorted(told)},
            )


def stored_too_much(evidence: Evidence) -> Iterator[Broken]:
    """Find tenants that have more of something than their caps allow."""
    for hoard in evidence.hoards:
        if hoard.stored > hoard.cap:
            facts = {"tenant": hoard.tenant, "what": hoard.what, "stored": hoard.stored, "cap": hoard.cap}
            yield Broken(Promise.CAPS, "a tenant has stored more than it may", facts)


def _facts(row: CallRow) -> dict[str, object]:
    return {"call": row.id, "lead": row.lead, "campaign": row.campaign, "state": row.state.value, "cause": row.cause}
