import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.agents.ages import Ages, Observed
from worker.domain.agents.chances import MOMENTS, Chances
from worker.domain.agents.estimates import ANSWERED, ENDED, FAILED, READY_AGAIN, Estimates, Seen

FLAT = (0.1,) * 4
KEEP_ALL = 1.0

rings = st.lists(
    st.builds(Observed, st.floats(0, 100, allow_nan=False), st.sampled_from([ANSWERED, FAILED, None])), max_size=30
)
lasting = st.lists(
    st.builds(Observed, st.floats(0, 2_000, allow_nan=False), st.sampled_from([ENDED, None])), max_size=30
)


def ages() -> Ages:
    return Ages.empty(width=5, bins=4, kinds=1)


def test_without_observations_the_assumption_holds() -> None:
    assert ages().hazards(FLAT, kind=0) == pytest.approx(FLAT)


def test_a_hazard_is_the_share_of_those_who_reached_the_bin_and_ended_in_it() -> None:
    seen = [Observed(1.0, 0)] * 400 + [Observed(7.0, 0)] * 600

    hazards = ages().learn(seen, keep=KEEP_ALL).hazards(FLAT, kind=0)

    assert hazards[0] == pytest.approx(0.4, abs=0.01)
    assert hazards[1] == pytest.approx(1.0, abs=0.02)
    assert hazards[2] == 0.1


def test_what_was_cut_off_says_only_that_it_lasted_so_long() -> None:
    seen = [Observed(6.0, None)] * 1_000 + [Observed(1.0, 0)] * 1_000

    hazards = ages().learn(seen, keep=KEEP_ALL).hazards(FLAT, kind=0)

    assert hazards[0] == pytest.approx(0.5, abs=0.01)
    assert hazards[1] == pytest.approx(0.1)


def test_what_lasts_longer_than_all_bins_counts_in_the_last() -> None:
    learnt = ages().learn([Observed(1_000.0, 0)], keep=KEEP_ALL)

    assert learnt.ended[0] == (0, 0, 0, 1)


def test_older_observations_count_less() -> None:
    old = Estimates().learn(Seen(talks=[Observed(2.0, ENDED)] * 100), elapsed=0)

    for _ in range(120):  # two hours, refreshed each minute
        old = old.learn(Seen(), elapsed=60)

    assert old.talk.exposed[0] == pytest.approx(50)


def test_a_night_forgets_no_more_than_a_minute() -> None:
    before = Estimates().learn(Seen(talks=[Observed(2.0, ENDED)] * 100), elapsed=0)

    assert before.learn(Seen(), elapsed=60_000) == before.learn(Seen(), elapsed=60)


def test_with_little_evidence_the_answer_rate_is_taken_for_higher() -> None:
    assert Estimates().level == pytest.approx(1.316, abs=0.001)


def test_a_list_that_turns_good_is_noticed_within_minutes() -> None:
    usual = [Observed(11.0, ANSWERED)] * 30 + [Observed(40.0, FAILED)] * 70
    good = [Observed(11.0, ANSWERED)] * 90 + [Observed(40.0, FAILED)] * 10
    estimates = Estimates()
    for _ in range(60):
        estimates = estimates.learn(Seen(rings=usual), elapsed=60)
    level = estimates.level

    for _ in range(3):
        estimates = estimates.learn(Seen(rings=good), elapsed=60)

    assert level == pytest.approx(1.0, abs=0.1)
    assert estimates.level > 1.4


@given(rings=rings, talks=lasting, wraps=lasting)
def test_estimates_keep_through_json(rings: list[Observed], talks: list[Observed], wraps: list[Observed]) -> None:
    estimates = Estimates().learn(Seen(rings, talks, wraps), elapsed=0)

    stored = Estimates.from_json(json.loads(json.dumps(estimates.to_json())))

    assert stored.ring == estimates.ring
    assert stored.talk == estimates.talk
    assert stored.wrap == estimates.wrap
    assert stored.level == pytest.approx(estimates.level, abs=0.001)


@pytest.mark.parametrize("value", [None, [], {}, {"ring": 1}, {"ring": {"width": 1, "exposed": [1], "ended": [[1]]}}])
def test_a_stored_form_that_is_not_ours_starts_anew(value: None) -> None:
    assert Estimates.from_json(value) == Estimates()


@given(rings=rings, talks=lasting, wraps=lasting, age=st.floats(0, 5_000))
def test_chances_are_chances_and_grow_with_time(
    rings: list[Observed], talks: list[Observed], wraps: list[Observed], age: float
) -> None:
    chances = Chances(Estimates().learn(Seen(rings, talks, wraps), elapsed=0))

    for row in (chances.answered(age), chances.free_after_talk(age), chances.free_after_wrap(age)):
        assert len(row) == len(MOMENTS)
        assert list(row) == sorted(row)
        assert 0 <= row[0] <= row[-1] <= 1 + 1e-9
    assert sum(chances.answer_times) == pytest.approx(1)


def test_an_agent_who_has_worked_long_is_free_sooner_than_one_who_just_began_to_talk() -> None:
    wraps = [Observed(15.0 + n % 3, READY_AGAIN) for n in range(300)]
    chances = Chances(Estimates().learn(Seen(wraps=wraps), elapsed=0))

    assert chances.free_after_wrap(14)[2] > 0.9
    assert chances.free_after_wrap(0)[2] < 0.2
    assert chances.free_after_talk(0)[2] < chances.free_after_wrap(0)[2] + 0.01
