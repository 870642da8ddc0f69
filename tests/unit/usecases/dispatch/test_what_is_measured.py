"""What a worker and a listener tell Prometheus of calls: each number has its cause in what they just did."""

from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from tests.builders import CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import LONG_BEFORE, World
from tests.unit.usecases.look import an_end, put
from worker.domain.call import Refused
from worker.domain.campaign import Status
from worker.domain.leadership import BEAT, LeaderLease
from worker.jobs.call_figures import OTHER, CallFigures
from worker.ports.dispatch.watching import WATCHERS
from worker.usecases.dispatch.hold_leadership import Leadership


@pytest.fixture
def told() -> Iterator[CollectorRegistry]:
    registry = CollectorRegistry()
    figures = CallFigures(registry)
    WATCHERS.add(figures)
    yield registry
    WATCHERS.remove(figures)


def delays(told: CollectorRegistry, step: str) -> tuple[float | None, float | None]:
    """Return how many delays were noted, and the sum of their seconds."""
    names = ("callbeat_delay_seconds_count", "callbeat_delay_seconds_sum")
    count, seconds = (told.get_sample_value(name, {"step": step}) for name in names)
    return count, seconds


def refusals(told: CollectorRegistry, by: str, reason: str) -> float | None:
    return told.get_sample_value("callbeat_refusals_total", {"by": by, "reason": reason})


def repairs(told: CollectorRegistry, repair: str) -> float | None:
    return told.get_sample_value("callbeat_repairs_total", {"repair": repair})


def test_the_time_from_plan_to_dial_and_from_end_to_settling_is_noted(world: World, told: CollectorRegistry) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    planned = world.plan()
    world.clock.wait(3)
    world.place(planned)
    world.clock.wait(7)
    world.hear(an_end(planned[0], seconds=5))

    assert delays(told, "dial") == (2, 6)
    assert delays(told, "settle") == (1, 2)


def test_a_dial_that_a_rule_forbids_is_counted_by_the_rule(world: World, told: CollectorRegistry) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    planned = world.plan()
    put(world, status=Status.STOP, run_id=None)

    world.place(planned)

    assert refusals(told, "rules", "stopped") == 2
    assert delays(told, "dial") == (0, 0)


@pytest.mark.parametrize(("cause", "reason"), [("SWITCH_CONGESTION", "SWITCH_CONGESTION"), ("-ERR what?", OTHER)])
def test_a_switchs_refusal_is_counted_and_its_own_words_make_no_new_series(
    world: World, told: CollectorRegistry, cause: str, reason: str
) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    world.hear(Refused(call_id, cause, listening_since=LONG_BEFORE))

    assert refusals(told, "switch", reason) == 1


def test_a_message_that_is_sent_again_and_an_end_that_nobody_heard_are_repairs(
    world: World, told: CollectorRegistry
) -> None:
    fill_store(world.store, stored_settings(recall_times=0))
    add_leads(world.store, viettel(1))
    planned = world.plan()
    world.clock.wait(10)
    world.sweep()
    assert repairs(told, "resent") == 1

    world.place(planned)
    world.telephony.calls_up.clear()
    for _ in range(2):
        world.clock.wait(20)
        world.sweep()

    assert repairs(told, "assumed_end") == 1
    assert delays(told, "settle") == (0, 0)


def test_calls_that_no_switch_got_are_repairs(world: World, told: CollectorRegistry) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    planned = world.plan()
    world.telephony.refused |= set(planned)

    world.place(planned)

    assert repairs(told, "put_back") == 2


def test_who_leads_is_told_until_it_leads_no_more(world: World, told: CollectorRegistry) -> None:
    fill_store(world.store)
    beat = Leadership(world.store, LeaderLease(BEAT, CARRIER))

    beat.hold(since=LONG_BEFORE, now=NOON)
    leading = told.get_sample_value("callbeat_leader", {"post": BEAT})
    beat.release()

    assert (leading, told.get_sample_value("callbeat_leader", {"post": BEAT})) == (1, 0)
