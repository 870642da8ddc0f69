"""A carrier's own cause table: asked before the shipped one, by the very next end."""

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.builders import CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import call_row, lead_rows
from worker.domain.call import HungUp, Outcome
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.lead import Ending, Stage
from worker.domain.outcome import CauseRule
from worker.domain.recall import MOST_UNCOUNTED
from worker.store.base.callback_tables import deliveries
from worker.store.base.tables import carriers
from worker.store.dispatch.cause_tables import to_stored

BARRED = Hangup(cause="CALL_REJECTED", answered=False, q850=21, sip_status=403)
OUR_LINE_IS_BARRED = CauseRule(sip_status=403, outcome=Outcome.CONGESTION, counts=False)


def set_rules(world: World, *rules: CauseRule) -> None:
    with world.store.transaction() as tx:
        tx.connection.execute(update(carriers).where(carriers.c.id == CARRIER).values(causes=to_stored(rules)))


def end(world: World, call_id: CallId, facts: Hangup = BARRED) -> Any:
    world.hear(HungUp(call_id, facts, started_at=NOON, ended_at=NOON, answered_at=NOON if facts.answered else None))
    return call_row(world, call_id)


@pytest.mark.parametrize(
    "rule",
    [
        CauseRule(sip_status=403, outcome=Outcome.PHONE_BLOCK),
        CauseRule(q850=21, outcome=Outcome.PHONE_BLOCK),
        CauseRule(cause="CALL_REJECTED", outcome=Outcome.PHONE_BLOCK),
        CauseRule(sip_status=403, cause="CALL_REJECTED", outcome=Outcome.PHONE_BLOCK),
    ],
)
def test_the_next_end_obeys_a_new_rule(world: World, rule: CauseRule) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    first, second = world.dial()
    before = end(world, first)

    set_rules(world, rule)
    after = end(world, second)

    assert (before.outcome, after.outcome) == (Outcome.CONGESTION, Outcome.PHONE_BLOCK)


def test_of_two_rules_that_fit_the_first_decides(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    set_rules(world, CauseRule(q850=21, outcome=Outcome.BUSY), OUR_LINE_IS_BARRED)
    (call_id,) = world.dial()

    row = end(world, call_id)

    assert (row.outcome, row.counted) == (Outcome.BUSY, True)


def test_an_end_that_does_not_count_is_a_cdr_and_gives_the_attempt_back(world: World) -> None:
    fill_store(world.store, stored_settings(recall_times=0, callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(1))
    set_rules(world, OUR_LINE_IS_BARRED)

    (call_id,) = world.dial()
    row = end(world, call_id)
    (lead,) = lead_rows(world)
    too_early = world.plan()
    world.clock.wait(60)
    (again,) = world.dial()

    assert (row.outcome, row.counted, row.attempt) == (Outcome.CONGESTION, False, 1)
    assert (lead.stage, lead.called_count, lead.last_outcome, lead.ending) == (Stage.NEW, 0, Outcome.CONGESTION, None)
    assert too_early == []
    assert call_row(world, again).attempt == 1


def test_callbacks_of_a_repeated_attempt_ascend_and_say_what_counted(world: World) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(1))
    set_rules(world, OUR_LINE_IS_BARRED)
    (first,) = world.dial()
    end(world, first)
    world.clock.wait(60)
    (second,) = world.dial()
    end(world, second, Hangup(cause="USER_BUSY", answered=False))

    with world.store.reading() as tx:
        rows = tx.connection.execute(select(deliveries.c.body).order_by(deliveries.c.id)).all()
    bodies = [json.loads(row.body) for row in rows]
    assert [(body["attempt"], body["counted"], body["status"]) for body in bodies] == [
        (1, False, "congestion"),
        (1, True, "busy"),
    ]
    assert bodies[0]["sequence"] < bodies[1]["sequence"]


def test_a_wrong_table_does_not_call_one_number_for_ever(world: World) -> None:
    fill_store(world.store, stored_settings(recall_times=0))
    add_leads(world.store, viettel(1))
    set_rules(world, OUR_LINE_IS_BARRED)

    counted = []
    while lead_rows(world)[0].stage is not Stage.DONE:
        (call_id,) = world.dial()
        counted.append(end(world, call_id).counted)
        world.clock.wait(3600)

    assert counted == [*[False] * MOST_UNCOUNTED, True]
    assert (lead_rows(world)[0].ending, lead_rows(world)[0].called_count) == (Ending.ATTEMPTS_USED, 1)


def test_an_answered_call_is_answered_and_counts_whatever_the_table_says(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    set_rules(world, CauseRule(sip_status=200, outcome=Outcome.BUSY, counts=False))
    (call_id,) = world.dial()

    row = end(world, call_id, Hangup(cause="NORMAL_CLEARING", answered=True, sip_status=200))

    assert (row.outcome, row.counted) == (Outcome.ANSWERED, True)
    assert lead_rows(world)[0].ending is Ending.ANSWERED


def test_the_id_that_a_client_has_is_that_of_the_first_call_alone(world: World) -> None:
    promised = CallId(CARRIER)
    fill_store(world.store)
    add_leads(world.store, viettel(1), stage=Stage.SINGLE, call_id=promised)
    set_rules(world, OUR_LINE_IS_BARRED)

    (first,) = world.dial()
    end(world, first)
    world.clock.wait(60)
    (second,) = world.dial()

    assert first == promised
    assert second != promised
    assert call_row(world, second).stage_before is Stage.SINGLE
