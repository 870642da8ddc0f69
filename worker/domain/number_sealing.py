"""Encrypting the stored numbers of a campaign, or decrypting them, in batches while it dials.

The order of the stages leaves nothing behind: a call is planned with its lead locked, and gets its lead's form; an
event is written with its call locked, and gets that of the call.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from pendulum import DateTime, Duration

from worker.domain.ids import CampaignId, TenantId

SEALED_TOGETHER: Final = 500
"""Rows changed in one transaction; larger batches would hold row locks for longer than a dial may wait."""
ASKED_AGAIN: Final = Duration(seconds=1)
"""Until leads are tried again that another transaction had locked."""


class SealingStage(StrEnum):
    """What is changed now; each stage begins when the one before is over."""

    LEADS = "leads"
    CALLS = "calls"
    EVENTS = "events"
    CALLBACKS = "callbacks"
    SETTLED = "settled"
    """Everything has the wanted form."""


_NEXT: Final = dict(zip(SealingStage, [*SealingStage][1:], strict=False))


@dataclass(frozen=True, slots=True)
class NumberSealing:
    """A campaign whose stored numbers are, or become, encrypted (``hides``), or become clear again."""

    campaign_id: CampaignId
    tenant_id: TenantId
    hides: bool
    due_at: DateTime | None
    stage: SealingStage = SealingStage.LEADS
    after_id: UUID | None = None
    """The cursor of stages after the first, which needs none: what is changed leaves the range that is read."""

    @property
    def is_over(self) -> bool:
        """Return True when nothing is left to do."""
        return self.stage is SealingStage.SETTLED

    def waits(self, *, now: DateTime) -> "NumberSealing":
        """Return it as it is tried again soon."""
        return replace(self, due_at=now + ASKED_AGAIN)

    def behind(self, last: UUID) -> "NumberSealing":
        """Return it after a batch that ended with this row."""
        return replace(self, after_id=last)

    def next_stage(self) -> "NumberSealing":
        """Return it at the beginning of the stage after this one."""
        stage = _NEXT[self.stage]
        return replace(self, stage=stage, after_id=None, due_at=None if stage is SealingStage.SETTLED else self.due_at)
