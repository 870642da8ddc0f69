"""A lead, where it stands, and how it can end."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from worker.domain.ids import CallId, LeadId, ListId, TemplateId
from worker.domain.network import Network


class Stage(StrEnum):
    """Where a lead stands: all but the last two wait for a call."""

    OTP = "otp"
    """A single call that reads out a code: ahead of everything, at any hour, again and again in this stage."""
    SINGLE = "single"
    """A single call for which a person waits: ahead of its campaign's lists; when it is recalled it is ``recall``."""
    NEW = "new"
    RECALL = "recall"
    CALLING = "calling"
    DONE = "done"


class Lane(StrEnum):
    """Who goes ahead of whom: an earlier lane's leads are called before any of a later one's."""

    OTP = "otp"
    SINGLE = "single"
    LIST = "list"


STAGES_OF: Final[Mapping[Lane, tuple[Stage, ...]]] = {
    Lane.OTP: (Stage.OTP,),
    Lane.SINGLE: (Stage.SINGLE,),
    Lane.LIST: (Stage.NEW, Stage.RECALL),
}
"""The waiting stages of each lane; ``priority_recall`` decides the order within the last."""

LANE_OF: Final[Mapping[Stage, Lane]] = {stage: lane for lane, stages in STAGES_OF.items() for stage in stages}
"""The lane of each waiting stage."""


class Ending(StrEnum):
    """Why a lead is done."""

    ANSWERED = "answered"
    NOT_RECALLED = "not_recalled"
    ATTEMPTS_USED = "attempts_used"
    DO_NOT_CALL = "dnc"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ClaimedLead:
    """A lead that a plan has just taken, with what its call row needs."""

    id: LeadId
    list_id: ListId
    phone: str
    network: Network
    attempt: int
    stage_before: Stage
    promised_call_id: CallId | None = None
    """Of a single call that was not called yet: the id which its client was told."""
    template_id: TemplateId | None = None
    """What is played instead of the campaign's template."""
    ref_id: str = ""
    is_listed: bool = False
    """Its number is on the tenant's do-not-call list."""
