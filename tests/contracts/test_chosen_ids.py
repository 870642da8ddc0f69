"""Ids that clients choose, on each database: each tenant gets its row, whoever comes first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from tests.builders import NOON, TEMPLATE, TENANT, fill_store
from tests.builders.api import a_tenant
from worker.domain.chosen_ids import Kind
from worker.domain.errors import IdTaken
from worker.domain.ids import TemplateId, TenantId
from worker.ports.records.entities import TemplateRecord
from worker.store.transaction import SqlStore
from worker.usecases.records.choose_id import create_under

CHOSEN = UUID("c2da23c0-9739-4287-828a-7b15cf0fb19a")


def adding(store: SqlStore, tenant_id: TenantId) -> Callable[[UUID], UUID]:
    """Return what adds a template of the tenant."""

    def add(row_id: UUID) -> UUID:
        body = {"content": "Hi"}
        template = TemplateRecord(
            id=TemplateId(row_id), tenant_id=tenant_id, name=str(uuid7()), body=body, created_at=NOON, updated_at=NOON
        )
        with store.transaction() as tx:
            tx.templates.add(template)
        return row_id

    return add


def choose(store: SqlStore, tenant_id: TenantId, add: Callable[[UUID], UUID] | None = None) -> tuple[UUID, UUID]:
    return create_under(
        store,
        Kind.TEMPLATE,
        tenant_id=tenant_id,
        chosen=CHOSEN,
        new_id=uuid7,
        create=add or adding(store, tenant_id),
    )


def kept(store: SqlStore, tenant_id: TenantId) -> UUID | None:
    with store.reading() as tx:
        return tx.tenants.get(tenant_id).chosen_ids.kept(Kind.TEMPLATE, CHOSEN)


def test_a_free_id_is_the_rows_own(store: SqlStore) -> None:
    fill_store(store)

    assert choose(store, TENANT) == (CHOSEN, CHOSEN)
    assert kept(store, TENANT) is None
    with store.reading() as tx:
        assert tx.chosen_ids.owner(Kind.TEMPLATE, CHOSEN) == TENANT
        assert tx.chosen_ids.owner(Kind.CAMPAIGN, CHOSEN) is None


def test_an_id_of_another_tenant_stands_for_a_row_of_ours(store: SqlStore) -> None:
    fill_store(store)
    other = a_tenant(store, name="other").id
    choose(store, TENANT)

    known_as, row_id = choose(store, other)

    assert known_as == CHOSEN
    assert (row_id != CHOSEN, kept(store, other)) == (True, row_id)
    with pytest.raises(IdTaken):
        choose(store, other)
    with pytest.raises(IdTaken):
        choose(store, TENANT)


def test_an_id_that_another_tenant_takes_in_this_moment_is_no_conflict(store: SqlStore) -> None:
    fill_store(store)
    other = a_tenant(store, name="other").id
    rows: list[UUID] = []

    def beaten(row_id: UUID) -> UUID:
        if not rows:
            rows.append(adding(store, TENANT)(row_id))
        return adding(store, other)(row_id)

    known_as, row_id = choose(store, other, beaten)

    assert (known_as, rows) == (CHOSEN, [CHOSEN])
    assert kept(store, other) == row_id != CHOSEN


def test_an_id_of_a_template_is_no_id_of_another_kind(store: SqlStore) -> None:
    fill_store(store)

    with store.reading() as tx:
        assert tx.chosen_ids.owner(Kind.TEMPLATE, TEMPLATE) == TENANT
        assert tx.chosen_ids.owner(Kind.LIST, TEMPLATE) is None


def test_two_tenants_that_choose_at_once_both_get_it(store: SqlStore) -> None:
    fill_store(store)
    owners = [TENANT, a_tenant(store, name="other").id]
    both = Barrier(2)

    def at_once(tenant_id: TenantId) -> tuple[UUID, UUID]:
        both.wait()
        return choose(store, tenant_id)

    with ThreadPoolExecutor(2) as threads:
        chosen = list(threads.map(at_once, owners))

    assert [known_as for known_as, _ in chosen] == [CHOSEN] * 2
    assert len({row_id for _, row_id in chosen}) == 2
