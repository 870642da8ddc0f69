"""Answers of carriers and gateways."""

from typing import Literal
from uuid import UUID

from pydantic import create_model

from api.requests.carrier import NumbersBody
from api.responses.models.base import MAYBE, Answer, Channels, Moment, Taken
from worker.domain.call import Outcome
from worker.domain.carrier import DialType
from worker.domain.number_format import NumberFormat
from worker.domain.trunk import TrunkState
from worker.domain.voicemail import VoicemailDetector


class CauseRule(Answer):
    """A rule of a carrier's cause table; facts that it does not name are left out."""

    sip_status: int = MAYBE
    q850: int = MAYBE
    cause: str = MAYBE
    outcome: Outcome
    counts: bool


class CarrierCauses(Answer):
    """Caller ids and prefixes, and the carrier's cause table."""

    causes: list[CauseRule]


CarrierData = create_model(
    "CarrierData",
    __base__=CarrierCauses,
    __doc__=CarrierCauses.__doc__,
    **dict.fromkeys(NumbersBody.model_fields, (str, MAYBE)),  # type: ignore[call-overload]  # fields that are made
)


class Trunk(Answer):
    """The state of a carrier's trunk; null for a time that is not known."""

    state: TrunkState
    cause: str
    failures: int
    failing_since: Moment | None
    next_trial_at: Moment | None
    replied_at: Moment | None


class Carrier(Answer):
    """A carrier, with the channels that are free now and the state of its trunk."""

    domain_uuid: UUID
    carrier_uuid: UUID
    carrier_name: str
    description: str
    gateway_uuid: str
    caller_id: str
    dial_type: DialType
    concurrent_call: int
    calls_per_second: int
    number_format: NumberFormat
    longest_call_seconds: int
    voicemail_detector: VoicemailDetector
    network: Channels
    data: CarrierData
    status: bool
    carrier_remaining_ccu: Channels
    remaining_concurrent_call: int
    trunk: Trunk
    groups: None
    revision: int
    created_at: Moment
    updated_at: Moment


class CarrierCreated(Taken):
    """The new carrier."""

    carrier_uuid: UUID
    created: bool


class CarrierNamed(Taken):
    """The carrier."""

    carrier_uuid: UUID


class CarrierDeleted(Answer):
    """The carrier that was deleted."""

    carrier_uuid: UUID
    deleted: bool


class GatewayOnSwitch(Answer):
    """A gateway as one switch has it."""

    status: Literal["UP", "DOWN"]
    state: str
    profile: str
    calls_out: int
    failed_calls_out: int


class Gateway(Answer):
    """A gateway that the tenant may use."""

    gateway_uuid: str
    domain_uuid: UUID
    gateway: str
    description: str
    switches: dict[str, GatewayOnSwitch]


class Grant(Answer):
    """A tenant's right to use a gateway."""

    tenant: str
    caller_ids: list[str]
    is_revoked: bool
    since: Moment


class OperatorGateway(Answer):
    """A gateway as its operator keeps it; times are in UTC."""

    gateway_uuid: str
    concurrent_call: int | None
    calls_per_second: int
    in_use: int
    revision: int
    grants: list[Grant]
    created_at: Moment
    updated_at: Moment


class OperatorGateways(Answer):
    """Every gateway that was added."""

    data: list[OperatorGateway]


class GatewayRemoved(Answer):
    """The gateway that was forgotten."""

    gateway_uuid: str
    deleted: bool
