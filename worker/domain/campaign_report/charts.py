"""A report's charts and facts as plain values, which every kind of file draws in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from worker.domain.campaign_report.report import CampaignReport
from worker.domain.campaign_report.saying import Saying

MOST_CAUSES: Final = 12
"""Causes that a report names; a trunk seldom has more, and a switch may invent any number."""


class Kind(StrEnum):
    """How a chart is drawn."""

    BARS = "bars"
    """From left to right, one below the other, each with its number and share."""
    COLUMNS = "columns"
    """Side by side; two series stand on each other."""
    RING = "ring"
    """Parts of one whole."""


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of one colour."""

    name: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its title, what its bars are called, and how long they are."""

    key: str
    title: str
    kind: Kind
    labels: Sequence[str]
    series: Sequence[Series]

    @property
    def totals(self) -> Sequence[int]:
        """Return how long each bar is, all series together."""
        return [sum(values) for values in zip(*(one.values for one in self.series), strict=True)]

    @property
    def total(self) -> int:
        """Return the sum of all bars."""
        return sum(self.totals)


def charts_of_report(report: CampaignReport, *, say: Saying) -> Sequence[Chart]:
    """Return the charts of a report in their order: the monitor's four, networks, leads that remain, and time."""
    keys = {key: calls for key, calls in report.keys.items() if calls}
    return [
        _of(
            "outcomes", Kind.BARS, say,
            {say.text(f"outcome.{one}"): calls for one, calls in report.outcomes.items()},
        ),
        _of(
            "connection", Kind.RING, say,
            {say.text("answered"): report.answered, say.text("not_answered"): report.calls - report.answered},
        ),
        _of(
            "talk_times", Kind.COLUMNS, say,
            {say.text(f"talk.{one}"): calls for one, calls in report.talk_times.items()},
        ),
        _of("keys", Kind.COLUMNS, say, {key or say.text("no_key"): calls for key, calls in keys.items()}),
        _divided(
            "networks", say,
            [(say.text(f"network.{one.network}"), one.answered, one.calls) for one in report.networks],
        ),
        _of(
            "remaining", Kind.BARS, say,
            {say.text(f"network.{one}"): leads for one, leads in report.leads.waiting.items()},
            unit="leads",
        ),
        _divided(
            report.interval.value, say,
            [(say.begin(one.begins, report.interval), one.answered, one.calls) for one in report.parts],
        ),
    ]  # fmt: skip


def facts_of_report(report: CampaignReport, *, say: Saying) -> Sequence[tuple[str, str]]:
    """Return the report's totals with their names."""
    leads = report.leads
    return [
        (say.text("calls"), say.number(report.calls)),
        (say.text("answered"), say.number(report.answered)),
        (say.text("answer_rate"), say.share(report.answered, report.calls)),
        (say.text("talk"), say.length(report.billsec)),
        (say.text("duration"), say.length(report.duration)),
        (say.text("leads"), say.number(leads.leads)),
        (say.text("called_leads"), say.number(leads.called)),
        (say.text("do_not_call"), say.number(leads.do_not_call)),
        (say.text("remaining"), say.number(leads.remaining)),
    ]


def causes_of_report(report: CampaignReport, *, say: Saying) -> Sequence[tuple[str, int]]:
    """Return the most frequent hang-up causes with their calls."""
    ordered = sorted(report.causes.items(), key=lambda one: (-one[1], one[0]))
    return [(cause or say.text("no_cause"), calls) for cause, calls in ordered[:MOST_CAUSES]]


def _of(key: str, kind: Kind, say: Saying, bars: dict[str, int], *, unit: str = "calls") -> Chart:
    return Chart(key, say.text(f"chart.{key}"), kind, [*bars], [Series(say.text(unit), [*bars.values()])])


def _divided(key: str, say: Saying, bars: Sequence[tuple[str, int, int]]) -> Chart:
    """Return a chart of answered calls and others; each bar has a name, its answered calls, and all of its calls."""
    answered = Series(say.text("answered"), [answered for _, answered, _ in bars])
    others = Series(say.text("not_answered"), [calls - answered for _, answered, calls in bars])
    return Chart(key, say.text(f"chart.{key}"), Kind.COLUMNS, [label for label, _, _ in bars], [answered, others])
