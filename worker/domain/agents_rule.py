"""What a campaign's settings say about calls for agents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from worker.domain.json_value import Json

HIGHEST_TARGET_PER_MILLE: Final = 30
"""3 % of the calls that a person answers: the safe harbour of 16 CFR 310.4(b)(4). A tenant may only set less."""
TARGET: Final = "abandon_target_per_mille"
PROGRESSIVE: Final = 100
DEFAULT_HOPPER: Final = 20


@dataclass(frozen=True, slots=True)
class AgentsRule:
    """What a campaign's settings say about calls for agents."""

    ratio: int = PROGRESSIVE
    hopper: int = DEFAULT_HOPPER
    target_per_mille: int = HIGHEST_TARGET_PER_MILLE


def rule_of(extras: Mapping[str, Json]) -> AgentsRule:
    """Read a campaign's stored settings; a target above the highest counts as the highest."""
    return AgentsRule(
        ratio=_whole(extras.get("ratio"), default=PROGRESSIVE),
        hopper=_whole(extras.get("hopper"), default=DEFAULT_HOPPER),
        target_per_mille=min(HIGHEST_TARGET_PER_MILLE, _whole(extras.get(TARGET), default=HIGHEST_TARGET_PER_MILLE)),
    )


def _whole(value: Json, *, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
