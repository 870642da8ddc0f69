"""The code of an OTP: there until its call has ended, then dropped; in no record of the call."""

import json
import logging
from typing import Any
from uuid import UUID

import pytest
from pendulum import Duration
from sqlalchemy import func, select, update

from tests.builders import NOON, TENANT
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import an_end, lead_rows, put
from tests.unit.usecases.records.test_single_calls import PHONE, SECRET, WHO, ask, prepare
from worker.domain.call import Answered, Outcome
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CallId, LeadId, SubscriptionId
from worker.domain.lead import Ending
from worker.ports.dispatch.outbox import Subscription
from worker.store.base.callback_tables import deliveries
from worker.store.base.secret_tables import one_time_codes
from worker.store.base.tables import calls, do_not_call
from worker.usecases.dispatch.drop_codes import CORRECTED_WITHIN, drop_codes
from worker.usecases.records.call_now import find_cdr

HOOK = "https://crm.example/cdr"


def stored_code(world: World) -> Any:
    return lead_rows(world)[0].additional["code_otp"]


def codes_kept(world: World) -> int:
    with world.store.reading() as tx:
        return tx.connection.scalar(select(func.count()).select_from(one_time_codes)) or 0


NOTHING = Duration()


def drop(world: World, *, after: Duration = NOTHING) -> None:
    drop_codes(world.store, now=world.clock.now() + after)


def end(world: World, call_id: CallId, outcome: Outcome) -> None:
    world.hear(an_end(call_id, outcome))


def test_a_code_is_read_until_its_call_has_ended_and_dropped_then(world: World) -> None:
    prepare(world)
    promised = ask(world)

    for step in (world.dial, lambda: world.hear(Answered(promised, NOON))):
        step()
        drop(world)
        lead_id = LeadId(lead_rows(world)[0].id)
        with world.store.reading() as tx:
            lead = tx.lead_records.get(TENANT, lead_id)
        assert lead.additional == {"code_otp": SECRET}

    end(world, promised, Outcome.ANSWERED)
    drop(world)

    assert (stored_code(world), codes_kept(world)) == ("", 0)


def test_a_code_is_kept_for_a_recall(world: World) -> None:
    prepare(world, recall_times=1)
    end(world, ask_and_dial(world), Outcome.BUSY)
    drop(world)
    assert stored_code(world) == SECRET

    world.clock.wait(3)
    (again,) = world.dial()
    end(world, again, Outcome.BUSY)
    drop(world)

    assert stored_code(world) == ""


def ask_and_dial(world: World) -> CallId:
    promised = ask(world)
    assert world.dial() == [promised]
    return promised


def test_a_code_that_nobody_may_be_called_for_is_dropped(world: World) -> None:
    prepare(world)
    with world.store.transaction() as tx:
        barred = {"tenant_id": TENANT, "phone": PHONE, "description": "", "created_at": NOON}
        tx.connection.execute(do_not_call.insert().values(barred))
    ask(world)
    world.dial()
    assert lead_rows(world)[0].ending is Ending.DO_NOT_CALL

    drop(world)

    assert (stored_code(world), codes_kept(world)) == ("", 0)


def test_an_end_that_is_only_assumed_may_still_be_corrected(world: World) -> None:
    prepare(world)
    end(world, ask_and_dial(world), Outcome.BUSY)
    with world.store.transaction() as tx:
        tx.connection.execute(update(calls).values(assumed_at=NOON))

    drop(world, after=CORRECTED_WITHIN)
    assert stored_code(world) == SECRET

    drop(world, after=CORRECTED_WITHIN + Duration(seconds=4))
    assert stored_code(world) == ""


def test_no_callback_and_no_cdr_carries_the_code(world: World) -> None:
    prepare(world, callback_url=HOOK, answer_callback_url=HOOK)
    with world.store.transaction() as tx:
        for number, event in enumerate((CallbackEvent.ANSWERED, CallbackEvent.HANGUP, CallbackEvent.CDR)):
            wanted = Subscription(
                id=SubscriptionId(UUID(int=number)), tenant_id=TENANT, domain="", event=event, url=HOOK
            )
            tx.subscriptions.add(wanted, now=NOON)
    promised = ask_and_dial(world)
    world.hear(Answered(promised, NOON))
    end(world, promised, Outcome.ANSWERED)

    with world.store.reading() as tx:
        bodies = list(tx.connection.scalars(select(deliveries.c.body)))
    assert len(bodies) == 5
    assert [body for body in bodies if SECRET in body] == []
    assert {json.loads(body)["additional"]["code_otp"] for body in bodies} == {""}
    assert stored_code(world) == SECRET  # it is not dropped yet, and the CDR does not carry it all the same
    assert find_cdr(world.store, tenant=WHO, ref_id="order-7").additional == {"code_otp": ""}


def test_the_data_of_a_call_without_a_code_is_its_clients(world: World) -> None:
    """A key of the same name in the data of a list or of a call with parameters is left as it is."""
    prepare(world, callback_url=HOOK)
    promised = ask(world, None)
    put(world, callback_url=HOOK)
    world.dial()
    end(world, promised, Outcome.ANSWERED)
    drop(world)

    assert stored_code(world) == SECRET
    assert find_cdr(world.store, tenant=WHO, ref_id="order-7").additional == {"code_otp": SECRET}


def test_the_log_says_how_many_codes_were_dropped_and_none_of_them(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    prepare(world)
    end(world, ask_and_dial(world), Outcome.ANSWERED)

    with caplog.at_level(logging.DEBUG):
        drop(world)
        drop(world)

    (line,) = [vars(record) for record in caplog.records if getattr(record, "action", "") == "codes_dropped"]
    assert line["codes"] == 1
    assert SECRET not in "".join(str(vars(record)) for record in caplog.records)
