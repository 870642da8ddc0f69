"""The API's side of the store keeps its promises on SQLite and on PostgreSQL."""

from dataclasses import replace
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from tests.builders import (
    CAMPAIGN,
    CARRIER,
    NOON,
    TENANT,
    add_leads,
    fill_store,
    list_of,
    stored_settings,
    viettel,
)
from tests.fakes.jobs import FakeJobQueue
from worker.domain.errors import Conflict, NotFound
from worker.domain.ids import CampaignId, CarrierId, ListId, TenantId
from worker.domain.json_value import Json
from worker.domain.network import Network
from worker.domain.voicemail import VoicemailDetector
from worker.ports.paging import Slice
from worker.ports.records.entities import BlockedNumber, CdrFilter, GatewayDemand, LeadFilter, ListRecord, Tenant
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.api_tokens import create_token, find_caller
from worker.usecases.records.import_leads import DUPLICATE, Draft, Imported, LeadImport, import_leads
from worker.usecases.records.tenants import create_tenant_if_missing

WHO = Tenant(id=TENANT, name="default", timezone="Asia/Ho_Chi_Minh")
FIRST_LIST = list_of(CAMPAIGN)


@pytest.fixture(autouse=True)
def _campaign(store: SqlStore) -> None:
    fill_store(store)


def imported(store: SqlStore, *drafts: Draft, to: ListId = FIRST_LIST) -> Imported:
    wanted = LeadImport(WHO, to, drafts)
    return import_leads(store, queue=FakeJobQueue(), wanted=wanted, now=NOON, new_id=uuid7)


def test_imported_rows_read_back_whole(store: SqlStore) -> None:
    draft = Draft(
        row=0, phone_number="0981000001", after_day=3, profile={"lead_name": "Ân"}, additional={"k": [1, None]}
    )

    lead_id = imported(store, draft).leads[0]

    with store.reading() as tx:
        read = tx.lead_records.get(TENANT, lead_id)
    assert (read.phone, read.network, read.campaign_id, read.list_id) == (
        "0981000001",
        Network.VIETTEL,
        CAMPAIGN,
        FIRST_LIST,
    )
    assert (read.profile, read.additional) == ({"lead_name": "Ân", "after_day": 3}, {"k": [1, None]})
    assert (read.created_at, read.called_count, read.last_call_at) == (NOON, 0, None)


def test_imported_leads_are_claimed_when_they_are_due(store: SqlStore) -> None:
    imported(store, Draft(row=0, phone_number="0981000001"), Draft(row=1, phone_number="0981000002", after_day=1))
    queue = FakeJobQueue()

    plan_carrier(store, queue=queue, carrier_id=CARRIER, now=NOON, new_id=uuid7)

    assert len(queue.calls) == 1


def test_a_number_is_in_a_campaign_once(store: SqlStore) -> None:
    other = ListId(uuid4())
    with store.transaction() as tx:
        tx.lists.add(
            ListRecord(
                id=other, tenant_id=TENANT, campaign_id=CAMPAIGN, name="other", description="", active=True,
                created_at=NOON, updated_at=NOON,
            )
        )  # fmt: skip
    add_leads(store, ["0981000001"])

    again = imported(store, Draft(row=4, phone_number="0981000001"), Draft(row=5, phone_number="0981000002"), to=other)

    assert again.problems == {4: DUPLICATE}
    assert again.leads.keys() == {5}


def test_many_rows_travel_in_one_statement(store: SqlStore) -> None:
    drafts = [Draft(row=row, phone_number=phone) for row, phone in enumerate(viettel(2000))]

    assert len(imported(store, *drafts).leads) == 2000

    with store.reading() as tx:
        page = tx.lead_records.page(TENANT, Slice(3, 1), wanted=LeadFilter(campaign_id=CAMPAIGN))
    assert ([row.phone for row in page.rows], page.total) == (viettel(3, start=1), 2000)


@pytest.mark.parametrize("value", [2**70, -(2**64), '\u1eef\\\t"', 0.1, True, {"a": [None, {"b": []}]}])
def test_a_leads_own_data_are_stored_as_they_stand(store: SqlStore, value: Json) -> None:
    (lead_id,) = imported(store, Draft(row=0, phone_number="0981000001", additional={"k": value})).leads.values()

    with store.transaction() as tx:
        assert tx.lead_records.get(TENANT, lead_id).additional == {"k": value}


def test_taken_names_and_ids_are_conflicts(store: SqlStore) -> None:
    other = stored_settings(campaign_uuid=CampaignId(uuid4()), campaign_name="other")
    with store.transaction() as tx:
        tx.campaigns.add(other)

    with pytest.raises(Conflict, match="campaign_name"), store.transaction() as tx:
        tx.campaigns.add(stored_settings(campaign_uuid=CampaignId(uuid4())))
    with pytest.raises(Conflict, match="campaign_uuid"), store.transaction() as tx:
        tx.campaigns.add(stored_settings(campaign_name="third"))
    with pytest.raises(Conflict, match="campaign_name"), store.transaction() as tx:
        tx.campaigns.save(stored_settings(campaign_name="other"))
    with pytest.raises(Conflict, match="carrier_uuid"), store.transaction() as tx:
        tx.carriers.add(replace(tx.carriers.get(TENANT, CARRIER), name="new"))


def test_what_carriers_may_ask_of_switches_is_added_up_by_gateway(store: SqlStore) -> None:
    with store.transaction() as tx:
        one = tx.carriers.get(TENANT, CARRIER)
        tx.carriers.save(replace(one, name="b", gateway="g1", concurrent_call=10, calls_per_second=5))
        tx.carriers.add(
            replace(one, id=CarrierId(uuid4()), name="a", gateway="g1", concurrent_call=7, calls_per_second=0)
        )
        third = replace(one, id=CarrierId(uuid4()), name="c", gateway="g2", concurrent_call=3, calls_per_second=2)
        tx.carriers.add(replace(third, voicemail_detector=VoicemailDetector.AVMD))

    with store.reading() as tx:
        assert tx.carriers.by_gateway() == [
            GatewayDemand(gateway="g1", carriers=("a", "b"), channels=17, calls_per_second=5, is_unlimited=True),
            GatewayDemand(
                gateway="g2", carriers=("c",), channels=3, calls_per_second=2, is_unlimited=False, starts_avmd=True
            ),
        ]


def test_a_deleted_campaigns_name_is_free(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.campaigns.delete(CAMPAIGN, now=NOON)
        tx.campaigns.add(stored_settings(campaign_uuid=CampaignId(uuid4())))

    with pytest.raises(NotFound), store.reading() as tx:
        tx.campaigns.get(TENANT, CAMPAIGN)
    with pytest.raises(NotFound), store.reading() as tx:
        tx.lists.get(TENANT, FIRST_LIST)


def test_settings_read_back_as_they_were_stored(store: SqlStore) -> None:
    stored = stored_settings(recall_status=None, schedules=({"monday_start_time": 1},), extras={"users": [1]})

    with store.transaction() as tx:
        tx.campaigns.save(stored)

    with store.reading() as tx:
        assert tx.campaigns.get(TENANT, CAMPAIGN) == stored


def test_counts_follow_the_rows(store: SqlStore) -> None:
    add_leads(store, [*viettel(3), "0901000001"])
    plan_carrier(store, queue=FakeJobQueue(), carrier_id=CARRIER, now=NOON, new_id=uuid7)

    with store.reading() as tx:
        numbers = tx.statistics.of_campaign(CAMPAIGN)
        carrier = tx.carriers.get(TENANT, CARRIER)

    assert (numbers.leads, numbers.calls, sum(numbers.waiting.values())) == (4, 0, 4)  # queued is still to be called
    assert carrier.live == {Network.VIETTEL: 3, Network.MOBI: 1}


def test_numbers_that_nobody_may_dial(store: SqlStore) -> None:
    numbers = [BlockedNumber("0981000001", "asked"), BlockedNumber("0981000002", "")]

    with store.transaction() as tx:
        added = tx.do_not_call.add(TENANT, numbers, now=NOON)
        again = tx.do_not_call.add(TENANT, numbers[:1], now=NOON)
        removed = tx.do_not_call.remove(TENANT, ["0981000002", "0981000003"])
        left = tx.do_not_call.page(TENANT, Slice())

    assert (added, again, removed) == ({"0981000001", "0981000002"}, set(), {"0981000002"})
    assert [(row.phone, row.description) for row in left.rows] == [("0981000001", "asked")]


def test_a_blocked_number_is_found_by_its_id_and_by_its_number_and_its_id_stays(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.do_not_call.add(TENANT, [BlockedNumber("0981000001", "a"), BlockedNumber("0981000002", "b")], now=NOON)
        entries = tx.do_not_call.page(TENANT, Slice()).rows
        tx.do_not_call.add(TENANT, [BlockedNumber("0981000001", "again")], now=NOON)
        by_id = [tx.do_not_call.get(TENANT, entry.id) for entry in entries]
        by_number = [tx.do_not_call.get(TENANT, entry.phone) for entry in entries]
        with pytest.raises(NotFound):
            tx.do_not_call.get(TenantId(uuid4()), entries[0].id)

    assert by_id == by_number == entries
    assert entries[0].id != entries[1].id


def test_no_cdr_is_no_error(store: SqlStore) -> None:
    every = CdrFilter(
        campaign_id=CAMPAIGN, phone="1", hotline="2", started_from=NOON, started_before=NOON,
        ended_from=NOON, ended_before=NOON,
    )  # fmt: skip

    with store.reading() as tx:
        assert tx.cdrs.count(TENANT, wanted=every).number == 0
        with pytest.raises(NotFound):
            tx.cdrs.get(TENANT, str(uuid4()))


def test_a_token_opens_its_tenants_door_only(store: SqlStore) -> None:
    other = create_tenant_if_missing(store, name="other", timezone="UTC", now=NOON, new_id=uuid7, chance=lambda: 0.25)

    token = create_token(store, tenant=other, now=NOON, chance=lambda: 0.75)

    assert find_caller(store, token=token, api_token="first", now=NOON).tenant == other
    assert find_caller(store, token="first", api_token="first", now=NOON).tenant.id == TENANT
    with pytest.raises(NotFound):
        find_caller(store, token="first", api_token=None, now=NOON)
    with pytest.raises(NotFound):
        find_caller(store, token=token + "x", api_token=None, now=NOON)


def test_a_tenant_is_made_once_with_a_secret_of_its_own(store: SqlStore) -> None:
    def make() -> Tenant:
        return create_tenant_if_missing(store, name="new", timezone="UTC", now=NOON, new_id=uuid7, chance=lambda: 0.5)

    assert make() == make()

    with store.reading() as tx:
        assert tx.tenants.secret(TenantId(make().id)).startswith("whsec_gICA")
