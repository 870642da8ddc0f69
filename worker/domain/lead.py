"""A lead, where it stands, and how it can end."""

from dataclasses import dataclass
from enum import StrEnum

from worker.domain.ids import LeadId, ListId
from worker.domain.network import Network


class Stage(StrEnum):
    """Where a lead stands: the first two wait for a call."""

    NEW = "new"
    RECALL = "recall"
    CALLING = "calling"
    DONE = "done"


class Ending(StrEnum):
    """Why a lead is done."""

    ANSWERED = "answered"
    NOT_RECALLED = "not_recalled"
    ATTEMPTS_USED = "attempts_used"
    DO_NOT_CALL = "dnc"


@dataclass(frozen=True, slots=True)
class ClaimedLead:
    """A lead that a plan has just taken, with what its call row needs."""

    id: LeadId
    list_id: ListId
    phone: str
    network: Network
    attempt: int
    stage_before: Stage
