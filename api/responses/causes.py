"""Rules of a carrier's cause table as clients read them."""

from worker.domain.json_value import Json
from worker.domain.outcome import CauseRule


def cause_shape(rule: CauseRule) -> dict[str, Json]:
    """Return the rule as it was sent; facts that it does not name are left out."""
    facts = {"sip_status": rule.sip_status, "q850": rule.q850, "cause": rule.cause}
    named: dict[str, Json] = {name: value for name, value in facts.items() if value is not None}
    return {**named, "outcome": rule.outcome.value, "counts": rule.counts}
