"""Single calls on their way: ahead of lists, past windows and status, under the id that was promised."""

from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from tests.builders import NOON, TEMPLATE, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import an_end, call_row, lead_rows, next_plan, put, states
from worker.domain.call import CallState, Outcome
from worker.domain.campaign import Status
from worker.domain.ids import CallId, TemplateId
from worker.domain.lead import Ending, Stage
from worker.domain.reason import Reason
from worker.store.base.callback_tables import deliveries
from worker.store.base.tables import do_not_call, lists, templates

PROMISED = CallId(UUID(int=77))
OF_CODES = TemplateId(UUID(int=55))
SHUT = {"local_start_time": "13:00:00", "local_end_time": "14:00:00"}
RECALLED = {"recall_times": 1, "recall_status": ("busy",)}


def add_code(world: World) -> None:
    """Store an OTP with a template of its own."""
    with world.store.transaction() as tx:
        row = {"id": OF_CODES, "tenant_id": TENANT, "name": "codes", "body": {}, "created_at": NOON, "updated_at": NOON}
        tx.connection.execute(insert(templates).values(row))
    add_leads(world.store, viettel(1), stage=Stage.OTP, call_id=PROMISED, ref_id="order 17", template_id=OF_CODES)


def test_a_code_is_called_under_the_promised_id_with_its_own_template(world: World) -> None:
    fill_store(world.store)
    add_code(world)

    world.dial()

    (placed,) = world.telephony.placed
    assert (placed.call_id, placed.variables) == (PROMISED, {"callbeat_template": str(OF_CODES)})
    row = call_row(world, PROMISED)
    assert (row.ref_id, row.template_id, row.stage_before) == ("order 17", OF_CODES, Stage.OTP)


def test_other_calls_play_the_campaigns_template(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1), stage=Stage.SINGLE)

    world.dial()

    assert world.telephony.placed[0].variables == {"callbeat_template": str(TEMPLATE)}


@pytest.mark.parametrize("closed", [{"status": Status.STOP, "run_id": None}, {"status": Status.PAUSE}, SHUT])
def test_a_code_goes_out_whatever_the_status_and_the_hour(world: World, closed: dict[str, object]) -> None:
    fill_store(world.store, stored_settings(**closed))
    add_leads(world.store, viettel(2, start=5))
    add_leads(world.store, viettel(1, start=9), stage=Stage.SINGLE)
    add_code(world)

    world.dial()

    assert [placed.call_id for placed in world.telephony.placed] == [PROMISED]


def test_the_first_channel_is_the_codes_the_second_the_single_calls(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=2))
    for start, stage in enumerate((Stage.RECALL, Stage.NEW, Stage.SINGLE, Stage.OTP)):
        add_leads(world.store, viettel(1, start=start), stage=stage)

    world.dial()

    assert [placed.destination for placed in world.telephony.placed] == [viettel(4)[3], viettel(4)[2]]


def test_a_code_to_a_barred_number_ends_without_a_call(world: World) -> None:
    fill_store(world.store)
    add_code(world)
    with world.store.transaction() as tx:
        row = {"tenant_id": TENANT, "phone": viettel(1)[0], "description": "", "created_at": NOON}
        tx.connection.execute(insert(do_not_call).values(row))

    world.dial()

    assert states(world) == {}
    assert lead_rows(world)[0].ending is Ending.DO_NOT_CALL


def test_a_code_that_is_called_again_is_still_a_code_and_has_a_new_id(world: World) -> None:
    fill_store(world.store, stored_settings(**RECALLED, callback_url="http://crm.example/cdr", **SHUT))
    add_code(world)
    world.dial()
    world.hear(an_end(PROMISED))
    between = lead_rows(world)[0].stage
    world.clock.wait(3)

    (second,) = world.dial()
    world.hear(an_end(second, Outcome.ANSWERED))

    assert between is Stage.OTP
    assert second != PROMISED
    assert [(placed.call_id, placed.destination) for placed in world.telephony.placed] == [
        (PROMISED, viettel(1)[0]),
        (second, viettel(1)[0]),
    ]
    with world.store.reading() as tx:
        bodies = tx.connection.scalars(select(deliveries.c.body)).all()
    assert len(bodies) == 2
    assert all('"ref_id":"order 17"' in body for body in bodies)


def test_a_single_call_that_is_called_again_waits_in_line(world: World) -> None:
    fill_store(world.store, stored_settings(**RECALLED))
    add_leads(world.store, viettel(1), stage=Stage.SINGLE, call_id=PROMISED)

    world.dial()
    world.hear(an_end(PROMISED))

    assert lead_rows(world)[0].stage is Stage.RECALL


def test_a_cancelled_call_is_queued_again_under_its_id(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1), stage=Stage.SINGLE, call_id=PROMISED)
    world.plan()
    put(world, status=Status.STOP, run_id=None)
    world.place([PROMISED])
    cancelled = call_row(world, PROMISED)
    put(world)

    world.dial()

    assert (cancelled.state, cancelled.reason) == (CallState.CANCELLED, Reason.STOPPED)
    assert (call_row(world, PROMISED).state, call_row(world, PROMISED).reason) == (CallState.DIALING, None)
    assert states(world) == {CallState.DIALING: 1}


def test_leads_of_a_list_that_was_made_inactive_are_not_dialled_from_the_next_dial_on(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    call_ids = world.plan()
    world.place(call_ids[:1])
    with world.store.transaction() as tx:
        tx.connection.execute(update(lists).values(active=False))

    world.place(call_ids[1:])

    assert len(world.telephony.placed) == 1
    assert call_row(world, call_ids[1]).reason is Reason.LIST_INACTIVE
    assert [lead.stage for lead in lead_rows(world)] == [Stage.CALLING, Stage.NEW]
    assert world.plan() == []


def test_a_code_that_falls_due_later_is_looked_at_then_although_its_campaign_is_stopped(world: World) -> None:
    fill_store(world.store, stored_settings(status=Status.STOP, run_id=None))
    add_leads(world.store, viettel(1), stage=Stage.OTP, due_at=NOON.add(seconds=40))

    world.plan()

    assert next_plan(world) == NOON.add(seconds=40)
