"""Gateways and grants as an operator sends them."""

from typing import Annotated

from pydantic import ConfigDict, Field

from api.requests.body import Body
from api.requests.carrier import CallsPerSecond
from api.requests.fields import MOST_CHANNELS, Name, without_defaults
from worker.domain.gateway_access import CALLER_ID_PATTERN, GATEWAY_PATTERN
from worker.usecases.records.keep_gateways import GatewayChanges

MOST_PATTERNS = 1000

GatewayName = Annotated[str, Field(min_length=1, max_length=64, pattern=GATEWAY_PATTERN)]
CallerIdPattern = Annotated[str, Field(min_length=1, max_length=64, pattern=CALLER_ID_PATTERN)]


class GatewayLimitsBody(Body):
    """Limits of a gateway to be changed; a key that is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    concurrent_call: int | None = Field(
        default=None,
        ge=0,
        le=MOST_CHANNELS,
        description="Most live calls of all carriers on the gateway, whatever their tenants; null for no limit.",
    )

    calls_per_second: CallsPerSecond = Field(
        default=0, description="Most calls that all carriers on it begin within any second; 0 for no limit."
    )

    def changes(self) -> GatewayChanges:
        """Return what was sent."""
        changes = GatewayChanges()
        if "concurrent_call" in self.model_fields_set:
            changes["concurrent_call"] = self.concurrent_call
        if "calls_per_second" in self.model_fields_set:
            changes["calls_per_second"] = self.calls_per_second
        return changes


class NewGatewayBody(GatewayLimitsBody):
    """A gateway to be added."""

    gateway_uuid: GatewayName = Field(description="The gateway's name on the switches.")


class GrantBody(Body):
    """A tenant's right to use a gateway."""

    tenant: Name = Field(description="The tenant's name.")
    caller_ids: list[CallerIdPattern] = Field(
        max_length=MOST_PATTERNS,
        description="Caller ids that the tenant may show: each exactly, or how it begins and `*`; `*` alone is any.",
        examples=[["02873003586", "024730*"]],
    )
