"""Why, when it is the switches that take no calls."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from api.responses.why import campaign_why_shape
from tests.builders import HANOI, NOON, TENANT, a_campaign, a_switch
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices
from tests.fakes.telephony import SWITCH
from tests.unit.api.test_why import add_leads, change_lead, why
from tests.unit.api.test_why import running as running  # noqa: PLC0414 - a fixture
from worker.domain.call import CallState
from worker.domain.lead import Stage
from worker.domain.reason import Reason, Why
from worker.domain.switch import SwitchState
from worker.ports.records.entities import Tenant
from worker.store.base.switch_tables import switches
from worker.store.base.tables import calls
from worker.usecases.records.explain import CampaignExplanation

REFUSING = {"refused_since": NOON.subtract(minutes=2), "refused_until": NOON.add(seconds=3)}


@pytest.mark.parametrize(
    ("changed", "code", "cause"),
    [
        (REFUSING | {"refused_cause": "NOT_READY"}, "switch_paused", "NOT_READY"),
        (REFUSING | {"refused_cause": "SESSIONS_FULL"}, "switch_full", "SESSIONS_FULL"),
        (REFUSING | {"refused_cause": "no reply"}, "switch_refuses", "no reply"),
        ({"state": SwitchState.DRAINING, "state_since": NOON.subtract(minutes=2)}, "switch_draining", None),
    ],
)
def test_a_switch_that_takes_no_calls_is_the_reason_and_its_calls_wait(
    client: TestClient, services: FakeServices, running: str, changed: dict[str, Any], code: str, cause: str | None
) -> None:
    assert running
    ids = add_leads(client, "0981000001", "0981000002", "0981000003")
    for lead_id, phone in zip(ids, ("0981000001", "0981000002"), strict=False):
        store_call(services.store, phone=phone, state=CallState.QUEUED, ended_at=None, outcome=None)
        change_lead(services, lead_id, stage=Stage.CALLING)
    with services.store.transaction() as tx:
        tx.connection.execute(update(switches).values(**changed))

    answer = why(client)

    (reason,) = answer["reasons"]
    assert (reason["code"], reason["switch"], reason.get("cause")) == (code, SWITCH, cause)
    assert reason["since"] == "2026-11-23T11:58:00.000000+07:00"
    assert (answer["in_use"], answer["queued"], answer["dialling"]) == (0, 2, False)


@pytest.mark.parametrize(("tenant", "times"), [("default", 1), ("beta", 0)])
def test_only_the_operators_own_tenant_reads_which_switch_it_is(tenant: str, times: int) -> None:
    owner = Tenant(id=TENANT, name=tenant, timezone=HANOI)
    reasons = (Why(Reason.SWITCH_FULL, switch=SWITCH),)
    found = CampaignExplanation(
        campaign=a_campaign(),
        reasons=reasons,
        dialling=False,
        in_use=0,
        queued=0,
        next_window=None,
        next_due_at=None,
        networks={},
    )

    assert str(campaign_why_shape(found, now=NOON, tenant=owner)).count(SWITCH) == times


def test_a_switch_that_our_calls_fill_is_full_since_the_last_of_them_was_dialled(
    client: TestClient, services: FakeServices, running: str
) -> None:
    assert running
    lead_id, _ = add_leads(client, "0981000001", "0981000002")
    call_id = store_call(services.store, phone="0981000001", state=CallState.RINGING, ended_at=None, outcome=None)
    change_lead(services, lead_id, stage=Stage.CALLING)
    with services.store.transaction() as tx:
        dialled_at = NOON.subtract(seconds=20)
        tx.connection.execute(update(calls).where(calls.c.id == call_id).values(switch=SWITCH, dialing_at=dialled_at))
        tx.connection.execute(update(switches).values(max_sessions=1))

    (reason,) = why(client)["reasons"]

    assert (reason["code"], reason["switch"], reason["in_use"]) == ("switch_full", SWITCH, 1)
    assert reason["since"] == "2026-11-23T11:59:40.000000+07:00"


def test_calls_that_may_be_up_on_a_switch_that_nobody_hears_are_named(
    client: TestClient, services: FakeServices, running: str
) -> None:
    assert running
    ids = add_leads(client, "0981000001", "0981000002", "0981000003")
    for lead_id, phone in zip(ids, ("0981000001", "0981000002"), strict=False):
        call_id = store_call(services.store, phone=phone, state=CallState.RINGING, ended_at=None, outcome=None)
        change_lead(services, lead_id, stage=Stage.CALLING)
        with services.store.transaction() as tx:
            tx.connection.execute(update(calls).where(calls.c.id == call_id).values(switch="dead:8021"))
    with services.store.transaction() as tx:
        tx.switches.insert_missing([a_switch("dead:8021", heard_at=NOON.subtract(minutes=2))])

    reasons = {reason["code"]: reason for reason in why(client)["reasons"]}

    assert set(reasons) == {"campaign_limit", "switch_away"}
    assert reasons["switch_away"]["switch"] == "dead:8021"
    assert (reasons["switch_away"]["in_use"], reasons["switch_away"]["since"]) == (
        2,
        "2026-11-23T11:58:00.000000+07:00",
    )
