"""What the judge finds in the switch's log: calls made twice, too often, too fast, or past a limit."""

from dataclasses import replace

import pytest

from tests.faults.evidence import Evidence
from tests.faults.judge import Promise, judge
from tests.faults.planted import (
    CALLS,
    START,
    a_call,
    a_lead,
    broken,
    carried,
    clean,
    edited,
    in_order,
    texts,
    with_call,
    with_carrier,
    with_rows,
    with_settings,
)
from tests.faults.seen import Seen
from worker.domain.call import LOST, CallState
from worker.domain.network import Network


def test_nothing_is_found_in_a_clean_run() -> None:
    assert judge(clean()) == []


# --- twice -----------------------------------------------------------------------------------------------------------


def test_a_call_that_the_switch_was_told_of_twice_is_found() -> None:
    lines = in_order([*clean().lines, *carried("a2-1", at=100)])

    found = texts(replace(clean(), lines=lines))

    assert found == ["one call was dialled again", "a lead was dialled more often than it has calls"]


def test_a_lead_that_is_dialled_while_its_call_is_up_is_found() -> None:
    evidence = with_call(clean(), "a2-2", at=11)

    found = judge(evidence)

    assert [(f.promise, f.text) for f in found] == [
        (Promise.NOT_TWICE, "a lead was dialled while its call was up"),
    ]
    assert found[0].facts["up"] == ("a2-1",)


def test_a_call_that_is_dialled_after_it_was_given_up_is_found() -> None:
    evidence = with_call(clean(), "a2-2", at=100, cause=LOST, assumed_at=START + 99)

    assert texts(evidence) == ["a call was dialled after its end had been assumed"]


def test_a_call_that_is_given_up_after_it_was_dialled_is_not_found() -> None:
    evidence = with_call(clean(), "a2-2", at=100, cause=LOST, ended_at=START + 99, assumed_at=START + 101)

    assert broken(evidence) == []


def answered(evidence: Evidence, call: str, *, at: float) -> Evidence:
    """Let the callee of a call answer, by the switch's log."""
    line = next(line for line in evidence.lines if line.call == call)
    return replace(evidence, lines=in_order([*evidence.lines, replace(line, event="answered", at=START + at)]))


def test_a_lead_that_is_dialled_after_its_callee_answered_is_found_whatever_its_call_ended_as() -> None:
    evidence = with_call(answered(clean(), "a2-1", at=11), "a2-2", at=100)

    found = judge(evidence)

    assert [(f.promise, f.facts["answered"]) for f in found] == [(Promise.ANSWERED, "a2-1")]


def test_a_callee_who_answered_may_be_called_again_if_the_campaign_says_so() -> None:
    evidence = with_call(answered(clean(), "a2-1", at=11), "a2-2", at=100)

    assert broken(with_settings(evidence, "A", recall_status=["answered"])) == []


def test_a_lead_with_more_dials_than_calls_is_found() -> None:
    lines = in_order([*clean().lines, *carried("a2-2", at=100)])
    cancelled = a_call("a2-2", state=CallState.CANCELLED, ended_at=None)

    evidence = with_rows(replace(clean(), lines=lines), calls={**clean().rows.calls, "a2-2": cancelled})

    assert broken(evidence) == [Promise.NOT_TWICE, Promise.DIAL_HAS_CDR]


def test_a_call_that_is_up_counts_as_a_call_of_its_lead() -> None:
    evidence = with_call(clean(), "a2-2", at=100, state=CallState.ANSWERED, ended_at=None)

    assert Promise.NOT_TWICE not in broken(evidence)


def test_calls_that_a_restarted_switch_has_dropped_are_not_up() -> None:
    dropped = with_call(clean(), "a2-2", at=7)
    restarted = Seen(event="started", at=START + 6)

    evidence = replace(dropped, lines=in_order([*dropped.lines, restarted]))

    assert broken(evidence) == []


def test_what_the_switch_refused_was_not_dialled() -> None:
    dialled, _ = carried("a2-1", at=1)

    evidence = replace(clean(), lines=in_order([*clean().lines, replace(dialled, event="refused")]))

    assert broken(evidence) == []


def test_an_originate_that_only_the_switch_kept_from_being_a_second_one_is_found() -> None:
    dialled, _ = carried("a2-1", at=3)
    refused = replace(dialled, event="refused", why="duplicate")

    evidence = replace(clean(), lines=in_order([*clean().lines, refused]))

    assert texts(evidence) == ["the switch was told again of a call that it had up"]


# --- attempts --------------------------------------------------------------------------------------------------------


def test_a_third_dial_with_one_recall_is_found() -> None:
    evidence = with_call(clean(), "a1-3", at=100)

    assert texts(evidence) == ["a lead was dialled too often", "a lead has too many calls"]


def test_an_attempt_that_was_lost_counts_although_the_switch_never_saw_it() -> None:
    lost = a_call("a1-3", cause="LOST")
    wanted = {**clean().rows.calls, "a1-3": lost}

    evidence = with_rows(clean(), calls=wanted)

    assert Promise.ATTEMPTS in broken(evidence)


def test_recalls_that_were_taken_away_are_missed_at_the_dial() -> None:
    evidence = edited(clean(), "A", asked=10, answered=11, recall_times=0)

    assert texts(evidence) == ["a lead was dialled too often"]


# --- limits ----------------------------------------------------------------------------------------------------------


def test_a_campaign_over_its_limit_is_found() -> None:
    evidence = with_settings(clean(), "A", concurrent_call=2)

    found = judge(evidence)

    assert [(f.promise, f.facts["up"], f.facts["limit"]) for f in found] == [(Promise.CAMPAIGN_LIMIT, 3, 2)]


def test_a_campaign_over_its_cap_of_a_network_is_found() -> None:
    evidence = with_settings(clean(), "A", network={"viettel": 2})

    assert texts(evidence) == ["a campaign was over its network's cap"]


def test_a_parallel_campaign_may_not_dial_a_network_that_is_not_set_up() -> None:
    evidence = with_settings(clean(), "B", mode_call="parallel", network={"viettel": 1})

    assert texts(evidence) == ["a campaign was over its network's cap"]


def test_a_carrier_over_its_limit_is_found() -> None:
    evidence = with_carrier(clean(), "one", concurrent_call=2)

    assert broken(evidence) == [Promise.CARRIER_LIMIT]


@pytest.mark.parametrize(("mode", "found"), [("direct", []), ("serial", [Promise.NETWORK_LIMIT])])
def test_a_carrier_over_its_channels_of_a_network_is_found_unless_the_mode_is_direct(
    mode: str, found: list[Promise]
) -> None:
    evidence = with_carrier(with_settings(clean(), "A", mode_call=mode), "one", network={"viettel": 2})

    assert broken(evidence) == found


def test_a_tenant_over_its_cap_is_found_over_all_its_carriers() -> None:
    together = with_call(clean(), "b1-2", at=5)
    cap = replace(together.rows.tenants["T"], settings={"concurrent_call": 3})

    evidence = with_rows(together, tenants={"T": cap})

    assert broken(evidence) == [Promise.TENANT_LIMIT]


def test_calls_up_do_not_break_a_limit_that_is_lowered_below_them_but_the_next_dial_does() -> None:
    lowered = edited(clean(), "A", asked=10, answered=11, concurrent_call=1)

    assert broken(lowered) == []
    assert broken(with_call(lowered, "a2-2", at=13, lasts=5)) == [Promise.CAMPAIGN_LIMIT]


def test_too_many_calls_in_any_one_second_are_found() -> None:
    evidence = with_carrier(clean(), "one", calls_per_second=1)
    tight = with_call(evidence, "a2-2", at=20.95)

    assert broken(evidence) == []
    assert broken(tight) == [Promise.CALLS_PER_SECOND]
    assert broken(with_call(evidence, "a2-2", at=21.0)) == []
    assert broken(with_carrier(tight, "one", calls_per_second=0)) == []


@pytest.mark.parametrize(
    ("subject", "changes", "found"),
    [
        ("A", {"recall_times": 0}, Promise.ATTEMPTS),
        ("A", {"concurrent_call": 0}, Promise.CAMPAIGN_LIMIT),
        ("A", {"mode_call": "parralel"}, Promise.NETWORK_LIMIT),
        ("A", {"network": {"viettel": 1}, "mode_call": "parralel"}, None),
        ("one", {"concurrent_call": 0}, Promise.CARRIER_LIMIT),
        ("one", {"network": {"viettel": 0}}, Promise.NETWORK_LIMIT),
        ("one", {"network": {"viettel": None}}, Promise.NETWORK_LIMIT),
        ("T", {"concurrent_call": 0}, Promise.TENANT_LIMIT),
        ("T", {"concurrent_call": None}, None),
    ],
)
def test_a_lowered_limit_holds_once_what_was_on_its_way_has_come(
    subject: str, changes: dict[str, object], found: Promise | None
) -> None:
    serial = with_settings(clean(), "A", mode_call="serial")

    lately = edited(serial, subject, asked=19, answered=19.5, **changes)
    long_ago = edited(serial, subject, asked=15, answered=16, **changes)

    assert [f.promise for f in judge(lately) if f.facts["call"] == "a1-2"] == []
    assert [f.promise for f in judge(long_ago) if f.facts["call"] == "a1-2"] == ([] if found is None else [found])


def test_a_campaign_that_just_left_direct_mode_may_still_dial_without_a_channel() -> None:
    direct = with_carrier(clean(), "one", network={"viettel": 0})

    assert broken(edited(direct, "A", asked=19, answered=19.5, mode_call="serial")) == []
    assert broken(edited(direct, "A", asked=15, answered=16, mode_call="serial")) == [Promise.NETWORK_LIMIT]


def test_a_lowered_rate_holds_once_what_was_on_its_way_has_come() -> None:
    pair = with_call(clean(), "a2-2", at=20.5)

    assert broken(edited(pair, "one", asked=18, answered=19.2, calls_per_second=1)) == []
    assert broken(edited(pair, "one", asked=15, answered=16, calls_per_second=1)) == [Promise.CALLS_PER_SECOND]


def test_a_network_of_which_a_carrier_has_no_channel_is_not_dialled() -> None:
    evidence = with_carrier(clean(), "two", network={})

    assert texts(evidence) == ["a carrier was over its network's channels"]


# --- what cannot be judged -------------------------------------------------------------------------------------------


def test_a_dial_of_which_nobody_knows_breaks_every_promise_of_a_known_one() -> None:
    unknown = [replace(line, campaign="?", lead="?", gateway="?", call="?") for line in carried("a1-1", at=60)]
    lines = in_order([*clean().lines, *unknown])

    found = set(broken(replace(clean(), lines=lines)))

    assert {Promise.NOT_TWICE, Promise.ATTEMPTS, Promise.CAMPAIGN_LIMIT, Promise.CARRIER_LIMIT} <= found
    assert {Promise.WINDOW, Promise.RUNNING, Promise.DIAL_HAS_CDR} <= found


def test_carriers_that_share_a_gateway_cannot_be_judged() -> None:
    shared = replace(clean().rows.carriers["two"], gateway="gateway-one")
    evidence = with_rows(clean(), carriers={**clean().rows.carriers, "two": shared})

    with pytest.raises(ValueError, match="gateway of its own"):
        judge(evidence)


def test_a_call_counts_for_the_network_of_its_row() -> None:
    moved = a_call("b1-1", network=Network.MOBI)
    lead = a_lead("b1", network=Network.VINA)

    evidence = with_rows(clean(), calls={**clean().rows.calls, "b1-1": moved}, leads={**clean().rows.leads, "b1": lead})

    assert CALLS["b1-1"] == 30
    assert texts(evidence) == ["a carrier was over its network's channels"]
