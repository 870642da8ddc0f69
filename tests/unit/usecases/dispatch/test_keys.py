"""Keys come home: noted while the call is up, settled with its end, and obeyed when they ask for no more calls."""

from dataclasses import replace

from sqlalchemy import select, update

from tests.builders import NOON, TEMPLATE, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import an_end, call_row
from worker.domain.call import Answered, HungUp, KeyPressed, Outcome
from worker.domain.ids import CallId
from worker.domain.json_value import Json
from worker.domain.keys import KeyPress
from worker.store.base.callback_tables import deliveries
from worker.store.base.tables import do_not_call, templates

ONE, NINE = KeyPress("1", 1.5), KeyPress("9", 4.0)


def answered_call(world: World, **template: Json) -> CallId:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    with world.store.transaction() as tx:
        tx.connection.execute(update(templates).where(templates.c.id == TEMPLATE).values(body=template))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.hear(Answered(call_id, NOON))
    return call_id


def ended(call_id: CallId, digits: str | None) -> HungUp:
    return replace(an_end(call_id, Outcome.ANSWERED, seconds=9), digits=digits)


def blocked(world: World) -> list[str]:
    with world.store.reading() as tx:
        return list(tx.connection.scalars(select(do_not_call.c.phone)))


def test_keys_are_noted_while_the_call_is_up(world: World) -> None:
    call_id = answered_call(world)

    world.hear(KeyPressed(call_id, ONE))
    world.hear(KeyPressed(call_id, NINE))

    assert call_row(world, call_id).pressed == (ONE, NINE)


def test_a_key_that_a_new_leader_reads_again_is_one_key(world: World) -> None:
    call_id = answered_call(world)
    again = KeyPress("1", ONE.seconds + 0.5 if ONE.seconds is not None else None)
    world.hear(KeyPressed(call_id, ONE), KeyPressed(call_id, again))

    world.hear(KeyPressed(call_id, ONE), KeyPressed(call_id, again))

    assert call_row(world, call_id).pressed == (ONE, again)


def test_the_end_says_which_keys_there_were_and_events_say_when(world: World) -> None:
    call_id = answered_call(world)
    world.hear(KeyPressed(call_id, NINE))

    world.hear(ended(call_id, "19"))

    row = call_row(world, call_id)
    assert (row.pressed, row.last_key) == ((KeyPress("1"), NINE), "9")
    with world.store.reading() as tx:
        (body,) = tx.connection.scalars(select(deliveries.c.body))
    assert '"press_key":"{\\"key\\":\\"9\\",\\"keys\\":[\\"1\\",\\"9\\"]}"' in str(body).replace('": ', '":')


def test_a_whole_call_may_come_in_one_batch(world: World) -> None:
    call_id = answered_call(world)

    world.hear(KeyPressed(call_id, ONE), ended(call_id, "1"))

    assert call_row(world, call_id).pressed == (ONE,)


def test_a_call_that_ends_without_keys_has_none(world: World) -> None:
    call_id = answered_call(world)

    world.hear(ended(call_id, ""))

    row = call_row(world, call_id)
    assert (row.pressed, row.last_key) == ((), None)


def test_the_opt_out_key_blocks_the_callee_in_the_transaction_of_the_cdr(world: World) -> None:
    call_id = answered_call(world, content="Khuyến mãi", advert=True)

    world.hear(ended(call_id, "19"))

    assert blocked(world) == viettel(1)


def test_other_keys_and_other_templates_block_nobody(world: World) -> None:
    call_id = answered_call(world, content="Nhắc nợ")

    world.hear(ended(call_id, "9"))

    assert blocked(world) == []


def test_a_key_before_the_answer_or_after_the_end_is_dropped(world: World) -> None:
    call_id = answered_call(world)
    world.hear(ended(call_id, ""))

    world.hear(KeyPressed(call_id, ONE))

    assert call_row(world, call_id).pressed == ()
