"""The application over a store in memory, with fakes of everything else, and a client with a token."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app, set_limits
from tests.builders import let_be_heard
from tests.builders.api import a_tenant, make_campaign, make_list
from tests.builders.description import Description
from tests.fakes.database import empty_database
from tests.fakes.services import SECRET_KEY, TOKEN, FakeServices
from tests.fakes.telephony import SWITCH
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore

HERE: Final = Path(__file__).parent
THOROUGH: Final = frozenset(
    """
    ops/test_before ops/test_campaigns ops/test_many ops/test_records ops/test_ten_questions
    test_access test_audit test_autocall_refusals test_campaign_reports test_cdr_cursors test_entity_tags test_exports
    test_idempotency test_lead_expired_at test_log_in test_older_paths test_stale_copies test_strict_bodies
    test_strict_keys test_switch_cdrs test_text_forms test_without_broker
    """.split()
)
"""Modules that send one request after the other to every endpoint, or render whole pages: half of all the time."""


@pytest.hookimpl(tryfirst=True)  # before `-m` is looked at
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave these to `poe test-all`, so that `poe test` answers within a minute."""
    for item in items:
        if HERE in item.path.parents and str(item.path.relative_to(HERE).with_suffix("")) in THOROUGH:
            item.add_marker("thorough")


@pytest.fixture
def services() -> Iterator[FakeServices]:
    """Make services with an empty database that knows the tenant ``default``."""
    engine = empty_database(keys=[SECRET_KEY])
    made = FakeServices(store=SqlStore(engine))
    a_tenant(made.store, name="default")
    let_be_heard(made.store, SWITCH)
    yield made
    engine.dispose()


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """Return one application for all tests: FastAPI builds its routes at the first request, which takes 140 ms."""
    return create_app(FakeServices(store=SqlStore(make_engine("sqlite://"))))  # each test gives it its own


@pytest.fixture(scope="session")
def description(app: FastAPI) -> Description:
    """Return what the API says of its answers."""
    return Description(app.openapi())


@pytest.fixture
def anonymous(app: FastAPI, services: FakeServices, description: Description) -> Iterator[TestClient]:
    """Return a client without a token, each of whose answers must agree with the API's description."""
    app.state.services = services
    set_limits(app, kept_seconds=0)  # nothing of a test's services or concurrency limit outlives it
    with TestClient(app, raise_server_exceptions=False) as client:
        client.event_hooks = {"response": [description.check]}
        yield client


@pytest.fixture
def client(anonymous: TestClient) -> TestClient:
    """Give the tenant ``default``'s client."""
    anonymous.headers["Authorization"] = f"Bearer {TOKEN}"
    return anonymous


@pytest.fixture
def campaign(client: TestClient) -> str:
    """Make the seed's campaign."""
    return make_campaign(client)


@pytest.fixture
def list_uuid(client: TestClient, campaign: str) -> str:
    """Make a list in the seed's campaign."""
    return make_list(client, campaign)
