"""Gateways on both databases: who dials over one, and how many calls it has, whatever carriers and tenants use it."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from uuid_utils.compat import uuid7

from tests.builders import (
    CARRIER,
    HANOI,
    NOON,
    TENANT,
    add_leads,
    fill_store,
    let_be_heard,
    list_of,
    stored_settings,
    viettel,
)
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeRate
from tests.fakes.jobs import FakeJobQueue
from tests.fakes.telephony import SWITCH, FakeTelephony
from worker.domain.call import CallState
from worker.domain.errors import Conflict, InvalidFields, NotFound
from worker.domain.gateway_access import GatewayLimits
from worker.domain.ids import CallId, CampaignId, CarrierId, TenantId
from worker.domain.reason import Reason, Why
from worker.ports.records.entities import ListRecord, Tenant
from worker.store.base.tables import LIVE_ROWS, calls
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.dial_paced import Dialler
from worker.usecases.dispatch.place_calls import place_calls
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records import keep_gateways
from worker.usecases.records.explain import explain_campaign
from worker.usecases.records.save_carrier import NOT_GRANTED, CarrierChanges, create_carrier, save_carrier

BETA = Tenant(id=TenantId(UUID(int=21)), name="beta", timezone=HANOI)
DEFAULT = Tenant(id=TENANT, name="default", timezone=HANOI)
BETAS_CARRIER = CarrierId(UUID(int=22))
BETAS_CAMPAIGN = CampaignId(UUID(int=23))
LATER = NOON.add(minutes=1)


@pytest.fixture
def shared(store: SqlStore) -> SqlStore:
    """Return a store in which two tenants have a carrier on the gateway ``g1``, which only one of them may use."""
    fill_store(store)
    add_leads(store, viettel(20))
    with store.transaction() as tx:
        tx.tenants.add(BETA, callback_secret="whsec_AAAA", now=NOON)
        tx.carriers.add(replace(tx.carriers.get(TENANT, CARRIER), id=BETAS_CARRIER, tenant_id=BETA.id))
        tx.campaigns.add(
            stored_settings(
                campaign_uuid=BETAS_CAMPAIGN, tenant_id=BETA.id, carrier_uuid=BETAS_CARRIER, campaign_name="beta's"
            )
        )
        tx.lists.add(
            ListRecord(
                id=list_of(BETAS_CAMPAIGN),
                tenant_id=BETA.id,
                campaign_id=BETAS_CAMPAIGN,
                name="beta's",
                description="",
                active=True,
                created_at=NOON,
                updated_at=NOON,
            )
        )
    add_leads(store, viettel(20, start=100), campaign_id=BETAS_CAMPAIGN, tenant_id=BETA.id)
    let_be_heard(store, SWITCH)
    keep_gateways.add_gateway(store, "g1", changes={}, now=NOON)
    return store


def grant_to_beta(store: SqlStore, *caller_ids: str) -> None:
    keep_gateways.grant_gateway(store, "g1", tenant="beta", caller_ids=caller_ids or ("*",), now=NOON)


def limit(store: SqlStore, calls_at_once: int | None) -> None:
    keep_gateways.change_gateway(store, "g1", changes={"concurrent_call": calls_at_once}, now=NOON)


def plan(store: SqlStore, carrier_id: CarrierId) -> list[CallId]:
    queue = FakeJobQueue()
    plan_carrier(store, queue=queue, carrier_id=carrier_id, now=NOON, new_id=uuid7)
    return queue.calls


def place(store: SqlStore, call_ids: list[CallId]) -> int:
    clock = FakeClock(NOON)
    dialler = Dialler(
        telephony=FakeTelephony(),
        rate=FakeRate(clock),
        clock=clock,
        wait=clock.wait,
        beside=lambda work: work(),
        longest_call_seconds=900,
    )
    return place_calls(store, queue=FakeJobQueue(), dialler=dialler, call_ids=call_ids)


def why(store: SqlStore, tenant: Tenant, campaign_id: CampaignId) -> tuple[Why, ...]:
    return explain_campaign(store, tenant=tenant, campaign_id=campaign_id, now=NOON).reasons


def live_calls(store: SqlStore) -> int:
    with store.reading() as tx:
        return tx.connection.scalars(select(func.count()).select_from(calls).where(LIVE_ROWS)).one()


def test_only_a_tenant_with_a_grant_dials_over_a_gateway(shared: SqlStore) -> None:
    assert plan(shared, BETAS_CARRIER) == []
    assert why(shared, BETA, BETAS_CAMPAIGN) == (Why(Reason.GATEWAY_NOT_GRANTED),)

    grant_to_beta(shared)

    assert place(shared, plan(shared, BETAS_CARRIER)) == 5


def test_who_dialled_before_a_gateway_was_added_goes_on(shared: SqlStore) -> None:
    assert place(shared, plan(shared, CARRIER)) == 5
    assert list(keep_gateways.get_gateway(shared, "g1").grants) == ["default"]


def test_a_revoked_grant_stops_the_very_next_call_and_says_since_when(shared: SqlStore) -> None:
    grant_to_beta(shared)
    first, *others = plan(shared, BETAS_CARRIER)
    assert place(shared, [first]) == 1

    keep_gateways.revoke_gateway(shared, "g1", tenant="beta", now=LATER)

    assert place(shared, others) == 0
    assert plan(shared, BETAS_CARRIER) == []
    assert why(shared, BETA, BETAS_CAMPAIGN) == (Why(Reason.GATEWAY_NOT_GRANTED, since=LATER),)
    with shared.reading() as tx:
        ended = tx.connection.execute(select(calls.c.state, calls.c.reason).where(calls.c.id.in_(others))).all()
    assert {tuple(row) for row in ended} == {(CallState.CANCELLED, Reason.GATEWAY_NOT_GRANTED)}
    assert place(shared, plan(shared, CARRIER)) == 5


def test_a_grant_of_other_caller_ids_stops_the_carrier(shared: SqlStore) -> None:
    grant_to_beta(shared, "02899*")

    assert plan(shared, BETAS_CARRIER) == []
    assert why(shared, BETA, BETAS_CAMPAIGN) == (Why(Reason.CALLER_ID_NOT_GRANTED, since=NOON),)


def test_a_gateways_limit_holds_for_the_carriers_of_all_tenants(shared: SqlStore) -> None:
    grant_to_beta(shared)
    limit(shared, 7)

    ours, betas = plan(shared, CARRIER), plan(shared, BETAS_CARRIER)

    assert (len(ours), len(betas)) == (5, 2)
    assert why(shared, BETA, BETAS_CAMPAIGN) == (Why(Reason.GATEWAY_LIMIT, in_use=7, limit=7),)
    assert place(shared, [*ours, *betas]) == 7
    assert keep_gateways.get_gateway(shared, "g1").live == 7


def test_a_carrier_that_waits_for_a_gateway_is_planned_when_another_leaves_it_free(shared: SqlStore) -> None:
    grant_to_beta(shared)
    limit(shared, 5)
    place(shared, plan(shared, CARRIER)[:2])
    assert plan(shared, BETAS_CARRIER) == []
    with shared.transaction() as tx:
        tx.connection.execute(update(calls).values(state=CallState.ENDED))

    queue = FakeJobQueue()
    plan_carrier(shared, queue=queue, carrier_id=CARRIER, now=LATER, new_id=uuid7)

    assert (len(queue.calls), queue.plans) == (3, [BETAS_CARRIER])
    assert len(plan(shared, BETAS_CARRIER)) == 2


def test_a_lowered_limit_holds_for_the_very_next_dial(shared: SqlStore) -> None:
    grant_to_beta(shared)
    ours, betas = plan(shared, CARRIER), plan(shared, BETAS_CARRIER)

    limit(shared, 6)

    assert (place(shared, ours), place(shared, betas)) == (5, 1)
    assert live_calls(shared) == 6


def test_calls_that_are_up_stay_on_the_gateway_that_their_carrier_leaves(shared: SqlStore) -> None:
    grant_to_beta(shared)
    limit(shared, 5)
    place(shared, plan(shared, CARRIER)[:3])

    move_to(shared, "g2")

    assert keep_gateways.get_gateway(shared, "g1").live == 3  # the two that were queued go over g2
    assert place(shared, plan(shared, BETAS_CARRIER)) == 2

    move_to(shared, "g1")

    assert keep_gateways.get_gateway(shared, "g1").live == 7
    limit(shared, None)
    assert plan(shared, CARRIER) == []


def move_to(store: SqlStore, gateway: str) -> None:
    save_carrier(
        store,
        queue=FakeJobQueue(),
        tenant=DEFAULT,
        carrier_id=CARRIER,
        changes=CarrierChanges(gateway=gateway),
        now=NOON,
    )


def test_a_carrier_is_refused_in_the_same_words_whether_its_gateway_exists_or_not(shared: SqlStore) -> None:
    with shared.reading() as tx:
        betas = replace(tx.carriers.get(BETA.id, BETAS_CARRIER), id=CarrierId(UUID(int=99)), name="another")
    refusals = []
    for gateway in ("g1", "unheard-of"):
        with pytest.raises(InvalidFields) as refused:
            create_carrier(shared, replace(betas, gateway=gateway))
        refusals.append([(problem.field, problem.message) for problem in refused.value.problems])

    assert refusals == [[("gateway_uuid", NOT_GRANTED)]] * 2


def test_a_carrier_with_a_caller_id_that_is_not_granted_is_refused(shared: SqlStore) -> None:
    grant_to_beta(shared, "02873003586")
    with shared.reading() as tx:
        betas = replace(tx.carriers.get(BETA.id, BETAS_CARRIER), id=CarrierId(UUID(int=99)), name="another")

    create_carrier(shared, betas)
    with pytest.raises(InvalidFields) as refused:
        create_carrier(shared, replace(betas, data={"caller_id": "02873003586,0999"}))

    assert [(problem.field, problem.message) for problem in refused.value.problems] == [("caller_id", NOT_GRANTED)]


def test_what_cannot_be_changed_says_so(shared: SqlStore) -> None:
    with pytest.raises(Conflict, match="exists"):
        keep_gateways.add_gateway(shared, "g1", changes={}, now=NOON)
    with pytest.raises(NotFound, match="nowhere"):
        keep_gateways.change_gateway(shared, "nowhere", changes={}, now=NOON)
    with pytest.raises(NotFound, match="tenant nobody"):
        keep_gateways.grant_gateway(shared, "g1", tenant="nobody", caller_ids=["*"], now=NOON)
    with pytest.raises(Conflict, match="not granted to beta"):
        keep_gateways.revoke_gateway(shared, "g1", tenant="beta", now=NOON)
    with pytest.raises(Conflict, match="granted to default"):
        keep_gateways.remove_gateway(shared, "g1", now=NOON)


def test_a_gateway_that_is_granted_to_nobody_can_be_removed(shared: SqlStore) -> None:
    keep_gateways.revoke_gateway(shared, "g1", tenant="default", now=NOON)
    assert plan(shared, CARRIER) == []

    keep_gateways.remove_gateway(shared, "g1", now=NOON)

    assert keep_gateways.list_gateways(shared) == []
    assert len(plan(shared, CARRIER)) == 5


def test_each_change_is_counted(shared: SqlStore) -> None:
    limit(shared, 3)
    grant_to_beta(shared)

    assert keep_gateways.get_gateway(shared, "g1").revision == 3


def test_planning_and_dialling_go_by_the_limits_that_the_operator_has_set(shared: SqlStore) -> None:
    grant_to_beta(shared)
    calls_of_beta = plan(shared, BETAS_CARRIER)[:1]
    keep_gateways.change_gateway(shared, "g1", changes={"concurrent_call": 30, "calls_per_second": 7}, now=NOON)

    with shared.transaction() as tx:
        situation = tx.plans.lock_situation(BETAS_CARRIER, now=NOON)
        (dialled,) = tx.plans.lock_for_dial(calls_of_beta, now=NOON).carriers.values()

    assert situation is not None
    limits = GatewayLimits(concurrent_call=30, calls_per_second=7)
    assert (situation.carrier.access.limits, dialled.access.limits) == (limits, limits)
