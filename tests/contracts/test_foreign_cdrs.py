"""A CDR settles a call of the switch whose secret it came with, and of no other."""

import logging
from collections.abc import Mapping
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import update

from tests.builders import NOON, a_switch, fill_store
from tests.builders.call_rows import insert_calls
from tests.fakes.jobs import FakeJobQueue
from worker.domain.call import CallState
from worker.domain.ids import CallId
from worker.ports.dispatch.second_source import PostedCdr, PostedCdrId
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore
from worker.telephony.posted_cdr import JsonCdr
from worker.usecases.dispatch.settle_posted_cdrs import settle_posted_cdrs

IDS = (UUID(int=number) for number in count(0xF000))
HOME, OTHER = "10.0.0.1:8021", "10.0.0.2:8021"


@pytest.fixture
def call_id(store: SqlStore) -> CallId:
    """Return a call that rings on the first of two switches, by its second dial."""
    fill_store(store)
    (call_id,) = insert_calls(store, CallState.RINGING)
    with store.transaction() as tx:
        tx.switches.insert_missing([a_switch(HOME), a_switch(OTHER)])
        tx.connection.execute(update(calls).values(switch=HOME, dialing_at=NOON, refusals=1))
    return call_id


def settle(store: SqlStore, *cdrs: PostedCdr) -> None:
    with store.transaction() as tx:
        tx.posted_cdrs.add(cdrs)
    settle_posted_cdrs(
        store, queue=FakeJobQueue(), cdr_format=JsonCdr(), now=NOON.add(seconds=9), new_id=lambda: next(IDS)
    )


def a_cdr(call_id: CallId, switch: str, *, dial: int = 2) -> PostedCdr:
    facts = {
        "Unique-ID": str(call_id),
        "Hangup-Cause": "USER_BUSY",
        "variable_origination_uuid": str(call_id),
        "variable_callbeat_dial": str(dial),
        "Event-Date-Timestamp": str(round(NOON.timestamp() * 1_000_000)),
    }
    return PostedCdr(id=PostedCdrId(next(IDS)), switch=switch, call_id=call_id, facts=facts, received_at=NOON)


def left(store: SqlStore, call_id: CallId) -> tuple[CallState, Mapping[str, int]]:
    """Return the call's state, and how many CDRs of each switch were refused; no CDR may wait any longer."""
    with store.reading() as tx:
        assert not tx.posted_cdrs.are_waiting()
        (call,) = tx.calls.lock([call_id], states=list(CallState))
        return call.state, {switch.name: switch.cdrs_refused for switch in tx.switches.all()}


def test_a_cdr_of_a_call_on_another_switch_ends_nothing_and_is_counted(
    store: SqlStore, call_id: CallId, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        settle(store, a_cdr(call_id, OTHER), a_cdr(call_id, OTHER))

    assert left(store, call_id) == (CallState.RINGING, {HOME: 0, OTHER: 2})
    (told,) = [vars(record) for record in caplog.records if vars(record).get("action") == "cdrs_refused"]
    assert (told["switch"], told["of_switch"], told["cdrs"]) == (OTHER, HOME, 2)


@pytest.mark.parametrize("switch", [HOME, ""], ids=["its own switch", "an operator"])
def test_a_cdr_of_its_own_switch_or_from_an_operator_ends_the_call(
    store: SqlStore, call_id: CallId, switch: str
) -> None:
    settle(store, a_cdr(call_id, OTHER), a_cdr(call_id, switch))

    assert left(store, call_id) == (CallState.ENDED, {HOME: 0, OTHER: 1})


def test_a_late_cdr_of_an_earlier_dial_elsewhere_is_dropped_without_a_word(store: SqlStore, call_id: CallId) -> None:
    settle(store, a_cdr(call_id, OTHER, dial=1))

    assert left(store, call_id) == (CallState.RINGING, {HOME: 0, OTHER: 0})


def test_an_assumed_end_is_not_corrected_by_another_switch(store: SqlStore, call_id: CallId) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(calls).values(state=CallState.ENDED, cause="UNKNOWN", assumed_at=NOON))

    settle(store, a_cdr(call_id, OTHER))

    with store.transaction() as tx:
        assert [call.id for call in tx.corrections.lock_assumed([call_id])] == [call_id]
