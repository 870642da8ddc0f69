"""Number plans: the longest prefix whose rule is in force, and ported numbers before any prefix."""

from datetime import date

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.network import Network, NotDialable
from worker.domain.number_plan import Classified, NumberPlan, PrefixRule, Source, calendar_day, start_of

TODAY = date(2026, 11, 23)
TOMORROW = date(2026, 11, 24)
NUMBER = "0775123456"


def a_rule(prefix: str, network: Network | None, day: date | None = None, *, own: bool = True) -> PrefixRule:
    return PrefixRule(prefix, network, day, Source.TENANT if own else Source.SHIPPED)


MOBI = a_rule("077", Network.MOBI, own=False)


def test_the_longest_prefix_wins() -> None:
    plan = NumberPlan([a_rule("0775", Network.OFFNET, own=False), MOBI])

    assert plan.network_of(NUMBER, on=TODAY) is Network.OFFNET
    assert plan.network_of("0771123456", on=TODAY) is Network.MOBI


def test_a_longer_shipped_prefix_wins_over_a_shorter_one_of_the_tenants() -> None:
    plan = NumberPlan([a_rule("07", Network.VINA, TODAY), MOBI])

    assert plan.network_of(NUMBER, on=TODAY) is Network.MOBI


def test_a_tenants_rule_holds_from_its_day_on() -> None:
    plan = NumberPlan([MOBI, a_rule("077", Network.OFFNET, TOMORROW)])

    assert plan.network_of(NUMBER, on=TODAY) is Network.MOBI
    assert plan.network_of(NUMBER, on=TOMORROW) is Network.OFFNET
    assert plan.next_change("077", after=TODAY) == TOMORROW
    assert plan.next_change("077", after=TOMORROW) is None


def test_of_one_prefix_the_latest_rule_that_has_come_wins_whatever_the_order() -> None:
    rules = [
        a_rule("077", n, date(2026, 1, day)) for n, day in ((Network.VINA, 1), (Network.TEL, 3), (Network.MOBI, 2))
    ]

    assert NumberPlan(rules).network_of(NUMBER, on=TODAY) is Network.TEL
    assert NumberPlan(reversed(rules)).network_of(NUMBER, on=date(2026, 1, 2)) is Network.MOBI


def test_a_tenants_rule_lies_over_a_later_shipped_one() -> None:
    plan = NumberPlan([a_rule("077", Network.TEL, TODAY, own=False), a_rule("077", Network.VINA, date(2020, 1, 1))])

    assert plan.network_of(NUMBER, on=TODAY) is Network.VINA


def test_a_future_rule_of_a_longer_prefix_leaves_the_shorter_one_in_force() -> None:
    plan = NumberPlan([MOBI, a_rule("0775", Network.OFFNET, TOMORROW)])

    assert plan.classify(NUMBER, on=TODAY) == Classified(Network.MOBI, MOBI)


def test_a_ported_number_goes_before_any_prefix() -> None:
    plan = NumberPlan([MOBI], ported={NUMBER: Network.VIETTEL})

    assert plan.classify(NUMBER, on=TODAY) == Classified(Network.VIETTEL)
    assert plan.network_of("0775123457", on=TODAY) is Network.MOBI


def test_a_number_that_no_rule_covers_has_no_network() -> None:
    plan = NumberPlan([MOBI])

    assert plan.classify("0981234567", on=TODAY) is None
    assert plan.network_of("0981234567", on=TODAY) is None
    with pytest.raises(NotDialable, match="not of the number plan"):
        plan.dialable("0981234567", on=TODAY)
    assert NumberPlan([]).classify(NUMBER, on=TODAY) is None


def test_a_prefix_may_be_barred() -> None:
    plan = NumberPlan([MOBI, a_rule("0775", None, TODAY)])

    assert plan.network_of(NUMBER, on=TODAY) is None
    assert plan.dialable("0771123456", on=TODAY) is Network.MOBI
    with pytest.raises(NotDialable, match="bars"):
        plan.dialable(NUMBER, on=TODAY)


def test_rules_are_listed_by_prefix_and_precedence() -> None:
    later, earlier = a_rule("077", Network.VINA, TOMORROW), a_rule("077", Network.TEL, TODAY)
    other = a_rule("032", Network.VIETTEL, own=False)

    assert NumberPlan([MOBI, earlier, later, other]).rules == (other, later, earlier, MOBI)


def test_a_day_is_the_zones_own() -> None:
    evening = pendulum.datetime(2026, 11, 23, 18, tz="UTC")

    assert calendar_day(evening, zone="Asia/Ho_Chi_Minh") == TOMORROW
    assert calendar_day(evening, zone="UTC") == TODAY
    assert start_of(TOMORROW, zone="Asia/Ho_Chi_Minh") == pendulum.datetime(2026, 11, 23, 17, tz="UTC")
    assert str(start_of(TOMORROW, zone="UTC").timezone_name) == "UTC"


PREFIXES = st.text("0123456789", min_size=1, max_size=5)
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 5))
RULES = st.builds(PrefixRule, PREFIXES, st.none() | st.sampled_from(Network), DAYS, st.sampled_from(Source))


@given(
    st.lists(RULES, max_size=12),
    st.text("0123456789", min_size=1, max_size=7),
    st.dates(date(2026, 1, 1), date(2026, 1, 6)),
)
def test_a_number_is_classified_as_reading_every_rule_would_do(rules: list[PrefixRule], number: str, on: date) -> None:
    fitting = [r for r in rules if number.startswith(r.prefix) and (r.effective_from or date.min) <= on]
    best = max(
        fitting, key=lambda r: (len(r.prefix), r.source is Source.TENANT, r.effective_from or date.min), default=None
    )

    found = NumberPlan(rules).classify(number, on=on)

    assert (found is None) == (best is None)
    if best is not None:
        assert found is not None
        assert found.rule is not None
        assert (found.rule.prefix, found.rule.source) == (best.prefix, best.source)
        assert (found.rule.effective_from or date.min) == (best.effective_from or date.min)
