"""What `why` says beside its reasons: facts that keep nobody from being called, and that operators should know."""

from worker.domain.json_value import Json
from worker.usecases.records.explain import CampaignExplanation


def hints_shape(found: CampaignExplanation) -> list[Json]:
    """Return the hints; each has a code, a sentence and its facts."""
    if found.wrong_clock_ms is None:
        return []
    seconds = round(found.wrong_clock_ms / 1000)
    side = "ahead of" if seconds > 0 else "behind"
    message = f"A switch's clock is {abs(seconds)} s {side} ours. Times of calls are ours; those in its logs are not."
    return [{"code": "switch_clock_wrong", "message": message, "ahead_seconds": seconds}]
