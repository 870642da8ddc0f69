"""Outcomes: the answer first, then the first rule of the table that fits cause and SIP status together."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import shipped_outcome
from worker.domain.call import Outcome
from worker.domain.hangup import Hangup
from worker.domain.hangup_causes import HIGHEST_Q850, NUMBER_OF
from worker.domain.outcome import UNPLAYED, CauseRule, Verdict, decide_outcome
from worker.store.dispatch.cause_tables import shipped_causes

CAUSES = st.sampled_from(sorted(NUMBER_OF))
STATUSES = st.none() | st.integers(100, 699)
RULES = st.lists(
    st.builds(
        CauseRule,
        outcome=st.sampled_from(Outcome),
        sip_status=STATUSES,
        q850=st.none() | st.integers(1, HIGHEST_Q850),
        cause=st.none() | CAUSES,
        counts=st.booleans(),
    )
)


@pytest.mark.parametrize(
    ("cause", "status", "outcome"),
    [
        ("NORMAL_CLEARING", 486, Outcome.BUSY),
        ("NORMAL_CLEARING", 603, Outcome.BUSY),
        ("NORMAL_CLEARING", 404, Outcome.INVALID_NUMBER),
        ("NORMAL_CLEARING", 480, Outcome.NOT_AVAILABLE),
        ("NORMAL_CLEARING", 410, Outcome.INVALID_NUMBER),
        ("NORMAL_CLEARING", 484, Outcome.INVALID_NUMBER),
        ("NORMAL_CLEARING", 600, Outcome.BUSY),
        ("NORMAL_CLEARING", 604, Outcome.INVALID_NUMBER),
        ("NORMAL_CLEARING", 401, Outcome.CONGESTION),
        ("NORMAL_CLEARING", None, Outcome.NO_ANSWERED),
        ("CALL_REJECTED", 401, Outcome.CONGESTION),
        ("CALL_REJECTED", 402, Outcome.CONGESTION),
        ("CALL_REJECTED", 403, Outcome.CONGESTION),
        ("CALL_REJECTED", 407, Outcome.CONGESTION),
        ("CALL_REJECTED", 603, Outcome.BUSY),
        ("CALL_REJECTED", None, Outcome.BUSY),
        ("DECLINE", None, Outcome.BUSY),
        ("DECLINE", 603, Outcome.BUSY),
        ("BUSY_EVERYWHERE", 600, Outcome.BUSY),
        ("DOES_NOT_EXIST_ANYWHERE", 604, Outcome.INVALID_NUMBER),
        ("PROGRESS_TIMEOUT", None, Outcome.NO_ANSWERED),
        ("USER_NOT_REGISTERED", None, Outcome.NOT_AVAILABLE),
        ("NORMAL_TEMPORARY_FAILURE", 500, Outcome.CONGESTION),
        ("NORMAL_TEMPORARY_FAILURE", 503, Outcome.CONGESTION),
        ("NORMAL_TEMPORARY_FAILURE", None, Outcome.NOT_AVAILABLE),
        ("NETWORK_OUT_OF_ORDER", 502, Outcome.CONGESTION),
        ("SERVICE_NOT_IMPLEMENTED", 501, Outcome.CONGESTION),
        ("RECOVERY_ON_TIMER_EXPIRE", 504, Outcome.CONGESTION),
        ("RECOVERY_ON_TIMER_EXPIRE", 408, Outcome.NOT_AVAILABLE),
        ("INCOMPATIBLE_DESTINATION", 488, Outcome.FAILED),
        ("INCOMPATIBLE_DESTINATION", 606, Outcome.FAILED),
        ("LOST", None, Outcome.FAILED),
        ("", None, Outcome.FAILED),
    ],
)
def test_cause_and_status_decide_together(cause: str, status: int | None, outcome: Outcome) -> None:
    assert shipped_outcome(Hangup(cause=cause, answered=False, sip_status=status)) is outcome


@pytest.mark.parametrize(
    ("cause", "status", "outcome"),
    [
        ("INCOMING_CALL_BARRED", 403, Outcome.PHONE_BLOCK),
        ("USER_BUSY", 480, Outcome.BUSY),
        ("CALL_REJECTED", 480, Outcome.BUSY),
        ("UNALLOCATED_NUMBER", 503, Outcome.INVALID_NUMBER),
        ("SUBSCRIBER_ABSENT", 503, Outcome.NOT_AVAILABLE),
        ("NORMAL_CIRCUIT_CONGESTION", 480, Outcome.CONGESTION),
    ],
)
def test_a_cause_that_the_far_end_states_says_more_than_its_status(cause: str, status: int, outcome: Outcome) -> None:
    assert shipped_outcome(Hangup(cause=cause, answered=False, sip_status=status)) is outcome


@given(cause=CAUSES | st.text(), status=STATUSES, rules=RULES, by_machine=st.booleans())
def test_an_answer_decides_whatever_the_table_says(
    cause: str, status: int | None, rules: list[CauseRule], *, by_machine: bool
) -> None:
    end = Hangup(cause=cause, answered=True, by_machine=by_machine, sip_status=status)

    assert decide_outcome(end, rules=rules) == Verdict(Outcome.VOICEMAIL if by_machine else Outcome.ANSWERED)


@pytest.mark.parametrize("by_machine", [False, True])
def test_an_answered_call_whose_message_could_not_be_played_has_failed(by_machine: bool) -> None:  # noqa: FBT001 - a case
    end = Hangup(cause=UNPLAYED, answered=True, by_machine=by_machine, by_us=True)

    assert decide_outcome(end, rules=()) == Verdict(Outcome.FAILED)


def test_a_callee_who_hangs_up_with_that_cause_has_answered() -> None:
    assert shipped_outcome(Hangup(cause=UNPLAYED, answered=True, by_us=False)) is Outcome.ANSWERED


@given(CAUSES, STATUSES, RULES)
def test_the_first_rule_that_fits_decides(cause: str, status: int | None, rules: list[CauseRule]) -> None:
    end = Hangup(cause=cause, answered=False, sip_status=status, q850=NUMBER_OF[cause])

    fitting = [
        Verdict(rule.outcome, rule.counts)
        for rule in rules
        if rule.sip_status in {None, status} and rule.cause in {None, cause} and rule.q850 in {None, NUMBER_OF[cause]}
    ]

    assert decide_outcome(end, rules=rules) == [*fitting, Verdict(Outcome.FAILED)][0]


def test_every_cause_in_the_shipped_table_is_one_of_freeswitch() -> None:
    assert {rule.cause for rule in shipped_causes()} - {None} <= set(NUMBER_OF)


def test_no_row_of_the_shipped_table_is_hidden_by_an_earlier_one() -> None:
    rules = shipped_causes()

    hidden = [
        (earlier, later)
        for index, later in enumerate(rules)
        for earlier in rules[:index]
        if earlier.sip_status in {None, later.sip_status} and earlier.cause in {None, later.cause}
    ]

    assert hidden == []


def test_the_numbers_of_causes_ascend_so_that_none_is_written_twice() -> None:
    assert all(before < after for before, after in pairwise(NUMBER_OF.values()))
