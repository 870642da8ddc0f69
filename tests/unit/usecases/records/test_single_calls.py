"""Single calls from the request to the CDR: the id that was promised is the one that is dialled and found."""

import logging
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, NOON, TEMPLATE, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import an_end, call_row, lead_rows, put, states
from worker.domain.call import CallState, Outcome
from worker.domain.campaign import Status
from worker.domain.errors import NotFound
from worker.domain.ids import CallId, TemplateId
from worker.domain.lead import Stage
from worker.ports.records.entities import TemplateRecord, Tenant
from worker.store.base.tables import do_not_call
from worker.usecases.records.call_now import CallRequest, call_now, find_cdr

WHO = Tenant(id=TENANT, name="default", timezone="Asia/Ho_Chi_Minh")
CODE_TEMPLATE = TemplateId(UUID(int=6))
PHONE = "0981999999"
SHUT = ({"monday_start_time": 0, "monday_end_time": 1},)
SECRET = "042042"


def prepare(world: World, **changed: Any) -> None:
    """Store a campaign, and a template for codes."""
    fill_store(world.store, stored_settings(**changed))
    with world.store.transaction() as tx:
        tx.templates.add(
            TemplateRecord(id=CODE_TEMPLATE, tenant_id=TENANT, name="code", body={}, created_at=NOON, updated_at=NOON)
        )


def ask(world: World, template: str | None = "code", ref_id: str = "order-7") -> CallId:
    """Ask for a call; give the promised id."""
    request = CallRequest(
        tenant=WHO,
        campaign_id=CAMPAIGN,
        phone_number=PHONE,
        template=template,
        ref_id=ref_id,
        additional={"code_otp": SECRET},
    )
    return call_now(world.store, queue=world.queue, request=request, now=world.clock.now(), new_id=uuid7).call_id


def found(world: World) -> CallId:
    return find_cdr(world.store, tenant=WHO, ref_id="order-7").call_id


def why_not_found(world: World) -> str:
    with pytest.raises(NotFound) as refused:
        found(world)
    return str(refused.value)


@pytest.mark.parametrize(("template", "played"), [("code", CODE_TEMPLATE), (None, TEMPLATE)])
def test_the_promised_id_is_dialled_and_is_the_cdrs(world: World, template: str | None, played: TemplateId) -> None:
    prepare(world)
    promised = ask(world, template)

    assert world.dial() == [promised]
    (origination,) = world.telephony.placed
    world.hear(an_end(promised, Outcome.ANSWERED))

    assert (origination.call_id, origination.variables) == (promised, {"callbeat_template": str(played)})
    assert found(world) == promised
    assert call_row(world, promised).ref_id == "order-7"


def test_a_code_goes_out_whatever_the_hour_and_status_and_ahead_of_the_lists(world: World) -> None:
    prepare(world, status=Status.STOP, schedules=SHUT, concurrent_call=1)
    add_leads(world.store, viettel(2))
    waits = ask(world, None)

    promised = ask(world)

    assert world.dial() == [promised]
    assert call_row(world, promised).state is CallState.DIALING
    world.hear(an_end(promised))
    assert world.dial() == []
    put(world, schedules=(), concurrent_call=1)
    assert world.dial() == [waits]


def test_a_recalled_call_has_an_id_of_its_own_and_the_promised_one_stays_the_references(world: World) -> None:
    prepare(world, recall_times=1)
    promised = ask(world)
    world.dial()
    world.hear(an_end(promised, seconds=3))
    world.clock.wait(3)

    (again,) = world.dial()
    world.hear(an_end(again, Outcome.ANSWERED))

    assert again != promised
    assert found(world) == promised
    assert call_row(world, again).attempt == 2


def test_a_call_that_was_cancelled_keeps_its_promise(world: World) -> None:
    prepare(world)
    promised = ask(world)
    queued = world.plan()
    put(world, active=False)
    world.place(queued)
    assert (call_row(world, promised).state, why_not_found(world)) == (CallState.CANCELLED, "call has not ended")
    put(world)

    assert world.dial() == [promised]

    world.hear(an_end(promised))
    assert found(world) == promised
    assert states(world) == {CallState.ENDED: 1}


def test_a_number_that_nobody_may_dial_ends_without_a_call(world: World) -> None:
    prepare(world)
    with world.store.transaction() as tx:
        tx.connection.execute(
            insert(do_not_call).values(tenant_id=TENANT, phone=PHONE, description="", created_at=NOON)
        )
    ask(world)

    assert world.dial() == []

    assert why_not_found(world) == "call was not made: do_not_call"
    assert (lead_rows(world)[0].stage, states(world)) == (Stage.DONE, {})


def test_nothing_that_is_secret_is_logged_or_told_to_the_switch(world: World, caplog: pytest.LogCaptureFixture) -> None:
    prepare(world)

    with caplog.at_level(logging.DEBUG, logger="worker"):
        promised = ask(world)
        world.dial()
        world.hear(an_end(promised, Outcome.ANSWERED))

    said = "".join(str(record.__dict__) for record in caplog.records)
    (origination,) = world.telephony.placed
    assert "call_finished" in said
    assert [secret for secret in (SECRET, PHONE, "order-7") if secret in said] == []
    assert [secret for secret in (SECRET, "order-7") if secret in str(origination)] == []
