"""Calling the leads of a list anew: which of them, and how far the work has come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from pendulum import DateTime

from worker.domain.backfill import BATCH, BackfillLead, Cursor
from worker.domain.call import Outcome
from worker.domain.ids import ListId, TenantId


class Which(StrEnum):
    """The leads that are called anew, by the outcome of their last call."""

    ALL = "all"
    """Also those that ended without a call, as expired ones."""
    SUCCESS = "success"
    FAIL = "fail"


_UNANSWERED: Final = frozenset(Outcome) - {Outcome.ANSWERED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """A list that is being refreshed; leads that were refreshed since ``asked_at`` are done."""

    tenant_id: TenantId
    list_id: ListId
    outcomes: frozenset[Outcome] | None
    """None: all leads."""
    asked_at: DateTime
    cursor: Cursor | None = None
    """None: the next batch is the first."""


def outcomes_of(which: Which, *, only: frozenset[Outcome]) -> frozenset[Outcome] | None:
    """Return the last outcomes of the leads to refresh, narrowed to ``only`` unless that is empty; None for all."""
    match which:
        case Which.ALL:
            return only or None
        case Which.SUCCESS:
            return frozenset({Outcome.ANSWERED}) & (only or frozenset(Outcome))
        case Which.FAIL:
            return _UNANSWERED & (only or frozenset(Outcome))
        case never:
            assert_never(never)


def after_refreshed(
    refresh: Refresh, batch: Sequence[BackfillLead], *, locked_elsewhere: Sequence[BackfillLead]
) -> Refresh | None:
    """Return the refresh after a batch, before the first lead that was locked; None when all leads are done."""
    if locked_elsewhere:
        first = batch.index(locked_elsewhere[0])
        return replace(refresh, cursor=batch[first - 1].cursor if first > 0 else refresh.cursor)
    return replace(refresh, cursor=batch[-1].cursor) if len(batch) >= BATCH else None
