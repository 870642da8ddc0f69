"""What a campaign's report holds, and over which parts of its period it shows the calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.ids import CampaignId
from worker.domain.network import Network
from worker.domain.report import Interval
from worker.domain.tally import TalkTime

MOST_PARTS: Final = 93
"""Columns of the chart over time that a page can show: a quarter of a year by days."""
_DAYS_BY_HOUR: Final = 3
_DAYS_BY_WEEK: Final = MOST_PARTS * 7


@dataclass(frozen=True, slots=True)
class PartOfReport:
    """The calls of one hour, day, week or month."""

    begins: DateTime
    """In the tenant's zone."""
    calls: int
    answered: int


@dataclass(frozen=True, slots=True)
class OnNetwork:
    """The calls on one network."""

    network: Network
    calls: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsOfReport:
    """Where the campaign's leads stand when the report is made."""

    leads: int
    called: int
    do_not_call: int
    waiting: Mapping[Network, int]

    @property
    def remaining(self) -> int:
        """Return how many leads are still to be called."""
        return sum(self.waiting.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport:
    """A campaign's calls of a period, as the monitor's charts show them, and its leads."""

    campaign_id: CampaignId
    name: str
    tenant: str
    zone: str
    start: DateTime
    end: DateTime
    made_at: DateTime
    outcomes: Mapping[Outcome, int]
    talk_times: Mapping[TalkTime, int]
    keys: Mapping[str, int]
    """By the last pressed key; those without one under the empty text."""
    causes: Mapping[str, int]
    networks: Sequence[OnNetwork]
    interval: Interval
    parts: Sequence[PartOfReport]
    duration: int
    billsec: int
    leads: LeadsOfReport
    is_complete: bool
    """False while calls of an earlier release are still to be counted."""

    @property
    def calls(self) -> int:
        """Return the number of calls."""
        return sum(self.outcomes.values())

    @property
    def answered(self) -> int:
        """Return how many calls connected a callee."""
        return self.outcomes.get(Outcome.ANSWERED, 0)


def interval_of(start: DateTime, end: DateTime) -> Interval:
    """Return the shortest interval by which the period has at most ``MOST_PARTS`` parts; else months."""
    days = (end - start).total_days()
    if days <= _DAYS_BY_HOUR:
        return Interval.HOUR
    if days <= MOST_PARTS:
        return Interval.DAY
    return Interval.WEEK if days <= _DAYS_BY_WEEK else Interval.MONTH
