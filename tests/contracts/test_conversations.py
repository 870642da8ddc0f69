"""Calls that are up are read, and callees who opt out are blocked, alike on both databases."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tests.builders import NOON, TEMPLATE, TENANT, a_switch, add_leads, fill_store, viettel
from tests.builders.call_rows import a_call
from worker.domain.call import CallState
from worker.domain.ids import CallId
from worker.domain.lead import Stage
from worker.domain.voicemail import VoicemailDetector
from worker.store.base.tables import calls, carriers, do_not_call, templates
from worker.store.transaction import SqlStore

SWITCH = "10.0.0.1:8021"


def a_call_up(store: SqlStore, *, state: CallState = CallState.RINGING, **lead: Any) -> CallId:
    """Store a call that is on a switch, of a lead with these columns; return its id."""
    fill_store(store)
    (lead_id,) = add_leads(store, viettel(1), stage=Stage.CALLING, **lead)
    call = a_call(1, lead_id, state=state, switch=SWITCH, caller_id="02871", template_id=lead.get("template_id"))
    with store.transaction() as tx:
        tx.switches.insert_missing([a_switch(SWITCH)])
        tx.connection.execute(update(templates).values(body={"content": "Chào {{tên}}"}))
        tx.calls.insert([call])
    return call.id


def test_a_call_that_is_up_has_the_campaigns_template_and_the_leads_values(store: SqlStore) -> None:
    call_id = a_call_up(store, additional={"tên": "Ngô Ý"})

    with store.reading() as tx:
        (found,) = tx.conversations.up([call_id, CallId(UUID(int=1))]).values()

    assert (found.call_id, found.caller_id, found.core_id, found.has_code) == (call_id, "02871", "", False)
    assert found.template == {"content": "Chào {{tên}}"}
    assert found.values == {"phone_number": viettel(1)[0], "tên": "Ngô Ý"}


def test_an_otp_has_its_code_and_its_own_template(store: SqlStore) -> None:
    call_id = a_call_up(store, additional={"code_otp": "042042"}, template_id=TEMPLATE)

    with store.reading() as tx:
        (found,) = tx.conversations.up([call_id]).values()

    assert (found.values["code_otp"], found.has_code) == ("042042", True)


def test_a_call_that_is_queued_or_over_is_not_up(store: SqlStore) -> None:
    call_id = a_call_up(store, state=CallState.QUEUED)
    for state in (CallState.QUEUED, CallState.ENDED, CallState.CANCELLED):
        with store.transaction() as tx:
            tx.connection.execute(update(calls).values(state=state))
            assert tx.conversations.up([call_id]) == {}


def test_a_callee_is_blocked_once(store: SqlStore) -> None:
    call_id = a_call_up(store)

    with store.transaction() as tx:
        blocked = [tx.conversations.block_callee(one, now=NOON) for one in (call_id, call_id, CallId(UUID(int=1)))]

    assert blocked == [True, False, False]
    with store.reading() as tx:
        (row,) = tx.connection.execute(select(do_not_call))
        assert (row.tenant_id, row.phone, row.description) == (TENANT, "0981000001", "opted out by a key")


def test_a_carriers_detector_of_machines_is_known(store: SqlStore) -> None:
    call_id = a_call_up(store)
    with store.transaction() as tx:
        tx.connection.execute(update(carriers).values(voicemail_detector=VoicemailDetector.AVMD))
        (found,) = tx.conversations.up([call_id]).values()

    assert found.detector is VoicemailDetector.AVMD
