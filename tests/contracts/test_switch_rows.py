"""SwitchRows: which switches there are, and what the processes learnt of them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from threading import Event

from pendulum import DateTime
from sqlalchemy import select, update

from tests.builders import NOON
from tests.builders.outbox import fill_with_calls
from worker.domain.call import CallState
from worker.domain.switch import Switch, SwitchState
from worker.ports.dispatch.call_rows import Dial, Move
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore

FIRST, SECOND = "a.example:8021", "b.example:8021"
LEARNT = {
    "weight": 3,
    "state": SwitchState.DRAINING,
    "state_since": NOON.add(seconds=1),
    "cdr_secret_hash": "5f4dcc3b",
    "cdr_heard_at": NOON.add(seconds=2),
    "cdrs_refused": 4,
    "core_id": "0a3fa38a-8878-4856-83d3-4c172253b73e",
    "core_since": NOON.add(seconds=3),
    "listed_at": NOON.add(seconds=7),
    "heard_at": NOON.add(seconds=4),
    "refused_cause": "switch_paused",
    "refused_since": NOON.add(seconds=5),
    "refused_until": NOON.add(seconds=6),
    "sessions": 2,
    "max_sessions": 3000,
    "sessions_per_second": 400,
    "clock_skew_ms": -1500,
}


def a_switch(name: str = FIRST, *, now: DateTime = NOON) -> Switch:
    return Switch(name=name, url=f"esl://:secret@{name}", state_since=now, created_at=now)


def add(store: SqlStore, *switches: Switch) -> None:
    with store.transaction() as tx:
        tx.switches.insert_missing(switches)


def stored(store: SqlStore) -> list[Switch]:
    with store.reading() as tx:
        return tx.switches.all()


def test_switches_are_found_by_name_and_in_the_order_of_their_names(store: SqlStore) -> None:
    add(store, a_switch(SECOND), a_switch(FIRST))

    with store.reading() as tx:
        assert [switch.name for switch in tx.switches.all()] == [FIRST, SECOND]
        assert tx.switches.named(SECOND) == a_switch(SECOND)
        assert tx.switches.named("c.example:8021") is None


def test_a_known_switch_is_left_as_it_is_when_it_is_added_again(store: SqlStore) -> None:
    gone = replace(a_switch(), state=SwitchState.GONE, weight=7)
    add(store, gone)

    add(store, a_switch(now=NOON.add(days=1)), a_switch(SECOND))

    assert stored(store) == [gone, a_switch(SECOND)]


def test_every_field_of_a_locked_switch_is_written(store: SqlStore) -> None:
    add(store, a_switch(), a_switch(SECOND))
    assert {*LEARNT, "name", "url", "created_at"} == {field.name for field in fields(Switch)}

    with store.transaction() as tx:
        locked = tx.switches.lock(FIRST)
        assert locked is not None
        tx.switches.save(replace(locked, url="esl://:other@a.example:8021", **LEARNT))  # type: ignore[arg-type] # mixed values

    written = replace(a_switch(), url="esl://:other@a.example:8021", **LEARNT)  # type: ignore[arg-type] # see above
    assert stored(store) == [written, a_switch(SECOND)]


def test_processes_that_change_a_switch_at_once_lose_no_change(store: SqlStore) -> None:
    add(store, a_switch())
    locked, order = Event(), []

    def refuse() -> None:
        locked.wait()
        with store.transaction() as tx:
            switch = tx.switches.lock(FIRST)
            order.append("refused")
            assert switch is not None
            tx.switches.save(replace(switch, refused_cause="switch_full"))

    with ThreadPoolExecutor(1) as thread:
        refusing = thread.submit(refuse)
        with store.transaction() as tx:
            switch = tx.switches.lock(FIRST)
            assert switch is not None
            locked.set()
            Event().wait(0.2)
            order.append("drained")
            tx.switches.save(replace(switch, state=SwitchState.DRAINING))
        refusing.result()

    assert order == ["drained", "refused"]
    assert stored(store) == [replace(a_switch(), state=SwitchState.DRAINING, refused_cause="switch_full")]


def test_our_calls_are_counted_and_found_by_their_switch(store: SqlStore) -> None:
    fill_with_calls(store, 4)
    with store.transaction() as tx:
        ids = list(tx.connection.scalars(select(calls.c.id).order_by(calls.c.id)))
        tx.connection.execute(update(calls).values(state=CallState.QUEUED, dialing_at=None, ended_at=None, switch=""))
        dials = [Dial(one, name, "", 1, over_by=NOON) for one, name in zip(ids, (FIRST, FIRST, SECOND), strict=False)]
        tx.calls.move_to_dialing(dials, now=NOON)
        tx.calls.move({ids[1]: Move(CallState.ANSWERED, NOON)})

    with store.reading() as tx:
        assert tx.switches.calls_up() == {FIRST: 2, SECOND: 1}
        assert tx.switches.last_dials() == {FIRST: NOON, SECOND: NOON}
        assert [call.id for call in tx.calls.on_switch(FIRST)] == ids[:2]
        assert tx.calls.on_switch("c.example:8021") == []


def test_the_password_is_never_shown(store: SqlStore) -> None:
    add(store, replace(a_switch(), cdr_secret_hash="5f4dcc3b"))

    (switch,) = stored(store)

    assert switch.url == "esl://:secret@a.example:8021"
    assert "secret" not in repr(switch).replace("cdr_secret_hash", "")
    assert "5f4dcc3b" not in repr(switch)


def test_the_clock_of_a_switch_is_stored_without_its_other_fields(store: SqlStore) -> None:
    add(store, a_switch(), a_switch(SECOND))

    with store.transaction() as tx:
        tx.switches.set_clock_skew(FIRST, milliseconds=-2_400_000)
        tx.switches.set_clock_skew("c.example:8021", milliseconds=1)

    assert stored(store) == [replace(a_switch(), clock_skew_ms=-2_400_000), a_switch(SECOND)]


def test_refused_cdrs_are_added_up(store: SqlStore) -> None:
    add(store, a_switch(FIRST), a_switch(SECOND))

    for refused in (2, 3):
        with store.transaction() as tx:
            tx.switches.count_refused_cdrs(SECOND, refused=refused)

    assert stored(store) == [a_switch(FIRST), replace(a_switch(SECOND), cdrs_refused=5)]
