"""What may be assumed of a call whose end nobody heard."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime, Duration

from tests.builders import NOON
from worker.domain.call import LOST, UNKNOWN
from worker.domain.ids import CallId
from worker.domain.switch import Switch
from worker.domain.timing import CALL_LOST_AFTER, CDR_GRACE, RESTART_NOTICED_WITHIN, UNHEARD_CALL_LOST_AFTER
from worker.domain.unheard import LastKnown, assume_end, has_restarted_since, patience_for, seen_in_listing

CALL = CallId(UUID(int=7))
MOMENTS = st.integers(0, 900).map(lambda seconds: NOON.add(seconds=seconds))
SIGNS = st.none() | MOMENTS


def a_switch(**learnt: object) -> Switch:
    return Switch(name="s", url="esl://:x@s:8021", state_since=NOON, created_at=NOON, **learnt)  # type: ignore[arg-type]


@given(dialled_at=MOMENTS, ringing_at=SIGNS, answered_at=SIGNS, seen_up_at=SIGNS, has_restarted=st.booleans())
def test_an_assumed_end_is_marked_keeps_an_answer_and_bills_no_second_in_which_nobody_saw_the_call(
    *,
    dialled_at: DateTime,
    ringing_at: DateTime | None,
    answered_at: DateTime | None,
    seen_up_at: DateTime | None,
    has_restarted: bool,
) -> None:
    known = LastKnown(
        call_id=CALL, dialled_at=dialled_at, ringing_at=ringing_at, answered_at=answered_at, seen_up_at=seen_up_at
    )

    end = assume_end(known, has_restarted=has_restarted)

    signs = [sign for sign in (dialled_at, ringing_at, answered_at, seen_up_at) if sign is not None]
    assert end.is_assumed
    assert end.ended_at == max(signs)
    assert end.end.answered is (answered_at is not None)
    assert end.cause == (LOST if has_restarted else UNKNOWN)
    assert end.may_be_recalled is has_restarted


@given(dialled_at=MOMENTS, core_since=SIGNS)
def test_a_restart_is_proven_only_for_calls_well_before_it(dialled_at: DateTime, core_since: DateTime | None) -> None:
    proven = has_restarted_since(a_switch(core_since=core_since), dialled_at=dialled_at)

    assert proven is (core_since is not None and (core_since - dialled_at) >= RESTART_NOTICED_WITHIN)


def test_nothing_is_proven_of_a_switch_that_has_no_row() -> None:
    assert not has_restarted_since(None, dialled_at=NOON)
    assert patience_for(None, dialled_at=NOON, event_due_within=CALL_LOST_AFTER) == CALL_LOST_AFTER


def test_only_a_second_source_that_was_heard_is_waited_for() -> None:
    heard = a_switch(cdr_secret_hash="x", cdr_heard_at=NOON)
    restarted = a_switch(cdr_secret_hash="x", cdr_heard_at=NOON, core_since=NOON.add(minutes=1))

    def patience(switch: Switch) -> Duration:
        return patience_for(switch, dialled_at=NOON, event_due_within=UNHEARD_CALL_LOST_AFTER)

    assert patience(heard) == CDR_GRACE
    assert patience(a_switch(cdr_secret_hash="x")) == UNHEARD_CALL_LOST_AFTER
    assert patience(a_switch(cdr_heard_at=NOON)) == UNHEARD_CALL_LOST_AFTER
    assert patience(restarted) == UNHEARD_CALL_LOST_AFTER


def test_a_listing_shows_only_calls_that_were_looked_for() -> None:
    listed_at = NOON.add(seconds=5)

    assert seen_in_listing(listed_at, dialled_at=NOON) == listed_at
    assert seen_in_listing(listed_at, dialled_at=NOON.add(microseconds=1)) is None
    assert seen_in_listing(None, dialled_at=NOON) is None
