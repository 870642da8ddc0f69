"""Planning: what is claimed, what is closed instead, and when the carrier is looked at again."""

from uuid import UUID

from sqlalchemy import insert

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import an_end, lead_rows, next_plan
from worker.domain.campaign import Status
from worker.domain.ids import CampaignId
from worker.domain.lead import Ending, Stage
from worker.domain.timing import PLANNED_AT_LEAST
from worker.store.base.tables import do_not_call


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
    assert next_plan(world) == NOON + PLANNED_AT_LEAST, "it is looked at now and then, however far the opening is"
    world.clock.wait(3600)
    assert len(world.plan()) == 1


def test_campaigns_rotate_from_plan_to_plan(world: World) -> None:
    other = CampaignId(UUID(int=33))
    fill_store(
        world.store,
        stored_settings(concurrent_call=1),
        stored_settings(campaign_uuid=other, campaign_name="other", concurrent_call=1),
        carrier_calls=1,
    )
    for campaign_id in (CAMPAIGN, other):
        add_leads(world.store, viettel(3), campaign_id=campaign_id)

    for _ in range(4):
        (call_id,) = world.dial()
        world.hear(an_end(call_id))

    assert [placed.campaign_id for placed in world.telephony.placed] == [CAMPAIGN, other, CAMPAIGN, other]
