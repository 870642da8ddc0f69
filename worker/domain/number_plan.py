"""Which network a number belongs to: the longest prefix whose rule is in force, and ported numbers before any prefix.

A prefix is a prior and not a fact: numbers are portable since November 2018, and a ported one keeps its prefix.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pendulum
from pendulum import DateTime

from worker.domain.network import Network, NotDialable
from worker.domain.zone import zone_named


class Source(StrEnum):
    """Whose rule it is; the tenant's own lie over the shipped ones."""

    SHIPPED = "shipped"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True)
class PrefixRule:
    """What holds for the numbers under a prefix (with its leading 0) until a later rule of the same prefix does."""

    prefix: str
    network: Network | None
    """None: these numbers are not to be dialled."""
    effective_from: date | None = None
    """None: since ever."""
    source: Source = Source.SHIPPED


@dataclass(frozen=True, slots=True)
class Classified:
    """A number's network and where it comes from: a rule, or (None) the list of ported numbers."""

    network: Network | None
    rule: PrefixRule | None = None


class NumberPlan:
    """The rules by prefix, and the ported ones among the numbers in question."""

    def __init__(self, rules: Iterable[PrefixRule], *, ported: Mapping[str, Network] | None = None) -> None:
        """Take rules in any order."""
        self._ported = ported or {}
        self._rules: dict[str, list[PrefixRule]] = {}
        for rule in sorted(rules, key=_precedence):
            self._rules.setdefault(rule.prefix, []).append(rule)
        self.rules = tuple(rule for prefix in sorted(self._rules) for rule in self._rules[prefix])
        """By prefix; of one prefix the rule that takes precedence first."""
        self._longest = max(map(len, self._rules), default=0)

    def classify(self, national: str, *, on: date) -> Classified | None:
        """Give a number's network on a day of the tenant's calendar, and why; None when no rule covers it."""
        if national in self._ported:
            return Classified(self._ported[national])
        for length in range(min(self._longest, len(national)), 0, -1):
            rule = self.rule_of(national[:length], on=on)
            if rule is not None:
                return Classified(rule.network, rule)
        return None

    def network_of(self, national: str, *, on: date) -> Network | None:
        """Give a number's network on that day; None when it is not to be dialled."""
        found = self.classify(national, on=on)
        return None if found is None else found.network

    def dialable(self, national: str, *, on: date) -> Network:
        """Give a number's network on that day; ``NotDialable`` says why it has none."""
        found = self.classify(national, on=on)
        if found is None:
            raise NotDialable("phone number is not of the number plan")
        if found.network is None:
            raise NotDialable("the number plan bars this phone number")
        return found.network

    def rule_of(self, prefix: str, *, on: date) -> PrefixRule | None:
        """Give the rule of exactly this prefix that is in force on that day."""
        return next((rule for rule in self._rules.get(prefix, ()) if _in_force(rule, on=on)), None)

    def next_change(self, prefix: str, *, after: date) -> date | None:
        """Give the first later day on which a rule of exactly this prefix comes into force."""
        days = (rule.effective_from for rule in self._rules.get(prefix, ()))
        return min((day for day in days if day is not None and day > after), default=None)


def calendar_day(now: DateTime, *, zone: str) -> date:
    """Give the day that it is in the zone."""
    return now.in_timezone(zone_named(zone)).date()


def start_of(day: date, *, zone: str) -> DateTime:
    """Give the moment at which a day of the zone's calendar begins."""
    return pendulum.datetime(day.year, day.month, day.day, tz=zone).in_timezone("UTC")


def _precedence(rule: PrefixRule) -> tuple[bool, int]:
    """Order rules of one prefix: the tenant's before shipped ones, later before earlier."""
    day = date.min if rule.effective_from is None else rule.effective_from
    return rule.source is not Source.TENANT, -day.toordinal()


def _in_force(rule: PrefixRule, *, on: date) -> bool:
    return rule.effective_from is None or rule.effective_from <= on
