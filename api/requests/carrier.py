"""A carrier as clients send it; caller ids and prefixes may stand at the top or under ``data``."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.requests.body import Body
from api.requests.causes import Causes, rules_of
from api.requests.fields import (
    Channels,
    Line,
    Name,
    NetworkBody,
    Revision,
    Text,
    channels_of,
    to_uuid,
    without_defaults,
)
from api.requests.unused_keys import OF_CARRIER
from worker.domain.carrier import DialType
from worker.domain.gateway_access import GATEWAY_PATTERN
from worker.domain.ids import CarrierId
from worker.domain.network import Network
from worker.domain.number_format import PREFIX_PATTERN, NumberFormat
from worker.domain.voicemail import VoicemailDetector
from worker.usecases.records.save_carrier import CarrierChanges

ALIASES: Final = {
    "random_for_all": DialType.SIP_RANDOM,
    "random_by_network_group": DialType.SIP_RANDOM_BY_NETWORK,
    **{kind.value: kind for kind in DialType},
}

MOST_CALLS_PER_SECOND: Final = 1000
SHORTEST_CALL_SECONDS: Final = 10
LONGEST_CALL_SECONDS: Final = 14_400
"""Four hours."""


def _joined(value: Any) -> Any:  # Any: checked as text after this
    """Return a list of numbers as one text, separated by commas."""
    if isinstance(value, list) and all(isinstance(number, str) for number in value):
        value = ",".join(value)
    return value.replace(" ", "") if isinstance(value, str) else value


Gateway = Annotated[str, Field(min_length=1, max_length=64, pattern=GATEWAY_PATTERN)]
Prefix = Annotated[str, Field(max_length=16, pattern=PREFIX_PATTERN)]
CallsPerSecond = Annotated[int, Field(ge=0, le=MOST_CALLS_PER_SECOND)]
NumberFormatName = Literal["national", "e164", "+e164"]


def _is_long_enough(seconds: int) -> int:
    """Return the seconds. Raises ``ValueError`` for a call that would end before its message."""
    if 0 < seconds < SHORTEST_CALL_SECONDS:
        raise PydanticCustomError(
            "greater_than_equal", "Input should be 0, or greater than or equal to {ge}", {"ge": SHORTEST_CALL_SECONDS}
        )
    return seconds


LongestCall = Annotated[int, Field(ge=0, le=LONGEST_CALL_SECONDS), AfterValidator(_is_long_enough)]
CallerIds = Annotated[str, BeforeValidator(_joined), Field(max_length=20_000, pattern="^[0-9A-Za-z+*#_.,-]*$")]


DialTypeName = Literal[
    "sip_one_for_all",
    "sip_random_for_all",
    "sip_random_group_for_network",
    "channel_one_for_all",
    "channel_prefix",
    "random_for_all",
    "random_by_network_group",
]


class NumbersBody(Body):
    """Caller ids and prefixes."""

    caller_id: CallerIds = ""
    prefix: Prefix = ""
    prefix_viettel: Prefix = ""
    prefix_mobi: Prefix = ""
    prefix_vina: Prefix = ""
    prefix_tel: Prefix = ""
    prefix_offnet: Prefix = ""
    caller_id_viettel: CallerIds = ""
    caller_id_mobi: CallerIds = ""
    caller_id_vina: CallerIds = ""
    caller_id_tel: CallerIds = ""
    caller_id_offnet: CallerIds = ""


class DataBody(NumbersBody):
    """Caller ids and prefixes, and the carrier's own cause table."""

    causes: Causes | None = Field(
        default=None,
        description="Rules for unanswered calls, asked in order before the shipped table. They replace stored ones.",
    )


class CarrierBody(NumbersBody):
    """A carrier: the name is required; any other key that is not sent stays as it is."""

    UNUSED = OF_CARRIER

    carrier_uuid: Line = ""
    carrier_name: Name
    description: Text = ""
    gateway_uuid: Gateway = ""
    dial_type: DialTypeName = "sip_one_for_all"
    concurrent_call: Channels = 0
    calls_per_second: CallsPerSecond = 0
    number_format: NumberFormatName = Field(
        default="national",
        description="How the trunk wants the called number: `0912345678`, `84912345678` or `+84912345678`.",
    )
    longest_call_seconds: LongestCall = Field(
        default=0,
        description="Seconds after which the switch ends an answered call: 0 (as the installation says), 10 to 14400.",
        examples=[900],
    )
    voicemail_detector: Literal["", "avmd", "amd_result"] = Field(
        default="",
        description="What detects machines that answer: `avmd`, which a voice process starts, or the variable "
        "`amd_result` that a detector of yours sets. A template says what is done then (`voicemail`).",
    )
    network: NetworkBody | None = None
    data: DataBody | None = None

    def id(self) -> CarrierId | None:
        """Return the id that the client names; raises ``Invalid`` when it is not an id."""
        found = to_uuid(self.carrier_uuid, otherwise="carrier_uuid is invalid")
        return None if found is None else CarrierId(found)

    def changes(self) -> CarrierChanges:
        """Return what was sent, in stored form."""
        sent = self.model_fields_set
        changes = CarrierChanges(name=self.carrier_name, data=self._numbers())
        if "description" in sent:
            changes["description"] = self.description
        if "gateway_uuid" in sent:
            changes["gateway"] = self.gateway_uuid
        if "dial_type" in sent:
            changes["dial_type"] = ALIASES[self.dial_type]
        if "concurrent_call" in sent:
            changes["concurrent_call"] = self.concurrent_call
        if "network" in sent:
            changes["network"] = channels_of(self.network)
        if self.data is not None and self.data.causes is not None:
            changes["causes"] = rules_of(self.data.causes)
        self._add_dialling(changes)
        return changes

    def _add_dialling(self, changes: CarrierChanges) -> None:
        """Add what was sent of how the carrier dials."""
        sent = self.model_fields_set
        if "calls_per_second" in sent:
            changes["calls_per_second"] = self.calls_per_second
        if "number_format" in sent:
            changes["number_format"] = NumberFormat(self.number_format)
        if "longest_call_seconds" in sent:
            changes["longest_call_seconds"] = self.longest_call_seconds
        if "voicemail_detector" in sent:
            changes["voicemail_detector"] = VoicemailDetector(self.voicemail_detector)

    def _numbers(self) -> dict[str, str]:
        """Return both positions as one: a pool of caller ids stands under ``data``, other values at the top first."""
        top = self.model_dump(include=set(NumbersBody.model_fields), exclude_unset=True)
        below = {} if self.data is None else self.data.model_dump(exclude={"causes"}, exclude_unset=True)
        pooled = ALIASES[self.dial_type] in {DialType.SIP_RANDOM, DialType.SIP_RANDOM_BY_NETWORK}
        return {**top, **below} if pooled else {**below, **top}


class ChangedCarrierBody(CarrierBody):
    """A carrier to be changed; it may be a whole object that was read."""

    model_config = ConfigDict(json_schema_extra=without_defaults)
    UNUSED = OF_CARRIER - {"revision"}

    revision: Revision = None


class NewCarrierBody(CarrierBody):
    """A carrier to be created."""

    gateway_uuid: Gateway
    dial_type: DialTypeName
    concurrent_call: Channels


NO_NUMBERS: Final = {"caller_id": "", "prefix": "", **{f"prefix_{network}": "" for network in Network}}
"""The values of a carrier that is created without them."""
