"""The circuit breaker of a carrier's trunk: what a plan and a dial let out, and what opens and closes it."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest
from pendulum import DateTime
from sqlalchemy import insert

from tests.builders import CAMPAIGN, CARRIER, HANOI, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.dispatch.test_unreached import DEAD, unreached
from tests.unit.usecases.look import an_end, call_row, lead_rows, put, states
from worker.domain.call import CallState, HungUp, Outcome, Refused, Ringing
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.reason import Reason, Why
from worker.domain.timing import TRUNK_PROVEN_FOR
from worker.domain.trunk import RUN_OPENS, TRIAL_CALLS, UNPROVEN_CALLS, UNREACHED_DIALS, Trunk
from worker.ports.records.entities import Tenant
from worker.store.base.tables import trunks
from worker.store.dispatch.trunks import SqlTrunks
from worker.usecases.records.explain import explain_campaign

OWNER = Tenant(id=TENANT, name="default", timezone=HANOI)
PROVEN = {"failures": 0, "recent": 0, "cause": "", "trials": 0, "proven_at": NOON}
FAILING = {
    "failures": 5,
    "recent": 31,
    "cause": DEAD,
    "failing_since": NOON.subtract(seconds=9),
    "trials": 3,
    "next_trial_at": NOON.add(seconds=7),
}
LONG_BEFORE = NOON.subtract(hours=1)


def a_world(world: World, trunk: Mapping[str, object] = MappingProxyType({}), *, leads: int = 40) -> None:
    fill_store(world.store, stored_settings(concurrent_call=100), carrier_calls=100)
    add_leads(world.store, viettel(leads))
    if trunk:
        with world.store.transaction() as tx:
            tx.connection.execute(insert(trunks).values(carrier_id=CARRIER, **dict(trunk)))


def trunk_of(world: World) -> Trunk:
    with world.store.reading() as tx:
        return tx.trunks.of([CARRIER])[CARRIER]


def reasons(world: World) -> dict[Reason, Why]:
    found = explain_campaign(world.store, tenant=OWNER, campaign_id=CAMPAIGN, now=world.clock.now())
    return {why.reason: why for why in found.reasons}


def test_a_new_trunk_gets_few_calls_until_it_replies_and_then_all_at_once(world: World) -> None:
    a_world(world)

    first = world.dial()
    held = reasons(world)
    world.hear(Ringing(first[0], NOON))
    asked, second = world.queue.plans[-1], world.dial()

    assert len(first) == len(world.telephony.placed) - len(second) == UNPROVEN_CALLS
    assert (held[Reason.CARRIER_UNPROVEN].in_use, held[Reason.CARRIER_UNPROVEN].limit) == (10, 10)
    assert asked == CARRIER
    assert len(second) == 30


def test_a_trunk_that_has_not_replied_lately_gets_few_calls_at_the_dial_too(world: World) -> None:
    a_world(world, PROVEN)
    call_ids = world.plan()
    world.clock.wait(TRUNK_PROVEN_FOR.total_seconds())

    world.place(call_ids[:20])
    world.place(call_ids[20:])

    assert len(call_ids) == 40
    assert states(world) == {CallState.DIALING: UNPROVEN_CALLS, CallState.QUEUED: 30}


def test_a_dead_trunk_opens_the_breaker_and_nobodys_attempt_is_used(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    a_world(world)
    call_ids = world.dial()

    with caplog.at_level(logging.INFO):
        world.hear(*[unreached(call_id, dial=1) for call_id in call_ids])

    trunk, why = trunk_of(world), reasons(world)[Reason.CARRIER_FAILING]
    assert (trunk.failing_since, trunk.next_trial_at) == (NOON, NOON.add(seconds=1))
    assert (why.cause, why.since, why.until) == (DEAD, NOON, NOON.add(seconds=1))
    assert world.plan() == []
    assert world.place(call_ids) == 0
    assert {row.called_count for row in lead_rows(world)} == {0}
    assert {call_row(world, call_id).resend_at for call_id in call_ids} == {NOON.add(seconds=1)}
    assert [r.__dict__["cause"] for r in caplog.records if r.__dict__.get("action") == "carrier_failing"] == [DEAD]


def test_after_each_pause_two_trial_calls_go_out_and_the_pause_doubles(world: World) -> None:
    a_world(world)
    world.hear(*[unreached(call_id, dial=1) for call_id in world.dial()])
    dialled, pauses = len(world.telephony.placed), []

    for _ in range(4):
        at = trunk_of(world).next_trial_at
        assert at is not None
        world.clock.wait((at - world.clock.now()).total_seconds())
        world.place(world.plan())
        trials = world.telephony.placed[dialled:]
        dialled += TRIAL_CALLS
        assert len(trials) == TRIAL_CALLS
        world.hear(*[unreached(call.call_id, dial=call.dial) for call in trials])
        pauses.append(_pause(world, since=at))

    assert pauses == [2, 4, 8, 16]
    assert {row.called_count for row in lead_rows(world)} == {0}


def _pause(world: World, *, since: DateTime) -> float:
    at = trunk_of(world).next_trial_at
    assert at is not None
    return (at - since).total_seconds()


def test_trial_calls_of_several_messages_are_counted_together(world: World) -> None:
    a_world(world, PROVEN)
    call_ids = world.plan()
    world.place(call_ids[:5])
    world.hear(*[unreached(call_id, dial=1) for call_id in call_ids[:5]])
    world.clock.wait(1)

    placed = [world.place([call_id]) for call_id in call_ids[5:]]

    assert sum(placed) == 1, "a lone trial uses its pause, since the next one may come from anywhere"


def test_queued_calls_that_the_breaker_holds_wait_for_the_next_trial_and_are_not_cancelled(world: World) -> None:
    a_world(world, PROVEN)
    call_ids = world.plan()
    world.place(call_ids[:10])
    world.hear(*[unreached(call_id, dial=1) for call_id in call_ids[:10]])

    world.place(call_ids[10:20])

    assert {call_row(world, call_id).resend_at for call_id in call_ids[10:20]} == {NOON.add(seconds=1)}
    assert states(world) == {CallState.QUEUED: 40}


def test_one_reply_closes_the_breaker_and_sends_all_that_waited_at_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    a_world(world)
    world.hear(*[unreached(call_id, dial=1) for call_id in world.dial()])
    world.clock.wait(1)
    world.place(world.plan())
    (trial, _) = world.telephony.placed[-2:]
    sent_before = len(world.queue.calls)

    with caplog.at_level(logging.INFO):
        world.hear(Ringing(trial.call_id, world.clock.now()))
    waited = world.queue.calls[sent_before:]
    world.place(waited)

    assert trunk_of(world) == Trunk(proven_at=world.clock.now())
    assert len(waited) == UNPROVEN_CALLS - TRIAL_CALLS
    assert states(world) == {CallState.DIALING: UNPROVEN_CALLS - 1, CallState.RINGING: 1}
    assert len(world.plan()) == 30
    assert "carrier_recovered" in {record.__dict__.get("action") for record in caplog.records}


def test_a_callees_refusal_is_a_reply_of_the_trunk(world: World) -> None:
    a_world(world, FAILING)
    world.clock.wait(7)
    (call_id, _) = world.dial()

    world.hear(_replied(call_id))

    assert not trunk_of(world).is_failing


def _replied(call_id: CallId) -> HungUp:
    return replace(an_end(call_id), end=Hangup(cause="USER_BUSY", answered=False, replied=True, sip_status=486))


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("GATEWAY_DOWN", Reason.GATEWAY_DOWN),
        ("INVALID_GATEWAY", Reason.GATEWAY_UNKNOWN),
        ("INVALID_PROFILE", Reason.GATEWAY_UNKNOWN),
    ],
)
def test_a_gateway_that_the_switch_cannot_use_is_named(world: World, cause: str, reason: Reason) -> None:
    a_world(world)
    call_ids = world.dial()

    world.hear(*[Refused(call_id, cause, LONG_BEFORE, dial=1) for call_id in call_ids[:RUN_OPENS]])

    assert (reasons(world)[reason].cause, reasons(world)[reason].since) == (cause, NOON)
    assert {row.called_count for row in lead_rows(world)} == {0}


def test_a_refusal_of_the_switch_itself_does_not_touch_the_breaker(world: World) -> None:
    a_world(world)
    call_ids = world.dial()

    world.hear(*[Refused(call_id, "DESTINATION_OUT_OF_ORDER", LONG_BEFORE, dial=1) for call_id in call_ids])

    assert trunk_of(world) == Trunk()


def test_a_number_to_which_a_replying_trunk_never_replies_ends_and_is_not_dialled_for_ever(world: World) -> None:
    a_world(world, PROVEN, leads=1 + UNREACHED_DIALS)
    call_id, *others = world.dial()

    for dial, other in enumerate(others, start=1):
        assert call_row(world, call_id).state is CallState.DIALING
        world.hear(unreached(call_id, dial=dial), Ringing(other, NOON))
        world.clock.wait(4)
        world.place([call_id])

    row = call_row(world, call_id)
    assert (row.state, row.outcome, row.cause) == (CallState.ENDED, Outcome.NOT_AVAILABLE, "NO_USER_RESPONSE")
    assert [call.dial for call in world.telephony.placed if call.call_id == call_id] == [1, 2, 3, 4, 5]


def test_why_names_the_trunk_even_when_all_leads_wait_in_queued_calls(world: World) -> None:
    a_world(world, leads=6)
    world.hear(*[unreached(call_id, dial=1) for call_id in world.dial()])

    found = explain_campaign(world.store, tenant=OWNER, campaign_id=CAMPAIGN, now=NOON)

    assert found.queued == 6
    assert found.reasons[0].reason is Reason.CARRIER_FAILING
    assert not found.dialling


def test_why_names_the_trunk_of_the_last_call_also_as_its_trial_and_before_the_breaker_opens(world: World) -> None:
    a_world(world, leads=1)
    call_ids = world.dial()
    said = []

    for dial in range(1, 7):
        world.hear(unreached(call_ids[0], dial=dial))
        world.clock.wait(4)
        found = explain_campaign(world.store, tenant=OWNER, campaign_id=CAMPAIGN, now=world.clock.now())
        told = [why for why in found.reasons if why.reason is not Reason.NO_SWITCH]  # no heartbeat comes meanwhile
        said.append([(why.reason, why.cause, why.since is not None) for why in told])
        assert (found.queued, found.in_use) == (1, 0)
        assert world.place(call_ids) == 1

    assert said == [[(Reason.CARRIER_FAILING, DEAD, False)]] * 4 + [[(Reason.CARRIER_FAILING, DEAD, True)]] * 2


def test_calls_that_wait_for_the_trunk_obey_a_stop_at_their_next_trial(world: World) -> None:
    a_world(world, leads=6)
    call_ids = world.dial()
    world.hear(*[unreached(call_id, dial=1) for call_id in call_ids])
    put(world, status="stop")
    world.clock.wait(1)

    world.place(call_ids)

    assert states(world) == {CallState.CANCELLED: 6}


def test_a_busy_trunk_that_is_well_is_seldom_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[object] = []
    monkeypatch.setattr(SqlTrunks, "save", lambda _self, _carrier, trunk: written.append(trunk))
    a_world(world, PROVEN)
    call_ids = world.dial()

    for call_id in call_ids:
        world.hear(Ringing(call_id, NOON))

    assert written == []
