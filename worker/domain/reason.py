"""Why a campaign or a call is not dialled now."""

from enum import StrEnum

from pendulum import DateTime

from worker.domain.campaign import Campaign, Status


class Reason(StrEnum):
    """What keeps a call from being dialled; a cancelled call row carries it."""

    INACTIVE = "inactive"
    STOPPED = "stopped"
    PAUSED = "paused"
    DELETED = "deleted"
    WINDOW_SHUT = "window_shut"
    NO_CARRIER = "no_carrier"
    CARRIER_CHANGED = "carrier_changed"
    LIMIT_LOWERED = "limit_lowered"
    NETWORK_NOT_SET_UP = "network_not_set_up"
    ATTEMPTS_USED = "attempts_used"
    DO_NOT_CALL = "do_not_call"


def why_not_run(campaign: Campaign, *, now: DateTime) -> Reason | None:
    """Say why no call of this campaign may be dialled at this moment; None when it may."""
    if not campaign.active:
        return Reason.INACTIVE
    if campaign.status is Status.STOP:
        return Reason.STOPPED
    if campaign.status is Status.PAUSE:
        return Reason.PAUSED
    if campaign.carrier_id is None:
        return Reason.NO_CARRIER
    if not campaign.windows.contains(now):
        return Reason.WINDOW_SHUT
    return None
