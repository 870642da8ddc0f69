"""A template that changes after an import: who cannot be spoken to is not dialled, and keeps nobody else waiting."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import insert, select, update

from tests.builders import CARRIER, NOON, TEMPLATE, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import call_row, lead_rows, states
from worker.domain.call import CallState
from worker.domain.ids import CallId, TemplateId
from worker.domain.json_value import Json
from worker.domain.lead import Stage
from worker.domain.reason import Reason
from worker.store.base.tables import campaigns, leads, templates
from worker.usecases.dispatch.unspoken_leads import LOOKED_AT_AGAIN

OF_CODES = TemplateId(UUID(int=0xC0DE))
LATER = NOON + LOOKED_AT_AGAIN


def say(world: World, content: str, **body: Json) -> None:
    with world.store.transaction() as tx:
        changed = update(templates).where(templates.c.id == TEMPLATE)
        tx.connection.execute(changed.values(body={"content": content, **body}))


def give(world: World, phone: str, additional: Mapping[str, Json]) -> None:
    with world.store.transaction() as tx:
        tx.connection.execute(update(leads).where(leads.c.phone == phone).values(additional=additional))


def a_world(world: World, content: str = "Bạn nợ {{amount}} đồng", **body: Json) -> None:
    """Let the campaign play a template."""
    fill_store(world.store)
    with world.store.transaction() as tx:
        assert tx.connection.scalar(select(campaigns.c.template_id)) == TEMPLATE
    say(world, content, **body)


def test_only_leads_with_the_value_are_planned(world: World) -> None:
    a_world(world)
    add_leads(world.store, viettel(3))
    give(world, viettel(3)[1], {"amount": "5"})

    (call_id,) = world.plan()

    assert call_row(world, call_id).phone == viettel(3)[1]
    assert [(row.stage, row.due_at) for row in lead_rows(world)] == [
        (Stage.NEW, LATER), (Stage.CALLING, NOON), (Stage.NEW, LATER),
    ]  # fmt: skip


def test_their_places_go_to_the_next_leads_at_once(world: World) -> None:
    fill_store(world.store, carrier_calls=1)
    say(world, "{{amount}}")
    add_leads(world.store, viettel(2))
    give(world, viettel(2)[1], {"amount": "5"})

    first = world.plan()

    assert (first, world.queue.plans[-1]) == ([], CARRIER)
    assert len(world.plan()) == 1


def test_a_recall_waits_as_a_recall(world: World) -> None:
    fill_store(world.store, stored_settings(recall_times=1))
    say(world, "{{amount}}")
    add_leads(world.store, viettel(1), stage=Stage.RECALL, called_count=1)

    assert world.plan() == []
    assert [(row.stage, row.called_count) for row in lead_rows(world)] == [(Stage.RECALL, 1)]


def test_a_template_that_is_mended_is_heard(world: World) -> None:
    a_world(world)
    add_leads(world.store, viettel(1))
    world.plan()
    say(world, "Bạn nợ {{amount}} đồng", defaults={"amount": "0"})

    world.clock.wait(LOOKED_AT_AGAIN.total_seconds())

    assert len(world.dial()) == 1


def test_a_change_between_plan_and_dial_cancels_the_call(world: World) -> None:
    a_world(world, "Xin chào")
    add_leads(world.store, viettel(1))
    (call_id,) = world.plan()
    say(world, "Bạn nợ {{amount}} đồng")

    assert world.place([call_id]) == 0

    row = call_row(world, call_id)
    assert (row.state, row.reason) == (CallState.CANCELLED, Reason.VALUE_MISSING)
    assert [lead.stage for lead in lead_rows(world)] == [Stage.NEW]
    assert world.plan() == []
    assert [lead.due_at for lead in lead_rows(world)] == [LATER]


def test_a_broken_placeholder_of_an_old_release_is_dialled_to_nobody(world: World) -> None:
    a_world(world, "Chào {{name")
    add_leads(world.store, viettel(1))

    assert world.plan() == []


def test_without_placeholders_everybody_is_called(world: World) -> None:
    a_world(world, "Xin chào")
    add_leads(world.store, viettel(2))

    assert len(world.dial()) == 2


def test_a_single_call_is_judged_by_its_own_template(world: World) -> None:
    a_world(world)
    promised = CallId(UUID(int=0xCA11))
    body = {"content": "Mã của bạn là {{code_otp}}"}
    row = {"id": OF_CODES, "tenant_id": TENANT, "name": "code", "body": body, "created_at": NOON, "updated_at": NOON}
    with world.store.transaction() as tx:
        tx.connection.execute(insert(templates).values(row))
    add_leads(
        world.store,
        viettel(1),
        stage=Stage.OTP,
        call_id=promised,
        template_id=OF_CODES,
        additional={"code_otp": "cb1.not.readable="},  # as it looks while it is encrypted
    )

    assert world.dial() == [promised]
    assert states(world) == {CallState.DIALING: 1}
