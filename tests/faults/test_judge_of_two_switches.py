"""Two switches carry calls side by side: one that restarts drops its own, and what both begin has no order."""

from dataclasses import replace

import pytest

from tests.faults.evidence import Stopped
from tests.faults.judge import Promise, judge
from tests.faults.planted import START, broken, carried, clean, edited, in_order, with_carrier, with_rows, with_settings
from tests.faults.seen import Seen


@pytest.mark.parametrize("event", ["started", "killed"])
def test_a_switch_that_restarts_or_is_killed_takes_no_calls_of_the_other_along(event: str) -> None:
    evidence = with_carrier(clean(), "one", concurrent_call=2)
    elsewhere = Seen(event=event, at=START + 3, switch="other")

    other = replace(evidence, lines=in_order([*evidence.lines, elsewhere]))
    own = replace(evidence, lines=in_order([*evidence.lines, replace(elsewhere, switch="")]))

    assert broken(other) == [Promise.CARRIER_LIMIT]
    assert broken(own) == []


def test_what_another_switch_was_sent_while_one_stood_still_is_not_excused() -> None:
    stopped_late = edited(clean(), "A", asked=14, answered=15, status="stop")
    still = Stopped(since=START + 12, until=START + 19.9)

    assert broken(replace(stopped_late, switch_stopped=(still,))) == []
    assert broken(replace(stopped_late, switch_stopped=(replace(still, switch="other"),))) == [Promise.RUNNING]


@pytest.mark.parametrize(("before", "found"), [(0.2, []), (1.5, [Promise.NETWORK_LIMIT])])
def test_a_direct_call_that_is_sent_together_with_one_that_needs_a_channel_may_have_been_allowed_after_it(
    before: float, found: list[Promise]
) -> None:
    direct = replace(clean().rows.campaigns["A"], id="C")
    serial = with_settings(clean(), "A", mode_call="serial")
    dialled, _ = carried("a3-1", at=20 - before, campaign="C")
    others = [line for line in serial.lines if line.call != "a3-1"]
    campaigns = {**serial.rows.campaigns, "C": direct}
    evidence = with_rows(replace(serial, lines=in_order([*others, dialled])), campaigns=campaigns)

    judged = judge(with_carrier(evidence, "one", network={"viettel": 1}, calls_per_second=0))

    assert [each.promise for each in judged if each.facts.get("call") == "a1-2"] == found
