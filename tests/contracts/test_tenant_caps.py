"""Caps hold however many requests come at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, NOON, TENANT, fill_store
from worker.domain.callback_event import CallbackEvent
from worker.domain.caps import DEFAULT_CAPS, Cap, OverCap
from worker.domain.ids import ListId, SubscriptionId
from worker.ports.dispatch.outbox import Subscription
from worker.ports.records.entities import ListRecord
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.subscribe import subscribe
from worker.usecases.records.save_list import create_list

AT_ONCE = 8
CAPS = {**DEFAULT_CAPS, Cap.SUBSCRIPTIONS: 3, Cap.LISTS: 3}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    engine = make_engine(request.getfixturevalue(f"{request.param}_url"))
    store = SqlStore(engine)
    fill_store(store)
    yield store
    engine.dispose()


def at_once(ask: Callable[[int], None]) -> int:
    """Return how many of some requests at once were refused over a cap."""

    def is_refused(number: int) -> bool:
        try:
            ask(number)
        except OverCap:
            return True
        return False

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return sum(threads.map(is_refused, range(AT_ONCE)))


def test_no_more_subscriptions_than_the_cap_pass_at_once(store: SqlStore) -> None:
    def ask(number: int) -> None:
        wanted = Subscription(
            id=SubscriptionId(uuid7()),
            tenant_id=TENANT,
            domain="",
            event=CallbackEvent.CDR,
            url=f"https://crm.example/{number}",
        )
        subscribe(store, wanted, now=NOON, caps=CAPS)

    refused = at_once(ask)

    with store.reading() as tx:
        assert (refused, len(tx.subscriptions.of_tenant(TENANT))) == (AT_ONCE - 3, 3)


def test_no_more_lists_than_the_cap_pass_at_once(store: SqlStore) -> None:
    with store.reading() as tx:
        before = tx.tenant_caps.used(TENANT, Cap.LISTS)

    def ask(number: int) -> None:
        new = ListRecord(
            id=ListId(uuid7()),
            tenant_id=TENANT,
            campaign_id=CAMPAIGN,
            name=f"new {number}",
            description="",
            active=True,
            created_at=NOON,
            updated_at=NOON,
        )
        create_list(store, new, caps=CAPS)

    refused = at_once(ask)

    with store.reading() as tx:
        assert (refused, tx.tenant_caps.used(TENANT, Cap.LISTS)) == (AT_ONCE - 3 + before, 3)
