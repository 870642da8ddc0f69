"""The number that a callee sees: a call that has none is not dialled, because the switch would show 0000000000."""

from typing import Protocol

from worker.domain.campaign import Campaign, Mode
from worker.domain.carrier import DialType
from worker.domain.reason import Reason, Why


class ShowsNumber(Protocol):
    """A carrier, as far as the number matters that the callee sees."""

    @property
    def dial_type(self) -> DialType:
        """Return how it chooses the number."""

    @property
    def has_caller_id(self) -> bool:
        """Return True when it has a number for each call."""


def why_no_caller_id(campaign: Campaign, carrier: ShowsNumber) -> Why | None:
    """Return why the carrier cannot show a number for the campaign's calls; None when it can, or need not.

    A carrier of channels (SIM cards) shows the number of its channel, unless the campaign is in direct mode.
    """
    is_channel = carrier.dial_type in {DialType.CHANNEL_ONE, DialType.CHANNEL_PREFIX}
    if carrier.has_caller_id or (is_channel and campaign.mode is not Mode.DIRECT):
        return None
    return Why(Reason.NO_CALLER_ID)
