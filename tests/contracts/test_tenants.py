"""A tenant's cap and zone, on each database: what changes with them, and who is planned again."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from pendulum import DateTime

from tests.builders import CAMPAIGN, CARRIER, HANOI, NOON, TENANT, fill_store, stored_settings
from tests.builders.call_rows import insert_calls
from worker.domain.call import CallState
from worker.domain.campaign import Status
from worker.domain.campaign_settings import DEFAULT_SCHEDULE
from worker.domain.carrier import DialType
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, CarrierId
from worker.ports.records.entities import CarrierRecord, TenantSettings
from worker.store.transaction import SqlStore
from worker.usecases.records import queries
from worker.usecases.records.save_tenant import TenantChanges, save_tenant
from worker.usecases.records.tenants import create_tenant_if_missing

OTHER = CarrierId(UUID(int=0xCA2))
OPENING_IN_HANOI = NOON.add(days=1).set(hour=1)
"""Tuesday, 08:00."""
OPENING_IN_BERLIN = NOON.set(hour=7)
"""Monday, 08:00: in Berlin it is 06:00 when it is noon in Hanoi."""
UNTOUCHED = NOON.add(hours=1)


def change(store: SqlStore, changes: TenantChanges) -> TenantSettings:
    return save_tenant(store, name="default", changes=changes, now=NOON)


def settings_of(store: SqlStore) -> TenantSettings:
    with store.reading() as tx:
        return tx.tenants.settings(TENANT)


def resume_at(store: SqlStore, campaign_id: CampaignId = CAMPAIGN) -> DateTime | None:
    with store.reading() as tx:
        return tx.campaigns.get(TENANT, campaign_id).resume_at


def due_carriers(store: SqlStore) -> Sequence[CarrierId]:
    with store.reading() as tx:
        return list(tx.plans.due_carriers(now=NOON))


def test_a_new_tenant_has_no_cap(store: SqlStore) -> None:
    fill_store(store)

    assert settings_of(store) == TenantSettings(id=TENANT, name="default", timezone=HANOI, concurrent_call=None)


def test_a_cap_is_set_and_lifted(store: SqlStore) -> None:
    fill_store(store)

    assert change(store, {"concurrent_call": 0}).concurrent_call == 0
    assert settings_of(store).concurrent_call == 0

    assert change(store, {"concurrent_call": None}).concurrent_call is None
    assert settings_of(store).concurrent_call is None


def test_what_is_not_named_stays(store: SqlStore) -> None:
    fill_store(store, tenant_cap=7)

    change(store, {"timezone": "Europe/Berlin"})
    change(store, {"concurrent_call": 9})

    assert (settings_of(store).timezone, settings_of(store).concurrent_call) == ("Europe/Berlin", 9)


def test_its_live_calls_are_counted(store: SqlStore) -> None:
    fill_store(store)
    insert_calls(store, CallState.QUEUED, CallState.ANSWERED, CallState.ENDED, CallState.CANCELLED)

    assert settings_of(store).live == 2


def test_all_its_carriers_are_planned_again(store: SqlStore) -> None:
    fill_store(store, carrier={"next_plan_at": NOON.add(hours=1)})
    with store.transaction() as tx:
        tx.carriers.add(
            CarrierRecord(
                id=OTHER, tenant_id=TENANT, name="second", description="", gateway="g2", dial_type=DialType.SIP_ONE,
                concurrent_call=1, calls_per_second=3, network={}, data={}, created_at=NOON, updated_at=NOON,
            )
        )  # fmt: skip

    change(store, {"concurrent_call": 1})

    assert sorted(due_carriers(store)) == sorted([CARRIER, OTHER])


def test_an_unknown_tenant_is_not_found(store: SqlStore) -> None:
    fill_store(store)

    with pytest.raises(NotFound, match="there is no tenant nobody"):
        save_tenant(store, name="nobody", changes={"concurrent_call": 1}, now=NOON)
    with pytest.raises(NotFound, match="there is no tenant nobody"):
        queries.list_tenants(store, name="nobody")


def test_tenants_are_listed_by_name(store: SqlStore) -> None:
    fill_store(store)
    create_tenant_if_missing(store, name="acme", timezone=HANOI, now=NOON, new_id=lambda: OTHER, chance=lambda: 0.5)

    assert [tenant.name for tenant in queries.list_tenants(store, name=None)] == ["acme", "default"]
    assert [tenant.name for tenant in queries.list_tenants(store, name="acme")] == ["acme"]


@pytest.mark.parametrize(
    ("changed", "waits_for"),
    [
        ({"status": Status.PAUSE, "resume_at": OPENING_IN_HANOI}, OPENING_IN_BERLIN),
        ({"status": Status.PAUSE, "resume_at": None}, OPENING_IN_BERLIN),
        ({"status": Status.PAUSE, "resume_at": NOON}, NOON),  # it goes on by now
        ({"status": Status.START, "resume_at": UNTOUCHED}, UNTOUCHED),
    ],
)
def test_a_pause_waits_for_the_opening_of_the_new_zone(
    store: SqlStore, changed: dict[str, object], waits_for: DateTime
) -> None:
    fill_store(store, stored_settings(schedules=(DEFAULT_SCHEDULE,), **changed))

    change(store, {"timezone": "Europe/Berlin"})

    assert resume_at(store) == waits_for


def test_a_cap_alone_moves_no_opening(store: SqlStore) -> None:
    fill_store(store, stored_settings(status=Status.PAUSE, resume_at=UNTOUCHED, schedules=(DEFAULT_SCHEDULE,)))

    change(store, {"concurrent_call": 1})

    assert resume_at(store) == UNTOUCHED


def test_a_carriers_calls_per_second_are_kept(store: SqlStore) -> None:
    fill_store(store, carrier={"calls_per_second": 12})

    with store.transaction() as tx:
        found = tx.carriers.get(TENANT, CARRIER)
        situation = tx.plans.lock_situation(CARRIER, now=NOON)

    assert found.calls_per_second == 12
    assert situation is not None
    assert situation.carrier.calls_per_second == 12
