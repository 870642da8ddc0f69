"""What one act on many campaigns changes of each of them."""

from enum import StrEnum
from typing import assert_never

from pendulum import DateTime

from worker.domain.campaign import Status, resume_if_due
from worker.domain.campaign_settings import CampaignChanges, CampaignSettings, to_campaign


class Wish(StrEnum):
    """What is done to all campaigns that match."""

    PAUSE = "pause"
    RESUME = "resume"
    LIMITS = "limits"


def decide_changes(
    settings: CampaignSettings, *, wish: Wish, limits: CampaignChanges, zone: str, now: DateTime
) -> CampaignChanges | None:
    """Return what the wish changes of a campaign; None when it stays as it is.

    Only what runs is paused and only what is paused is resumed: a campaign that was stopped stays stopped.
    """
    status = resume_if_due(to_campaign(settings, zone=zone), now=now).status
    match wish:
        case Wish.PAUSE:
            return CampaignChanges(status=Status.PAUSE) if status is Status.START else None
        case Wish.RESUME:
            return CampaignChanges(status=Status.START) if status is Status.PAUSE else None
        case Wish.LIMITS:
            return limits if _is_changed(settings, limits) else None
        case never:
            assert_never(never)


def _is_changed(settings: CampaignSettings, limits: CampaignChanges) -> bool:
    most = limits.get("concurrent_call", settings.concurrent_call)
    networks = limits.get("network", {})
    return most != settings.concurrent_call or any(
        settings.network.get(name, 0) != channels for name, channels in networks.items()
    )
