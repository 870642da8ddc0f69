"""The stages of a lead, its priority class, and how it can end."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from worker.domain.call import Outcome
from worker.domain.ids import CallId, LeadId, ListId, TemplateId
from worker.domain.network import Network


class Stage(StrEnum):
    """The state of a lead; in all but the last two it waits for a call."""

    OTP = "otp"
    """A single call that reads out a one-time password: before all else, at any hour; its recalls keep this stage."""
    SINGLE = "single"
    """A single call for which a person is waiting: before its campaign's lists; its recall has the stage ``recall``."""
    NEW = "new"
    RECALL = "recall"
    CALLING = "calling"
    DONE = "done"


class Lane(StrEnum):
    """The priority class of a waiting lead: leads of an earlier class are called before those of a later one."""

    OTP = "otp"
    SINGLE = "single"
    LIST = "list"


STAGES_OF: Final[Mapping[Lane, tuple[Stage, ...]]] = {
    Lane.OTP: (Stage.OTP,),
    Lane.SINGLE: (Stage.SINGLE,),
    Lane.LIST: (Stage.NEW, Stage.RECALL),
}
"""The waiting stages of each priority class; ``priority_recall`` decides the order of those of lists."""

LANE_OF: Final[Mapping[Stage, Lane]] = {stage: lane for lane, stages in STAGES_OF.items() for stage in stages}
"""The priority class of each waiting stage."""


class Ending(StrEnum):
    """Why a lead is done."""

    ANSWERED = "answered"
    NOT_RECALLED = "not_recalled"
    ATTEMPTS_USED = "attempts_used"
    DO_NOT_CALL = "dnc"
    EXPIRED = "expired"


def result_of(ending: Ending | None, *, last_outcome: Outcome | None) -> str:
    """Return what has come of a lead: ``new``, ``dnc``, ``expired`` or the outcome of its last call."""
    if ending is Ending.DO_NOT_CALL:
        return "dnc"
    if last_outcome is None:
        return "expired" if ending is Ending.EXPIRED else "new"
    return last_outcome.value


@dataclass(frozen=True, slots=True)
class ClaimedLead:
    """A lead that a plan has just claimed, with what its call row needs."""

    id: LeadId
    list_id: ListId
    phone: str
    network: Network
    attempt: int
    stage_before: Stage
    promised_call_id: CallId | None = None
    """The call id that the client of a single call already has; None after its first call, and for leads of lists."""
    template_id: TemplateId | None = None
    """The template that is played instead of the campaign's."""
    ref_id: str = ""
    is_listed: bool = False
    """True when the number is on the tenant's do-not-call list."""
    uncounted: int = 0
    """How many ended calls of the lead used no attempt."""
