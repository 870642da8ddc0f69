"""One lead's situation, and which rule keeps it from being called; the API's ``why`` for leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from worker.domain.call import CallState, Outcome
from worker.domain.campaign import Campaign
from worker.domain.carrier import Carrier
from worker.domain.dial import CallsUp, QueuedCall, why_not_dial
from worker.domain.ids import CallId, CampaignId, LeadId, TemplateId
from worker.domain.lead import STAGES_OF, Ending, Lane, Stage
from worker.domain.network import Network
from worker.domain.reason import Reason, Why, may_dial_from, why_not_run

SAID_OF: Final[Mapping[Ending, Reason]] = {
    Ending.ANSWERED: Reason.ANSWERED,
    Ending.NOT_RECALLED: Reason.NOT_RECALLED,
    Ending.ATTEMPTS_USED: Reason.ATTEMPTS_USED,
    Ending.DO_NOT_CALL: Reason.DO_NOT_CALL,
    Ending.EXPIRED: Reason.EXPIRED,
}
"""The reason code for each way in which a lead ends."""

FULL: Final = frozenset(
    {
        Reason.DAY_LIMIT,
        Reason.TENANT_LIMIT,
        Reason.GATEWAY_LIMIT,
        Reason.CARRIER_LIMIT,
        Reason.CARRIER_NETWORK_LIMIT,
        Reason.CAMPAIGN_LIMIT,
        Reason.CAMPAIGN_NETWORK_LIMIT,
        Reason.NETWORK_NOT_SET_UP,
        Reason.PREFIX_NOT_DIALABLE,
        Reason.NO_AGENT,
        Reason.CALLS_PER_SECOND,
        Reason.CARRIER_FAILING,
        Reason.CARRIER_UNPROVEN,
        Reason.GATEWAY_DOWN,
        Reason.GATEWAY_UNKNOWN,
    }
)
"""Reasons why a due lead that may be called still waits: a limit allows no more calls."""

FOR_GOOD: Final = frozenset({Reason.DELETED, Reason.DO_NOT_CALL, Reason.ATTEMPTS_USED, Reason.EXPIRED})
"""Reasons that do not pass with time, so that the lead's due time says nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadStanding:
    """One lead with what is known of its list, its number and its live call."""

    id: LeadId
    campaign_id: CampaignId
    network: Network
    stage: Stage
    due_at: DateTime
    ending: Ending | None
    called_count: int
    last_outcome: Outcome | None
    list_active: bool
    do_not_call: bool
    call_id: CallId | None
    call_state: CallState | None
    template_id: TemplateId | None = None
    """The template that is played instead of the campaign's."""

    @property
    def lane(self) -> Lane | None:
        """Return the lead's priority class; None when it does not wait for a call."""
        return next((lane for lane, stages in STAGES_OF.items() if self.stage in stages), None)


def why_not_called(
    lead: LeadStanding, *, campaign: Campaign | None, carrier: Carrier | None, now: DateTime
) -> tuple[Why, ...]:
    """Return what keeps the lead from being called, other leads and full limits aside; empty when nothing does.

    ``campaign`` is None when it is deleted, ``carrier`` is None when the campaign has none.
    """
    if lead.ending is not None:
        return (Why(SAID_OF[lead.ending]),)
    if lead.lane is None:
        return (Why(Reason.IN_CALL),)
    refusal = _refusal(lead, lane=lead.lane, campaign=campaign, carrier=carrier, now=now)
    if lead.due_at <= now or campaign is None or (refusal is not None and refusal.reason in FOR_GOOD):
        return () if refusal is None else (refusal,)
    not_due = Why(Reason.NOT_DUE, until=may_dial_from(campaign, lane=lead.lane, since=lead.due_at))
    return (not_due,) if refusal is None else (refusal, not_due)


def why_not_next(lead: LeadStanding, *, of_campaign: tuple[Why, ...]) -> tuple[Why, ...]:
    """Return the campaign's reasons that make a due lead wait behind others: limits that are full on its network."""
    return tuple(why for why in of_campaign if why.reason in FULL and why.network in {None, lead.network})


def _refusal(
    lead: LeadStanding, *, lane: Lane, campaign: Campaign | None, carrier: Carrier | None, now: DateTime
) -> Why | None:
    """Make the check before a dial, as if the lead's call were queued now and no other call were on a switch.

    Reasons about full limits come from the planner, so a lowered limit is not returned here.
    """
    if campaign is None:
        return Why(Reason.DELETED)
    if carrier is None:
        return why_not_run(campaign, lane=lane, now=now)
    call = QueuedCall(
        network=lead.network,
        attempt=lead.called_count + 1,
        carrier_id=carrier.id,
        do_not_call=lead.do_not_call,
        lane=lane,
        list_active=lead.list_active,
    )
    why = why_not_dial(call, campaign=campaign, carrier=carrier, up=CallsUp(), tenant_cap=None, now=now)
    return None if why is not None and why.reason is Reason.LIMIT_LOWERED else why
