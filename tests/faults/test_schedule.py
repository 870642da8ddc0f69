"""A run's faults follow from its seed."""

import itertools

from tests.faults.faults import BETWEEN_HOSTS, DEEDS, Kind
from tests.faults.hosts import NAMES
from tests.faults.schedule import (
    CUT_OFF,
    CUT_OFF_FOR_LONG,
    EACH_KIND_LANES,
    FIRST_SECONDS,
    LANES,
    LONG,
    SHORT,
    Planned,
    duration,
    one_round,
    scheduled,
)


def test_the_same_seed_plans_the_same_faults() -> None:
    first, again, other = (scheduled(LANES, seed=seed, seconds=600) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_every_fault_happens_once_before_any_happens_again() -> None:
    planned = [plan.fault for plan in scheduled([SHORT], seed=1, seconds=3600)]

    once = planned[: len(SHORT.faults)]

    assert sorted(once, key=str) == sorted(SHORT.faults, key=str)
    assert len(planned) > len(SHORT.faults)


def test_a_fault_begins_when_the_one_before_it_in_its_lane_is_over() -> None:
    planned = scheduled([SHORT], seed=1, seconds=600)

    assert planned[0].at == FIRST_SECONDS
    for earlier, later in itertools.pairwise(planned):
        assert later.at > earlier.until


def test_lanes_go_on_side_by_side_but_never_on_one_target() -> None:
    planned = scheduled(LANES, seed=1, seconds=3600)
    pairs = [pair for pair in itertools.combinations(planned, 2) if _overlap(*pair)]

    assert pairs
    assert not any(one.fault.targets & other.fault.targets for one, other in pairs)


def test_a_long_run_has_every_kind_of_fault_and_so_has_a_short_one() -> None:
    long = {fault.kind for lane in LANES for fault in lane.faults}
    short = {fault.kind for lane in EACH_KIND_LANES for fault in lane.faults}

    assert long == short == set(Kind) - BETWEEN_HOSTS


def test_hosts_are_cut_off_one_way_and_both() -> None:
    assert (
        {fault.kind for fault in CUT_OFF.faults} == {fault.kind for fault in CUT_OFF_FOR_LONG.faults} == BETWEEN_HOSTS
    )
    assert {host for fault in CUT_OFF.faults for side in fault.target.split() for host in side.split("+")} == set(NAMES)


def test_one_round_has_each_fault_once() -> None:
    planned = one_round(EACH_KIND_LANES, seed=1)
    pairs = [pair for pair in itertools.combinations(planned, 2) if _overlap(*pair)]

    faults = [fault for lane in EACH_KIND_LANES for fault in lane.faults]
    assert sorted((plan.fault for plan in planned), key=str) == sorted(faults, key=str)
    assert planned == one_round(EACH_KIND_LANES, seed=1)
    assert pairs
    assert not any(one.fault.targets & other.fault.targets for one, other in pairs)
    assert duration(planned) < 110


def test_every_kind_can_be_brought_about() -> None:
    assert set(DEEDS) == set(Kind)


def test_an_hour_has_five_hundred_faults() -> None:
    planned = [plan for seed in (1, 2, 3) for plan in scheduled(LANES, seed=seed, seconds=1200)]

    assert len(planned) > 500
    assert {fault for plan in planned for fault in [plan.fault]} >= set(LONG.faults)


def _overlap(one: Planned, other: Planned) -> bool:
    return one.at <= other.until and other.at <= one.until
