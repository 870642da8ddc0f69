"""How hard a run tried its promises, where the number of dials alone does not tell."""

from collections.abc import Mapping, Sequence
from typing import Final

from tests.faults import prompt
from tests.faults.dials import Dial
from tests.faults.evidence import Evidence, LeadRow
from tests.faults.longest import talks
from tests.faults.promises import Tolerance
from tests.faults.rules import listed_dials
from worker.domain.lead import Ending

EDGE_SECONDS: Final = 5.0
LONG_SECONDS: Final = 15.0


def tried(evidence: Evidence, seen: Sequence[Dial]) -> Mapping[str, str]:
    """Return what is told below the judge's table, in its order."""
    lifted = [listing for listing in evidence.listings if listing.lifted_at is not None]
    around = list(listed_dials(evidence, seen))
    again = [dial for dial, one in around if one.lifted_at is not None and one.lifted_at <= dial.line.at]
    lengths = [hung_up.at - answered.at for answered, hung_up, _ in talks(evidence)]
    return {
        f"dials less than {EDGE_SECONDS:.0f} s from the edge of a window": f"{sum(map(is_near_an_edge, seen))}",
        "numbers put on do-not-call": f"{len(evidence.listings)}",
        "numbers taken off do-not-call": f"{len(lifted)}",
        "leads that ended because of do-not-call": f"{sum(map(_was_kept_back, evidence.rows.leads.values()))}",
        "dials of numbers before they were put on it": f"{sum(dial.line.at < one.answered_at for dial, one in around)}",
        "dials of numbers after they were taken off it": f"{len(again)}",
        f"talks of more than {LONG_SECONDS:.0f} s": f"{sum(length > LONG_SECONDS for length in lengths)}",
        **_delays(evidence),
    }


def is_near_an_edge(dial: Dial) -> bool:
    """Return True when a window that allowed the dial had just opened, or was about to close."""
    at = dial.line.at
    moments = (at - EDGE_SECONDS, at + EDGE_SECONDS)
    hours = [rules.hours for rules in dial.campaign_rules]
    return any(each.contain(at) and not all(map(each.contain, moments)) for each in hours)


def _was_kept_back(lead: LeadRow) -> bool:
    return lead.ending is Ending.DO_NOT_CALL


def _delays(evidence: Evidence) -> Mapping[str, str]:
    """Tell the delays of good URLs' callbacks, by URL."""
    told = {}
    for url, seconds in sorted(prompt.delays(evidence, within=Tolerance().prompt).items()):
        half, most = (prompt.quantile(seconds, share) for share in (0.5, prompt.SHARE))
        what = f"callbacks to {url.rpartition('/')[2]}: number, median, p99, slowest"
        told[what] = f"{len(seconds)}, {half:.2f} s, {most:.2f} s, {max(seconds):.2f} s"
    return told
