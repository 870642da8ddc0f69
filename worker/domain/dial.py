"""The check right before a dial: may a queued call still go out, by the settings of this moment."""

from collections import Counter
from dataclasses import dataclass, field, replace

from pendulum import DateTime

from worker.domain.caller_id import why_no_caller_id
from worker.domain.campaign import Campaign
from worker.domain.carrier import Carrier
from worker.domain.ids import CarrierId
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.permitted import why_not_permitted
from worker.domain.quota import Limit, Limits, LiveCalls
from worker.domain.reason import Reason, Why, why_not_run


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """What the check needs of a queued call."""

    network: Network
    attempt: int
    carrier_id: CarrierId
    do_not_call: bool
    lane: Lane = Lane.LIST
    list_active: bool = True
    is_spoken: bool = True
    """False when the template reads a value that the lead lacks."""
    soundless: Why | None = None
    """Why the sounds of its template are not there; None when they are, or when none are needed."""
    is_allowed_destination: bool = True
    has_day_left: bool = True
    """False when its tenant has dialled as many calls as it may on this day."""
    held: Why | None = None
    """The hold of the installation; None without one."""


@dataclass(frozen=True, slots=True)
class CallsUp:
    """Calls by network that are on a switch or being sent to it; queued calls hold a slot but do not count here."""

    campaign: Counter[Network] = field(default_factory=Counter)
    carrier: Counter[Network] = field(default_factory=Counter)
    tenant: Counter[Network] = field(default_factory=Counter)
    gateway: Counter[Network] = field(default_factory=Counter)
    """Those of all carriers on the call's gateway; counted only if it has a limit."""

    agents: Limit | None = None
    """What the campaign's agents allow; None when callees hear a message."""

    def count(self, network: Network) -> None:
        """Count a call that has just been allowed, so that the next check sees it."""
        for calls in (self.campaign, self.carrier, self.tenant, self.gateway):
            calls[network] += 1
        if self.agents is not None:
            self.agents.in_use += 1


def why_not_dial(
    call: QueuedCall,
    *,
    campaign: Campaign | None,
    carrier: Carrier | None,
    up: CallsUp,
    tenant_cap: int | None,
    now: DateTime,
) -> Why | None:
    """Return the first reason why the call must not be dialled now; None when it may be."""
    if campaign is None:
        return Why(Reason.DELETED)
    if carrier is None:
        return Why(Reason.NO_CARRIER)
    return (
        call.held
        or _why_not_this(call, campaign=campaign, carrier=carrier)
        or why_not_run(campaign, lane=call.lane, now=now)
        or why_not_permitted(carrier)
        or why_no_caller_id(campaign, carrier)
        or (None if call.list_active else Why(Reason.LIST_INACTIVE))
        or (None if call.is_spoken else Why(Reason.VALUE_MISSING))
        or call.soundless
        or (None if call.is_allowed_destination else Why(Reason.DESTINATION_FORBIDDEN))
        or (None if call.has_day_left else Why(Reason.DAY_LIMIT))
        or _why_no_room(call.network, campaign=campaign, carrier=carrier, up=up, tenant_cap=tenant_cap)
    )


def _why_not_this(call: QueuedCall, *, campaign: Campaign, carrier: Carrier) -> Why | None:
    if carrier.id != call.carrier_id:
        return Why(Reason.CARRIER_CHANGED)
    if not carrier.can_dial(call.network):
        return Why(Reason.PREFIX_NOT_DIALABLE, network=call.network)
    if call.do_not_call:
        return Why(Reason.DO_NOT_CALL)
    if call.attempt > campaign.recall.attempts:
        return Why(Reason.ATTEMPTS_USED)
    return None


def _why_no_room(
    network: Network, *, campaign: Campaign, carrier: Carrier, up: CallsUp, tenant_cap: int | None
) -> Why | None:
    """Check every limit again: a limit that was lowered after the call was queued holds from the next dial on."""
    live = LiveCalls(
        tenant=up.tenant.total(),
        gateway=up.gateway.total(),
        carrier=up.carrier,
        campaigns={campaign.id: up.campaign},
    )
    agents = {} if up.agents is None else {campaign.id: up.agents}
    for limit in (
        Limits(carrier, live=live, tenant_cap=tenant_cap).with_agents(agents).of_call(network, campaign=campaign)
    ):
        if not limit.free:
            why = limit.why()
            return why if why.reason is Reason.NO_AGENT else replace(why, reason=Reason.LIMIT_LOWERED)
    return None
