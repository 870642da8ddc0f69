"""A tenant's own number plan, on SQLite and on PostgreSQL."""

from datetime import date
from uuid import uuid4

import pytest

from tests.builders import HANOI, NOON, TENANT, fill_store, viettel
from worker.domain.ids import TenantId
from worker.domain.network import Network
from worker.domain.number_plan import PrefixRule, Source
from worker.ports.paging import Slice
from worker.ports.records.entities import PortedNumber, Tenant
from worker.store.records.number_plan import MANY
from worker.store.transaction import SqlStore

TODAY = NOON.date()
TOMORROW = date(2026, 11, 24)
OTHER = Tenant(id=TenantId(uuid4()), name="other", timezone=HANOI)
NUMBER = "0775123456"


@pytest.fixture(autouse=True)
def _tenants(store: SqlStore) -> None:
    fill_store(store)
    with store.transaction() as tx:
        tx.tenants.add(OTHER, callback_secret="whsec_AAAA", now=NOON)


def save(store: SqlStore, *rules: tuple[str, Network | None, date]) -> None:
    with store.transaction() as tx:
        tx.number_plan.save(TENANT, [PrefixRule(*rule, Source.TENANT) for rule in rules], now=NOON)


def network(store: SqlStore, number: str = NUMBER, *, tenant: TenantId = TENANT, on: date = TODAY) -> Network | None:
    with store.reading() as tx:
        return tx.number_plan.of(tenant, [number]).network_of(number, on=on)


def test_a_tenants_rules_are_its_own(store: SqlStore) -> None:
    save(store, ("0775", Network.OFFNET, TODAY))

    assert network(store) is Network.OFFNET
    assert network(store, tenant=OTHER.id) is Network.MOBI


def test_a_rule_of_the_same_prefix_and_day_is_replaced(store: SqlStore) -> None:
    save(store, ("0775", Network.OFFNET, TODAY), ("0775", Network.VINA, TOMORROW))

    save(store, ("0775", None, TODAY))

    assert network(store) is None
    assert network(store, on=TOMORROW) is Network.VINA


def test_rules_are_removed_by_day_or_all_of_a_prefix(store: SqlStore) -> None:
    save(store, ("0775", Network.OFFNET, TODAY), ("0775", Network.VINA, TOMORROW), ("0776", Network.TEL, TODAY))

    with store.transaction() as tx:
        one = tx.number_plan.remove(TENANT, [("0775", TOMORROW), ("0776", TOMORROW)])
        rest = tx.number_plan.remove(TENANT, [("0775", None), ("0776", None), ("077", None)])
        others = tx.number_plan.remove(OTHER.id, [("0775", None)])

    assert (one, rest, others) == ({("0775", TOMORROW)}, {("0775", TODAY), ("0776", TODAY)}, set())
    assert network(store) is Network.MOBI


def test_ported_numbers_are_kept_for_each_tenant(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.number_plan.port(TENANT, {NUMBER: Network.VINA, "0981000001": Network.MOBI}, now=NOON)
        tx.number_plan.port(TENANT, {NUMBER: Network.VIETTEL}, now=NOON)
        page = tx.number_plan.ported(TENANT, Slice(1, 0))

    assert page.rows == [PortedNumber(NUMBER, Network.VIETTEL)]
    assert page.total == 2
    assert network(store) is Network.VIETTEL
    assert network(store, tenant=OTHER.id) is Network.MOBI
    with store.transaction() as tx:
        assert tx.number_plan.unport(TENANT, [NUMBER, "0981000009"]) == {NUMBER}
    assert network(store) is Network.MOBI


def test_a_ported_number_is_found_among_many(store: SqlStore) -> None:
    phones = [NUMBER, *viettel(MANY)]
    with store.transaction() as tx:
        none_ported = tx.number_plan.of(TENANT, phones)
        tx.number_plan.port(TENANT, {NUMBER: Network.VINA}, now=NOON)
        one_ported = tx.number_plan.of(TENANT, phones)

    assert none_ported.network_of(NUMBER, on=TODAY) is Network.MOBI
    assert one_ported.network_of(NUMBER, on=TODAY) is Network.VINA


def test_nothing_to_save_is_no_error(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.number_plan.save(TENANT, [], now=NOON)
        tx.number_plan.port(TENANT, {}, now=NOON)

    assert network(store) is Network.MOBI
