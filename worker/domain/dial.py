"""The last word before a dial: whether a queued call may go out at this moment, by the settings of this moment."""

from collections import Counter
from dataclasses import dataclass, field

from pendulum import DateTime

from worker.domain.campaign import Campaign, Mode
from worker.domain.carrier import Carrier
from worker.domain.ids import CarrierId
from worker.domain.network import Network
from worker.domain.quota import network_cap
from worker.domain.reason import Reason, why_not_run


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """What the judgement needs of a queued call."""

    network: Network
    attempt: int
    carrier_id: CarrierId
    do_not_call: bool


@dataclass(frozen=True, slots=True)
class CallsUp:
    """Calls that are on the switch or on their way to it; queued ones hold a slot but have not been dialled."""

    campaign: Counter[Network] = field(default_factory=Counter)
    carrier: Counter[Network] = field(default_factory=Counter)

    def count(self, network: Network) -> None:
        """Count a call that has just been let through."""
        self.campaign[network] += 1
        self.carrier[network] += 1


def why_not_dial(
    call: QueuedCall, *, campaign: Campaign | None, carrier: Carrier | None, up: CallsUp, now: DateTime
) -> Reason | None:
    """Say why the call must not be dialled now; None when it may."""
    if campaign is None:
        return Reason.DELETED
    if carrier is None:
        return Reason.NO_CARRIER
    if carrier.id != call.carrier_id:
        return Reason.CARRIER_CHANGED
    if call.do_not_call:
        return Reason.DO_NOT_CALL
    if call.attempt > campaign.recall.attempts:
        return Reason.ATTEMPTS_USED
    return why_not_run(campaign, now=now) or _why_no_room(call.network, campaign=campaign, carrier=carrier, up=up)


def _why_no_room(network: Network, *, campaign: Campaign, carrier: Carrier, up: CallsUp) -> Reason | None:
    """A limit that was lowered after the call was queued holds from the very next dial on."""
    limits = [
        (up.campaign.total(), campaign.concurrent_call),
        (up.campaign[network], network_cap(campaign, network)),
        (up.carrier.total(), carrier.concurrent_call),
    ]
    if campaign.mode is not Mode.DIRECT:
        limits.append((up.carrier[network], carrier.network.get(network, 0)))
    return Reason.LIMIT_LOWERED if any(taken >= limit for taken, limit in limits) else None
