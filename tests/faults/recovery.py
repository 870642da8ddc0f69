"""How soon a run got over its faults: when each carrier dialled again, when calls settled and ticks came again.

A fault is measured only where the figure is honest: a lead was due, and nothing else that stops dialling went on.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.evidence import Evidence
from tests.faults.faults import Fault, Kind

HARMLESS = frozenset({"api", "callbacks", "receiver", "voice-1", "voice-2", "speech", "engine"})
"""Whatever befalls these, dialling goes on."""
ENDING = frozenset({Kind.KILLED, Kind.TERMINATED, Kind.FROZEN})


@dataclass(frozen=True, slots=True)
class Happened:
    """A fault that took place, in moments of the clock."""

    fault: Fault
    began_at: float
    ended_at: float


@dataclass(frozen=True, slots=True)
class Waited:
    """How long after a fault something went on; where the next fault came before that, at least so long."""

    seconds: float
    is_cut_short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Moments at which something went on, in order."""

    dials: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """By gateway."""
    due: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    """By gateway: from when to when a lead waited in a campaign that nobody edits."""
    settled: Sequence[float] = ()
    """A listener ended calls."""
    ticks: Sequence[float] = ()
    """A worker took a tick."""


def resumption(one: Happened, *, among: Sequence[Happened], traces: Traces) -> Waited | None:
    """Give how long after the fault's end the last carrier that had a lead due dialled again."""
    if _disturbed(one.ended_at, by=among, but=one):
        return None
    gateways = [gateway for gateway, spans in traces.due.items() if _holds(spans, one.ended_at)]
    nexts = [_next(traces.dials.get(gateway, ()), after=one.ended_at) for gateway in gateways]
    return _waited(max(nexts), since=one.ended_at, among=among, but=one) if nexts else None


def take_over(one: Happened, *, among: Sequence[Happened], traces: Traces) -> Waited | None:
    """Give how long after a listener or a beat was killed or stopped its work went on, whoever did it."""
    moments = {"listener": traces.settled, "beat": traces.ticks}.get(one.fault.target.partition("-")[0])
    if moments is None or one.fault.kind not in ENDING or _disturbed(one.began_at, by=among, but=one):
        return None
    return _waited(_next(moments, after=one.began_at), since=one.began_at, among=among, but=one)


def _waited(until: float, *, since: float, among: Sequence[Happened], but: Happened) -> Waited:
    following = [other.began_at for other in among if other is not but and other.began_at >= since and _stops(other)]
    cut = min(following, default=float("inf"))
    return Waited(min(until, cut) - since, is_cut_short=cut < until)


def _disturbed(moment: float, *, by: Sequence[Happened], but: Happened) -> bool:
    return any(other is not but and _stops(other) and other.began_at <= moment <= other.ended_at for other in by)


def _stops(other: Happened) -> bool:
    return other.fault.target not in HARMLESS


def _holds(spans: Sequence[tuple[float, float]], moment: float) -> bool:
    return any(since <= moment <= until for since, until in spans)


def _next(moments: Sequence[float], *, after: float) -> float:
    place = bisect_right(moments, after)
    return moments[place] if place < len(moments) else float("inf")


def due_spans(evidence: Evidence, *, steady: Sequence[str]) -> dict[str, list[tuple[float, float]]]:
    """Give by gateway from when to when each lead of the steady campaigns waited for its first call."""
    rows = evidence.rows
    first: dict[str, float] = {}
    for call in rows.calls.values():
        first[call.lead] = min(call.queued_at, first.get(call.lead, float("inf")))
    spans: dict[str, list[tuple[float, float]]] = {}
    for lead in rows.leads.values():
        if lead.campaign in steady and lead.id in first:
            carrier = rows.carriers[rows.campaigns[lead.campaign].settings["carrier_uuid"]]
            spans.setdefault(carrier.gateway, []).append((lead.created_at, first[lead.id]))
    return spans


def dials_by_gateway(evidence: Evidence) -> dict[str, list[float]]:
    """Give the moments of each gateway's dials."""
    dials: dict[str, list[float]] = {}
    for line in evidence.lines:
        if line.event == "originated":
            dials.setdefault(line.gateway, []).append(line.at)
    return dials
