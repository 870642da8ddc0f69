"""Every dial that the switch saw, with what was up at that moment and which settings may have been in force."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.evidence import CallRow, CarrierRow, Evidence, LeadRow
from tests.faults.history import CampaignRules, CarrierRules, Histories, histories
from tests.faults.promises import Tolerance
from worker.simulator.log import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """How many calls were up, this one included, of all that a limit may count."""

    campaign: int
    campaign_network: int
    carrier: int
    carrier_network: int
    tenant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """One dial; what the database does not know of is None."""

    line: Line
    since: float
    """The earliest moment at which it may have been allowed: what is on its way cannot be called back."""
    lead: LeadRow | None
    call: CallRow | None
    carrier: str
    tenant: str
    network: str
    up: Up
    others_up: tuple[str, ...]
    """Other calls of the same lead that were up."""
    number_of_lead: int
    """1 for the lead's first dial."""
    number_of_call: int
    """1 for the call's first dial, which is to be its only one."""
    campaign_rules: tuple[CampaignRules, ...]
    carrier_rules: tuple[CarrierRules, ...]
    tenant_caps: tuple[float, ...]
    list_active: bool


def dials(evidence: Evidence, *, tolerance: Tolerance) -> list[Dial]:
    """Follow the switch's log, in the order in which things happened."""
    return list(_Follower(evidence, tolerance=tolerance).follow())


@dataclass(frozen=True, slots=True)
class _Belongings:
    """What a call counts for."""

    campaign: str
    carrier: str
    tenant: str
    network: str
    lead: str


class _Follower:
    """Walks through the log and remembers what is up; a switch that starts has nothing up."""

    def __init__(self, evidence: Evidence, *, tolerance: Tolerance) -> None:
        self._evidence = evidence
        self._histories: Histories = histories(evidence)
        self._tolerance = tolerance
        self._carriers = _by_gateway(evidence)
        self._up: dict[str, _Belongings] = {}
        self._of_lead: Counter[str] = Counter()
        self._of_call: Counter[str] = Counter()

    def follow(self) -> Iterator[Dial]:
        for line in self._evidence.lines:
            match line.event:
                case "started":
                    self._up.clear()
                case "hangup":
                    self._up.pop(line.call, None)
                case "originated":
                    yield self._dial(line)
                case _:
                    pass

    def _dial(self, line: Line) -> Dial:
        rows, since = self._evidence.rows, self._since(line.at)
        lead, call = rows.leads.get(line.lead), rows.calls.get(line.call)
        mine = self._belongings(line, lead=lead, call=call)
        others = tuple(call for call, up in self._up.items() if up.lead == line.lead and call != line.call)
        self._up[line.call] = mine
        self._of_lead[line.lead] += 1
        self._of_call[line.call] += 1
        of_campaign = self._histories.campaigns.get(line.campaign)
        of_carrier = self._histories.carriers.get(mine.carrier)
        of_tenant = self._histories.tenant_caps.get(mine.tenant)
        of_list = self._histories.lists.get("" if lead is None else lead.list)
        return Dial(
            line=line,
            since=since,
            lead=lead,
            call=call,
            carrier=mine.carrier,
            tenant=mine.tenant,
            network=mine.network,
            up=self._count(mine),
            others_up=others,
            number_of_lead=self._of_lead[line.lead],
            number_of_call=self._of_call[line.call],
            campaign_rules=() if of_campaign is None else tuple(of_campaign.during(since, line.at)),
            carrier_rules=() if of_carrier is None else tuple(of_carrier.during(since, line.at)),
            tenant_caps=() if of_tenant is None else tuple(of_tenant.during(since, line.at)),
            list_active=of_list is None or any(of_list.during(since, line.at)),
        )

    def _since(self, at: float) -> float:
        """Go back by what is on its way; a switch that was stopped carried out what had been sent to it by then."""
        pause = self._tolerance.on_its_way
        held = [s.since for s in self._evidence.switch_stopped if s.since <= at <= s.until + pause]
        return min([at, *held]) - pause

    def _belongings(self, line: Line, *, lead: LeadRow | None, call: CallRow | None) -> _Belongings:
        carrier = self._carriers.get(line.gateway)
        known = call or lead
        return _Belongings(
            campaign=line.campaign,
            carrier="" if carrier is None else carrier.id,
            tenant="" if carrier is None else carrier.tenant,
            network="" if known is None else known.network.value,
            lead=line.lead,
        )

    def _count(self, mine: _Belongings) -> Up:
        all_up = self._up.values()
        of_campaign = [up for up in all_up if up.campaign == mine.campaign]
        of_carrier = [up for up in all_up if up.carrier == mine.carrier]
        return Up(
            campaign=len(of_campaign),
            campaign_network=sum(up.network == mine.network for up in of_campaign),
            carrier=len(of_carrier),
            carrier_network=sum(up.network == mine.network for up in of_carrier),
            tenant=sum(up.tenant == mine.tenant for up in all_up),
        )


def _by_gateway(evidence: Evidence) -> dict[str, CarrierRow]:
    """Tell carriers by what the switch calls them."""
    carriers = evidence.rows.carriers.values()
    found = {carrier.gateway: carrier for carrier in carriers}
    if len(found) != len(carriers):
        raise ValueError("each carrier needs a gateway of its own, or the switch's log cannot tell them apart")
    return found
