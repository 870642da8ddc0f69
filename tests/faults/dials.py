"""Every dial that a switch saw, with what was up at that moment and which settings may have been in force."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.faults.evidence import CallRow, CarrierRow, Evidence, LeadRow
from tests.faults.history import CampaignRules, CarrierRules, Histories, histories
from tests.faults.promises import Tolerance
from tests.faults.seen import Seen

NO_REPLY: Final = "no_reply"
"""Why a call was hung up that heard nothing of the far side, in a switch's log."""


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

    line: Seen
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
    reached: bool
    """False: the trunk never replied, so that the call goes back and is dialled again."""
    number_of_lead: int
    """1 for the lead's first dial; dials that reached nobody are not counted."""
    number_of_call: int
    """1 for the call's first dial that reached somebody, which is to be its only one."""
    campaign_rules: tuple[CampaignRules, ...]
    carrier_rules: tuple[CarrierRules, ...]
    tenant_caps: tuple[float, ...]
    list_active: bool


def dials(evidence: Evidence, *, tolerance: Tolerance) -> list[Dial]:
    """Follow the switches' logs, in the order in which things happened."""
    return list(_Follower(evidence, tolerance=tolerance).follow())


def reached_nobody(evidence: Evidence) -> set[tuple[str, float]]:
    """Return the dials, each by its call and its moment, whose hang-up says that the trunk never replied."""
    begun: dict[str, float] = {}
    found = set()
    for line in evidence.lines:
        if line.event == "originated":
            begun[line.call] = line.at
        elif line.event == "hangup" and line.why == NO_REPLY and line.call in begun:
            found.add((line.call, begun[line.call]))
    return found


@dataclass(frozen=True, slots=True)
class _Belongings:
    """What a call counts for."""

    switch: str
    campaign: str
    carrier: str
    tenant: str
    network: str
    lead: str
    at: float
    asks_for_channel: bool
    """False in direct mode, which does not ask for a channel of the network."""


class _Follower:
    """Walks through the log and remembers what is up; a switch that starts or is killed has nothing up."""

    def __init__(self, evidence: Evidence, *, tolerance: Tolerance) -> None:
        self._evidence = evidence
        self._histories: Histories = histories(evidence)
        self._tolerance = tolerance
        self._carriers = _by_gateway(evidence)
        self._reached_nobody = reached_nobody(evidence)
        self._up: dict[str, _Belongings] = {}
        self._of_lead: Counter[str] = Counter()
        self._of_call: Counter[str] = Counter()

    def follow(self) -> Iterator[Dial]:
        for line in self._evidence.lines:
            match line.event:
                case "started" | "killed":
                    self._up = {call: up for call, up in self._up.items() if up.switch != line.switch}
                case "hangup":
                    self._up.pop(line.call, None)
                case "originated":
                    yield self._dial(line)
                case _:
                    pass

    def _dial(self, line: Seen) -> Dial:
        rows, since = self._evidence.rows, self._since(line)
        lead, call = rows.leads.get(line.lead), rows.calls.get(line.call)
        of_campaign = self._histories.campaigns.get(line.campaign)
        campaign_rules = () if of_campaign is None else tuple(of_campaign.during(since, line.at))
        is_direct = any(rules.mode == "direct" for rules in campaign_rules)
        mine = self._belongings(line, lead=lead, call=call, asks_for_channel=not is_direct)
        others = tuple(call for call, up in self._up.items() if up.lead == line.lead and call != line.call)
        self._up[line.call] = mine
        number_of_lead, number_of_call = self._of_lead[line.lead] + 1, self._of_call[line.call] + 1
        reached = (line.call, line.at) not in self._reached_nobody
        self._of_lead[line.lead] += reached
        self._of_call[line.call] += reached
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
            reached=reached,
            number_of_lead=number_of_lead,
            number_of_call=number_of_call,
            campaign_rules=campaign_rules,
            carrier_rules=() if of_carrier is None else tuple(of_carrier.during(since, line.at)),
            tenant_caps=() if of_tenant is None else tuple(of_tenant.during(since, line.at)),
            list_active=of_list is None or any(of_list.during(since, line.at)),
        )

    def _since(self, line: Seen) -> float:
        """Go back by what is on its way; a switch that was stopped carried out what had been sent to it by then."""
        at, pause = line.at, self._tolerance.on_its_way
        stops = [stop for stop in self._evidence.switch_stopped if stop.switch == line.switch]
        held = [stop.since for stop in stops if stop.since <= at <= stop.until + pause]
        return min([at, *held]) - pause

    def _belongings(
        self, line: Seen, *, lead: LeadRow | None, call: CallRow | None, asks_for_channel: bool
    ) -> _Belongings:
        carrier = self._carriers.get(line.gateway)
        known = call or lead
        return _Belongings(
            switch=line.switch,
            campaign=line.campaign,
            carrier="" if carrier is None else carrier.id,
            tenant="" if carrier is None else carrier.tenant,
            network="" if known is None else known.network.value,
            lead=line.lead,
            at=line.at,
            asks_for_channel=asks_for_channel,
        )

    def _count(self, mine: _Belongings) -> Up:
        """Count what is up.

        Two calls that are sent at once to two switches begin in any order. So a call that asks for no channel, and
        began together with one that does, may have been allowed after it.
        """
        all_up = self._up.values()
        earlier = mine.at - self._tolerance.on_its_way
        of_campaign = [up for up in all_up if up.campaign == mine.campaign]
        of_carrier = [up for up in all_up if up.carrier == mine.carrier]
        return Up(
            campaign=len(of_campaign),
            campaign_network=sum(up.network == mine.network for up in of_campaign),
            carrier=len(of_carrier),
            carrier_network=sum(
                up.network == mine.network and (up.asks_for_channel or up.at < earlier) for up in of_carrier
            ),
            tenant=sum(up.tenant == mine.tenant for up in all_up),
        )


def _by_gateway(evidence: Evidence) -> dict[str, CarrierRow]:
    """Tell carriers by what the switch calls them."""
    carriers = evidence.rows.carriers.values()
    found = {carrier.gateway: carrier for carrier in carriers}
    if len(found) != len(carriers):
        raise ValueError("each carrier needs a gateway of its own, or the switch's log cannot tell them apart")
    return found
