"""Planning: what is claimed, what is closed instead, and when the carrier is looked at again."""

from sqlalchemy import insert

from tests.builders import CARRIER, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import lead_rows, next_plan
from worker.domain.campaign import Status
from worker.domain.lead import Ending, Stage
from worker.store.tables import do_not_call


def test_a_plan_fills_the_free_channels_and_no_more(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=3))
    add_leads(world.store, viettel(5))

    first, second = world.plan(), world.plan()

    assert (len(first), second) == (3, [])
    assert [lead.stage for lead in lead_rows(world)] == [Stage.CALLING] * 3 + [Stage.NEW] * 2


def test_a_carrier_that_is_gone_is_no_error(world: World) -> None:
    assert world.plan() == []


def test_leads_on_the_do_not_call_list_end_without_a_call_and_give_up_their_place(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=1))
    listed, other = viettel(2)
    add_leads(world.store, [listed, other])
    with world.store.transaction() as tx:
        tx.connection.execute(
            insert(do_not_call).values(tenant_id=TENANT, phone=listed, description="", created_at=NOON)
        )

    assert world.plan() == []
    assert world.queue.plans == [CARRIER]
    assert next_plan(world) == NOON
    assert len(world.plan()) == 1
    assert [(lead.stage, lead.ending) for lead in lead_rows(world)] == [
        (Stage.DONE, Ending.DO_NOT_CALL),
        (Stage.CALLING, None),
    ]


def test_a_lead_whose_attempts_a_put_has_taken_away_is_closed(world: World) -> None:
    fill_store(world.store, stored_settings(recall_times=1))
    add_leads(world.store, viettel(1), stage=Stage.RECALL, called_count=2)

    assert world.plan() == []
    assert lead_rows(world)[0].ending is Ending.ATTEMPTS_USED


def test_a_pause_ends_when_its_window_opens(world: World) -> None:
    fill_store(world.store, stored_settings(status=Status.PAUSE, resume_at=NOON.add(hours=1)))
    add_leads(world.store, viettel(1))

    assert world.plan() == []
    assert next_plan(world) == NOON.add(hours=1)
    world.clock.wait(3600)
    assert len(world.plan()) == 1
