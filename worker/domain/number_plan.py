"""The number plan: ported numbers come first, then the longest prefix that has a rule in force.

A prefix only suggests a network: numbers are portable since November 2018, and a ported one keeps its prefix.
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
    """Where a rule comes from; a tenant's own rule takes precedence over a shipped one."""

    SHIPPED = "shipped"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True)
class PrefixRule:
    """The network of all numbers under a prefix (with its leading 0), until a later rule of the prefix takes effect."""

    prefix: str
    network: Network | None
    """None: these numbers must not be dialled."""
    effective_from: date | None = None
    """The first day on which the rule holds; None: it has always held."""
    source: Source = Source.SHIPPED


@dataclass(frozen=True, slots=True)
class Classified:
    """A number's network and the rule that says so; ``rule`` is None when the number is ported."""

    network: Network | None
    rule: PrefixRule | None = None


class NumberPlan:
    """One tenant's rules by prefix, and its ported numbers as far as they were loaded."""

    def __init__(self, rules: Iterable[PrefixRule], *, ported: Mapping[str, Network] | None = None) -> None:
        """Accept the rules in any order."""
        self._ported = ported or {}
        self._rules: dict[str, list[PrefixRule]] = {}
        for rule in sorted(rules, key=_precedence):
            self._rules.setdefault(rule.prefix, []).append(rule)
        self.rules = tuple(rule for prefix in sorted(self._rules) for rule in self._rules[prefix])
        """All rules, sorted by prefix; of one prefix the rule with the highest precedence comes first."""
        self._longest = max(map(len, self._rules), default=0)
        self._in_force: tuple[date, Mapping[str, PrefixRule]] = (date.min, {})

    def classify(self, national: str, *, on: date) -> Classified | None:
        """Return a number's network on a day of the tenant's calendar, and its rule; None when no rule covers it."""
        if national in self._ported:
            return Classified(self._ported[national])
        in_force = self._rules_on(on)
        for length in range(min(self._longest, len(national)), 0, -1):
            rule = in_force.get(national[:length])
            if rule is not None:
                return Classified(rule.network, rule)
        return None

    def network_of(self, national: str, *, on: date) -> Network | None:
        """Return a number's network on that day; None when it must not be dialled."""
        found = self.classify(national, on=on)
        return None if found is None else found.network

    def dialable(self, national: str, *, on: date) -> Network:
        """Return a number's network on that day; raises ``NotDialable`` with the reason when it has none."""
        found = self.classify(national, on=on)
        if found is None:
            raise NotDialable("phone number is not of the number plan")
        if found.network is None:
            raise NotDialable("the number plan bars this phone number")
        return found.network

    def rule_of(self, prefix: str, *, on: date) -> PrefixRule | None:
        """Return the rule of exactly this prefix that is in force on that day."""
        return next((rule for rule in self._rules.get(prefix, ()) if _in_force(rule, on=on)), None)

    def _rules_on(self, day: date) -> Mapping[str, PrefixRule]:
        """Return each prefix's rule that is in force on that day: a batch of numbers is classified on one day."""
        known, in_force = self._in_force
        if known != day or not in_force:
            found = {prefix: self.rule_of(prefix, on=day) for prefix in self._rules}
            in_force = {prefix: rule for prefix, rule in found.items() if rule is not None}
            self._in_force = day, in_force
        return in_force

    def next_change(self, prefix: str, *, after: date) -> date | None:
        """Return the next day on which a rule of exactly this prefix takes effect; None when there is no such day."""
        days = (rule.effective_from for rule in self._rules.get(prefix, ()))
        return min((day for day in days if day is not None and day > after), default=None)


def calendar_day(now: DateTime, *, zone: str) -> date:
    """Return the present date in the zone."""
    return now.in_timezone(zone_named(zone)).date()


def start_of(day: date, *, zone: str) -> DateTime:
    """Return when a day of the zone's calendar begins, in UTC."""
    return pendulum.datetime(day.year, day.month, day.day, tz=zone).in_timezone("UTC")


def _precedence(rule: PrefixRule) -> tuple[bool, int]:
    """Return a sort key for rules of one prefix: the tenant's before shipped ones, later before earlier."""
    day = date.min if rule.effective_from is None else rule.effective_from
    return rule.source is not Source.TENANT, -day.toordinal()


def _in_force(rule: PrefixRule, *, on: date) -> bool:
    return rule.effective_from is None or rule.effective_from <= on
