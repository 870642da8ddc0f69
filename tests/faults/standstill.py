"""No carrier stands still beside a healthy switch: with a lead due and channels free somebody is dialled."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tests.faults.evidence import CallRow, CampaignRow, Evidence, Span
from tests.faults.history import Histories, histories
from tests.faults.promises import Broken, Promise, Tolerance
from worker.domain.call import CallState

FOR_EVER: Final = float("inf")


class Count:
    """How many of some times hold at each moment."""

    def __init__(self, spans: Iterable[Span]) -> None:
        """Count these times."""
        both = list(spans)
        self._begun = sorted(span.since for span in both)
        self._over = sorted(span.until for span in both)

    @property
    def edges(self) -> list[float]:
        """Return the moments at which the number changes."""
        return [*self._begun, *self._over]

    def at(self, moment: float) -> int:
        """Return the number right after a moment."""
        return bisect_right(self._begun, moment) - bisect_right(self._over, moment)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a campaign's carrier could have dialled and did not."""

    campaign: CampaignRow
    since: float
    until: float

    @property
    def seconds(self) -> float:
        return self.until - self.since


def standing_still(evidence: Evidence, *, tolerance: Tolerance) -> Iterator[Broken]:
    """Find times in which nobody was dialled for too long."""
    for stretch in idle_stretches(evidence):
        if stretch.seconds > tolerance.standstill:
            facts = {"campaign": stretch.campaign.id, "since": stretch.since, "seconds": stretch.seconds}
            text = "nobody was dialled although a lead was due, a channel free, and a switch healthy"
            yield Broken(Promise.STANDSTILL, text, facts)


def idle_stretches(evidence: Evidence) -> Iterator[Stretch]:
    """Yield for each steady campaign the times between two dials of its carrier in which it could have dialled."""
    known = histories(evidence)
    for name in evidence.steady:
        campaign = evidence.rows.campaigns[name]
        yield from _Carrier(evidence, campaign, known=known).idle()


class _Carrier:
    """A steady campaign on its carrier: what is due, what holds channels, what hinders."""

    def __init__(self, evidence: Evidence, campaign: CampaignRow, *, known: Histories) -> None:
        self._campaign = campaign
        carrier = evidence.rows.carriers[str(campaign.settings["carrier_uuid"])]
        held = _slots(evidence)
        self._due = Count(_due(evidence, campaign=campaign.id))
        self._healthy = [Count(evidence.unwell.get(name, ())) for name in evidence.switches]
        self._hindered = Count([*evidence.hindered, *evidence.unwell.get(carrier.gateway, ())])
        self._limits: list[tuple[Count, Callable[[float], float]]] = [
            (
                Count(span for row, span in held if row.campaign == campaign.id),
                lambda at: min(rules.concurrent_call for rules in known.campaigns[campaign.id].during(at, at)),
            ),
            (
                Count(span for row, span in held if row.carrier == carrier.id),
                lambda at: min(rules.concurrent_call for rules in known.carriers[carrier.id].during(at, at)),
            ),
            (
                Count(span for row, span in held if evidence.rows.campaigns[row.campaign].tenant == campaign.tenant),
                lambda at: min(known.tenant_caps[campaign.tenant].during(at, at)),
            ),
        ]
        lines = evidence.lines
        self._dials = sorted(line.at for line in lines if (line.event, line.gateway) == ("originated", carrier.gateway))

    def idle(self) -> Iterator[Stretch]:
        since: float | None = None
        for at in self._moments():
            if since is not None:
                place = bisect_right(self._dials, since)
                dialled = place < len(self._dials) and self._dials[place] <= at
                if dialled or not self._could_dial(at):
                    yield Stretch(self._campaign, since, at)
                    since = None
            if since is None and self._could_dial(at):
                since = at

    def _moments(self) -> list[float]:
        counts = [self._due, self._hindered, *self._healthy, *(count for count, _ in self._limits)]
        edges = {edge for count in counts for edge in count.edges if edge < FOR_EVER}
        return sorted(edges.union(self._dials))

    def _could_dial(self, at: float) -> bool:
        return (
            self._due.at(at) > 0
            and self._hindered.at(at) == 0
            and any(unwell.at(at) == 0 for unwell in self._healthy)
            and all(count.at(at) < limit(at) for count, limit in self._limits)
        )


def _due(evidence: Evidence, *, campaign: str) -> Iterator[Span]:
    """Yield from when to when each lead of the campaign waited for its first call."""
    first: dict[str, float] = {}
    for call in evidence.rows.calls.values():
        first[call.lead] = min(call.queued_at, first.get(call.lead, FOR_EVER))
    for lead in evidence.rows.leads.values():
        if lead.campaign == campaign and lead.id in first:
            yield Span(lead.created_at, first[lead.id])


def _slots(evidence: Evidence) -> list[tuple[CallRow, Span]]:
    """Return from when to when each call held its slot, as far as that is known; longer rather than shorter."""
    posted_at: Mapping[str, float] = {one.call: one.at for one in evidence.posted}
    slots = []
    for row in evidence.rows.calls.values():
        over = row.state in {CallState.ENDED, CallState.CANCELLED}
        ends = [row.assumed_at, row.ended_at, posted_at.get(row.id)]
        until = max((end for end in ends if end is not None), default=FOR_EVER) if over else FOR_EVER
        slots.append((row, Span(row.queued_at, until)))
    return slots
