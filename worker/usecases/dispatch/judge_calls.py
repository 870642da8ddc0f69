"""Judge queued calls by the present settings: which to dial, which wait for a token, which to cancel."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pendulum import DateTime

from worker.domain.campaign import Campaign
from worker.domain.carrier import Carrier, route
from worker.domain.dial import CallsUp, QueuedCall, why_not_dial
from worker.domain.hold import why_held
from worker.domain.ids import CallId, CarrierId, TemplateId, TenantId
from worker.domain.lead import LANE_OF, Lane
from worker.domain.network import Network
from worker.domain.number_format import dialled_form
from worker.domain.reason import Reason
from worker.domain.spend_guard import NO_GUARD
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.messages import Tokens
from worker.ports.dispatch.store import DialRules, DispatchTransaction
from worker.ports.dispatch.telephony import Origination
from worker.ports.sounds import SoundNames
from worker.usecases.dispatch.day_counts import DayCounts
from worker.usecases.dispatch.soundless_leads import consents_of, soundless_leads
from worker.usecases.dispatch.trunk_limits import TrunkLimits
from worker.usecases.dispatch.unspoken_leads import unspoken_leads

_LOW_BITS = 0xFFFFFFFF
OwnerT = TypeVar("OwnerT")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the installation sets for all calls."""

    longest_call_seconds: int
    """How long a call may last, unless its carrier says otherwise."""
    names: SoundNames | None = None
    """The names of sounds; None when callees hear nothing of ours."""


@dataclass(frozen=True, slots=True)
class Won:
    """A call that may be dialled over this carrier, judged by that revision of its campaign."""

    origination: Origination
    carrier: Carrier
    revision: int

    def over_by(self, *, since: DateTime) -> DateTime:
        """Return when the call is over at the latest, if it is dialled now."""
        return since.add(seconds=self.origination.timeout_seconds + self.origination.longest_call_seconds)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The decision for each call."""

    won: list[Won] = field(default_factory=list)
    waiting: dict[CarrierId, list[CallId]] = field(default_factory=dict)
    """Calls that may be dialled, but not yet: their carrier's calls per second are used."""
    held: dict[DateTime, list[CallId]] = field(default_factory=dict)
    """Calls whose carrier's trunk allows no more now, by the time at which it may allow them."""
    refused: dict[CallId, Reason] = field(default_factory=dict)

    def with_times(self, reserved: Mapping[CarrierId, Tokens]) -> list[Won]:
        """Return the won calls that have a reserved time or need none; the others join those that wait."""
        left = {carrier_id: tokens.count for carrier_id, tokens in reserved.items()}
        timed = []
        for one in self.won:
            if one.carrier.id in left:
                left[one.carrier.id] -= 1
            if left.get(one.carrier.id, 0) < 0:
                self.waiting.setdefault(one.carrier.id, []).append(one.origination.call_id)
            else:
                timed.append(one)
        return timed


def judge_calls(
    tx: DispatchTransaction,
    calls: Sequence[Call],
    *,
    rules: DialRules,
    tokens: Mapping[CarrierId, Tokens],
    terms: Terms,
    now: DateTime,
) -> Verdicts:
    """Judge locked queued calls, OTP first; ``tokens`` are those of carriers with a limit of calls per second."""
    counted = _Counted(tx, rules)
    listed = _listed(tx, calls)
    spoken = _Spoken(tx, calls, rules=rules, names=terms.names, now=now)
    days = DayCounts(tx, rules.guards, now=now)
    trunks = TrunkLimits(tx, {carrier.id for carrier in rules.carriers.values()}, now=now)
    left = {carrier_id: available.count for carrier_id, available in tokens.items()}
    verdicts = Verdicts()
    held: dict[CarrierId, list[CallId]] = {}
    for call in sorted(calls, key=lambda call: LANE_OF[call.stage_before] is not Lane.OTP):
        campaign, carrier = rules.campaigns.get(call.campaign_id), rules.carriers.get(call.campaign_id)
        up = counted.up(call)
        why = why_not_dial(
            _asked(call, listed=listed, spoken=spoken, rules=rules, days=days),
            campaign=campaign,
            carrier=carrier,
            up=up,
            tenant_cap=rules.tenant_caps.get(call.tenant_id),
            now=now,
        )
        if why is not None or campaign is None or carrier is None:
            verdicts.refused[call.id] = Reason.NO_CARRIER if why is None else why.reason
        elif left.get(carrier.id, 1) == 0:
            verdicts.waiting.setdefault(carrier.id, []).append(call.id)
        elif not trunks.take(carrier.id):
            held.setdefault(carrier.id, []).append(call.id)
        else:
            if carrier.id in left:
                left[carrier.id] -= 1
            up.count(call.network)
            days.count(call)
            origination = _origination(
                call, campaign=campaign, carrier=carrier, longest_call_seconds=terms.longest_call_seconds
            )
            verdicts.won.append(Won(origination, carrier, campaign.revision))
    trunks.use_trials({won.carrier.id for won in verdicts.won})
    for carrier_id, call_ids in held.items():
        verdicts.held.setdefault(trunks.waits_until(carrier_id), []).extend(call_ids)
    return verdicts


class _Counted:
    """Counts of calls on a switch, read once; calls that are admitted are added."""

    def __init__(self, tx: DispatchTransaction, rules: DialRules) -> None:
        carrier_ids = {carrier.id for carrier in rules.carriers.values()}
        self._gateway_of = {
            carrier.id: carrier.gateway
            for carrier in rules.carriers.values()
            if carrier.access.limits.concurrent_call is not None
        }
        up = tx.calls.up(
            campaigns=rules.campaigns,
            carriers=carrier_ids,
            tenants=rules.tenant_caps,
            gateways=set(self._gateway_of.values()),
        )
        self._agents = {one: staffing.to_dial() for one, staffing in rules.staffing.items()}
        self._campaigns = defaultdict(Counter, _counters(up.campaigns))
        self._carriers = defaultdict(Counter, _counters(up.carriers))
        self._tenants = defaultdict(Counter, _counters(up.tenants))
        self._gateways = defaultdict(Counter, _counters(up.gateways))

    def up(self, call: Call) -> CallsUp:
        """Return the counts that concern a call; adding to them adds here."""
        return CallsUp(
            campaign=self._campaigns[call.campaign_id],
            carrier=self._carriers[call.carrier_id],
            tenant=self._tenants[call.tenant_id],
            gateway=self._gateways[self._gateway_of.get(call.carrier_id, "")],
            agents=self._agents.get(call.campaign_id),
        )


class _Spoken:
    """Leads that cannot be spoken to: their values or their sounds are missing."""

    def __init__(
        self,
        tx: DispatchTransaction,
        calls: Sequence[Call],
        *,
        rules: DialRules,
        names: SoundNames | None,
        now: DateTime,
    ) -> None:
        asked = {call.lead_id: _template(call, rules=rules) for call in calls}
        self.unspoken = unspoken_leads(tx, asked)
        left = {lead: template_id for lead, template_id in asked.items() if lead not in self.unspoken}
        consents = consents_of(
            {call.lead_id: rules.campaigns.get(call.campaign_id) for call in calls},
            codes={call.lead_id for call in calls if call.template_id is not None},
        )
        self.soundless = soundless_leads(tx, left, consents=consents, names=names, now=now)


def _counters(counts: Mapping[OwnerT, Mapping[Network, int]]) -> dict[OwnerT, Counter[Network]]:
    return {owner: Counter(by_network) for owner, by_network in counts.items()}


def _listed(tx: DispatchTransaction, calls: Sequence[Call]) -> set[tuple[TenantId, str]]:
    """Return the numbers that are on their tenant's do-not-call list."""
    return {
        (tenant, phone)
        for tenant in {call.tenant_id for call in calls}
        for phone in tx.leads.do_not_call(tenant, {call.phone for call in calls if call.tenant_id == tenant})
    }


def _template(call: Call, *, rules: DialRules) -> TemplateId | None:
    campaign = rules.campaigns.get(call.campaign_id)
    return call.template_id or (None if campaign is None else campaign.template_id)


def _asked(
    call: Call, *, listed: Collection[tuple[TenantId, str]], spoken: "_Spoken", rules: DialRules, days: DayCounts
) -> QueuedCall:
    return QueuedCall(
        call.network,
        attempt=call.attempt,
        carrier_id=call.carrier_id,
        do_not_call=(call.tenant_id, call.phone) in listed,
        lane=LANE_OF[call.stage_before],
        list_active=call.list_id not in rules.inactive_lists,
        is_spoken=call.lead_id not in spoken.unspoken,
        soundless=spoken.soundless.get(call.lead_id),
        is_allowed_destination=rules.guards.get(call.tenant_id, NO_GUARD).allows(call.phone, network=call.network),
        has_day_left=days.has_left(call),
        held=why_held(rules.hold),
    )


def _origination(call: Call, *, campaign: Campaign, carrier: Carrier, longest_call_seconds: int) -> Origination:
    chance = (call.id.int & _LOW_BITS) / (_LOW_BITS + 1)  # the same call always shows the same caller id
    way = route(carrier, network=call.network, chance=chance)
    template_id = call.template_id or campaign.template_id
    return Origination(
        call_id=call.id,
        campaign_id=call.campaign_id,
        lead_id=call.lead_id,
        run_id=call.run_id,
        gateway=carrier.gateway,
        destination=way.prefix + dialled_form(call.phone, carrier.number_format),
        caller_id=way.caller_id,
        timeout_seconds=campaign.call_timeout_seconds,
        longest_call_seconds=carrier.longest_call_seconds or longest_call_seconds,
        dial=call.refusals + 1,
        variables={} if template_id is None else {"callbeat_template": str(template_id)},
    )
