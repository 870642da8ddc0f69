"""Why a campaign, a lead or a call is not dialled now: a reason code with its facts."""

from dataclasses import dataclass
from enum import StrEnum

from pendulum import DateTime

from worker.domain.campaign import Campaign, Status, resume_if_due
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.timing import STOPS_BEFORE_END


class Reason(StrEnum):
    """A reason code, as the API's ``why`` shows it and as a cancelled call row stores it."""

    HELD = "held"
    INACTIVE = "inactive"
    STOPPED = "stopped"
    PAUSED = "paused"
    DELETED = "deleted"
    EXPIRED = "expired"
    WINDOW_SHUT = "window_shut"
    NEVER_OPEN = "never_open"
    NO_CARRIER = "no_carrier"
    NO_CALLER_ID = "no_caller_id"
    GATEWAY_NOT_GRANTED = "gateway_not_granted"
    CALLER_ID_NOT_GRANTED = "caller_id_not_granted"
    PREFIX_NOT_DIALABLE = "prefix_not_dialable"
    CARRIER_CHANGED = "carrier_changed"
    DAY_LIMIT = "day_limit"
    DESTINATION_FORBIDDEN = "destination_forbidden"
    LIMIT_LOWERED = "limit_lowered"
    LIST_INACTIVE = "list_inactive"
    NETWORK_NOT_SET_UP = "network_not_set_up"
    ATTEMPTS_USED = "attempts_used"
    DO_NOT_CALL = "do_not_call"
    TENANT_LIMIT = "tenant_limit"
    GATEWAY_LIMIT = "gateway_limit"
    CARRIER_LIMIT = "carrier_limit"
    CARRIER_NETWORK_LIMIT = "carrier_network_limit"
    CAMPAIGN_LIMIT = "campaign_limit"
    CAMPAIGN_NETWORK_LIMIT = "campaign_network_limit"
    NO_AGENT = "no_agent"
    CALLS_PER_SECOND = "calls_per_second"
    CARRIER_FAILING = "carrier_failing"
    CARRIER_UNPROVEN = "carrier_unproven"
    GATEWAY_DOWN = "gateway_down"
    GATEWAY_UNKNOWN = "gateway_unknown"
    NO_SWITCH = "no_switch"
    SWITCH_PAUSED = "switch_paused"
    SWITCH_FULL = "switch_full"
    SWITCH_DRAINING = "switch_draining"
    SWITCH_REFUSES = "switch_refuses"
    SWITCH_AWAY = "switch_away"
    VALUE_MISSING = "value_missing"
    SOUND_NOT_READY = "sound_not_ready"
    SOUND_FAILED = "sound_failed"
    NOT_DUE = "not_due"
    NOTHING_LEFT = "nothing_left"
    IN_CALL = "in_call"
    ANSWERED = "answered"
    NOT_RECALLED = "not_recalled"
    DUE = "due"
    """No reason: the next plan takes the lead."""


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with its facts: until or since when, on which network, and the use of the limit."""

    reason: Reason
    until: DateTime | None = None
    since: DateTime | None = None
    network: Network | None = None
    in_use: int | None = None
    limit: int | None = None
    cause: str = ""
    """What a switch or a trunk gave as its cause, which value of the lead is missing, or why all is held."""
    switch: str = ""


def why_not_run(campaign: Campaign, *, lane: Lane = Lane.LIST, now: DateTime) -> Why | None:
    """Return why no call of this campaign and priority class may be dialled now; None when it may.

    An OTP is dialled whatever the campaign's status and window, because its code is worthless later.
    """
    if not campaign.active:
        return Why(Reason.INACTIVE)
    if campaign.carrier_id is None:
        return Why(Reason.NO_CARRIER)
    if campaign.expires_at is not None and campaign.expires_at <= now:
        return Why(Reason.EXPIRED, since=campaign.expires_at)
    return None if lane is Lane.OTP else _why_not_open(campaign, now=now)


def _why_not_open(campaign: Campaign, *, now: DateTime) -> Why | None:
    status = resume_if_due(campaign, now=now).status
    if status is Status.STOP:
        return Why(Reason.STOPPED)
    if status is Status.PAUSE:
        return Why(Reason.PAUSED, until=campaign.resume_at)
    if not campaign.windows.stays_open(now, through=STOPS_BEFORE_END):
        opens_at = campaign.windows.next_opening(now)
        return Why(Reason.NEVER_OPEN) if opens_at is None else Why(Reason.WINDOW_SHUT, until=opens_at)
    return None


def may_dial_from(campaign: Campaign, *, lane: Lane = Lane.LIST, since: DateTime) -> DateTime | None:
    """Return the first time, ``since`` or later, at which the windows allow a call; None when they never do."""
    if lane is Lane.OTP or campaign.windows.stays_open(since, through=STOPS_BEFORE_END):
        return since
    return campaign.windows.next_opening(since)
