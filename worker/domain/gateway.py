"""A gateway: the SIP trunk of a carrier, as one switch has it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """What a switch says of one of its gateways."""

    name: str
    profile: str
    is_up: bool
    """False when its ping fails; a gateway without a ping is always up."""
    state: str
    """Its registration, for example ``NOREG`` or ``REGED``."""
    calls_out: int = 0
    failed_calls_out: int = 0
