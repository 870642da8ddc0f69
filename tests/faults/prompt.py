"""How soon good URLs get their callbacks, while other URLs of the same host have taken nothing all the time."""

from collections.abc import Iterator
from typing import Final

from tests.faults.evidence import DeliveryRow, Evidence
from tests.faults.promises import Broken, Promise, Tolerance

SHARE: Final = 0.99


def late(evidence: Evidence, *, tolerance: Tolerance) -> Iterator[Broken]:
    """Find good URLs to which callbacks took too long, although nothing but another URL was broken."""
    for url, seconds in delays(evidence, within=tolerance.prompt).items():
        if (slow := quantile(seconds, SHARE)) > tolerance.prompt:
            facts = {"url": url, "callbacks": len(seconds), "p99": slow, "slowest": max(seconds)}
            yield Broken(Promise.PROMPT, "callbacks to a good URL were late", facts)


def delays(evidence: Evidence, *, within: float) -> dict[str, list[float]]:
    """Return by good URL the seconds from each callback's creation to its first arrival.

    Left out are those during which something else was broken, within the time that they are given, and those that never
    came, which another promise finds.
    """
    first: dict[str, float] = {}
    for one in evidence.received:
        first[one.webhook_id] = min(one.at, first.get(one.webhook_id, one.at))
    found: dict[str, list[float]] = {}
    for row in _undisturbed(evidence, within=within):
        if row.id in first:
            found.setdefault(row.url, []).append(first[row.id] - row.created_at)
    return found


def quantile(values: list[float], share: float) -> float:
    """Return the smallest value that so great a share of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _undisturbed(evidence: Evidence, *, within: float) -> Iterator[DeliveryRow]:
    host = evidence.broken_url.rpartition("/")[0]
    for row in evidence.rows.deliveries.values():
        is_good = row.url.startswith(f"{host}/") and not row.url.startswith(evidence.broken_url)
        begun, until = row.created_at, row.created_at + within
        if is_good and not any(span.since <= until and begun <= span.until for span in evidence.callbacks_hindered):
            yield row
