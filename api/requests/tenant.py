"""A tenant's limits as an operator sends them."""

from typing import Annotated

from pydantic import ConfigDict, Field

from api.requests.body import Body
from api.requests.fields import without_defaults
from worker.domain.caps import LARGEST_CAP
from worker.domain.destinations import MOST_RULES, RULE_PATTERN
from worker.usecases.records.save_tenant import TenantChanges

Rule = Annotated[str, Field(max_length=16, pattern=RULE_PATTERN)]


class TenantLimitsBody(Body):
    """Limits of a tenant to be changed; a key that is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    concurrent_call: int | None = Field(
        default=None, ge=0, le=LARGEST_CAP, description="Most live calls over all its carriers; null for no limit."
    )
    calls_per_day: int | None = Field(
        default=None,
        ge=0,
        le=LARGEST_CAP,
        description="Most calls that it dials on one day of its time zone; null for no limit.",
    )
    destinations: list[Rule] = Field(
        default=[],
        max_length=MOST_RULES,
        description="Prefixes of national numbers, or networks, that it may call, or with `!` may not. The longest "
        "prefix decides, then the network; others may be called only if nothing is allowed. An empty list allows all.",
        examples=[["viettel", "09", "!0900"]],
    )

    def changes(self) -> TenantChanges:
        """Return what was sent."""
        changes = TenantChanges()
        if "concurrent_call" in self.model_fields_set:
            changes["concurrent_call"] = self.concurrent_call
        if "calls_per_day" in self.model_fields_set:
            changes["calls_per_day"] = self.calls_per_day
        if "destinations" in self.model_fields_set:
            changes["destinations"] = tuple(dict.fromkeys(self.destinations))
        return changes
