"""The application over a store in memory, with fakes of everything else, and a client with a token."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from uuid_utils.compat import uuid7

from api.app import create_app
from api.concurrency_limit import ConcurrencyLimit
from tests.builders import HANOI, NOON, let_be_heard
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeWakeups
from tests.fakes.database import empty_database
from tests.fakes.jobs import FakeJobQueue
from tests.fakes.telephony import SWITCH
from worker.ports.records.entities import Tenant
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore
from worker.usecases.records.tenants import create_tenant_if_missing

TOKEN = "first-token"
SEED_CAMPAIGN = "c2da23c0-9739-4287-828a-7b15cf0fb19e"
SEED_CARRIER = "a18b400f-d487-4e17-b5e7-eba5fe6fa54f"
SEED_TEMPLATE = "5f427552-857e-4939-8edf-cbd0f1ef6842"


@dataclass(kw_only=True)
class FakeServices:
    """What the API needs, in memory."""

    store: SqlStore
    queue: FakeJobQueue = field(default_factory=FakeJobQueue)
    wakeups: FakeWakeups = field(default_factory=lambda: FakeWakeups(FakeClock(NOON)))
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    new_id: Callable[[], UUID] = uuid7
    api_token: str | None = TOKEN
    probes: Mapping[str, Callable[[], None]] = field(default_factory=dict)

    @property
    def callback_store(self) -> SqlStore:
        return self.store


@pytest.fixture
def services() -> Iterator[FakeServices]:
    """Make services with an empty database that knows the tenant ``default``."""
    engine = empty_database()
    made = FakeServices(store=SqlStore(engine))
    a_tenant(made.store, name="default")
    let_be_heard(made.store, SWITCH)
    yield made
    engine.dispose()


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """Return one application for all tests: FastAPI builds its routes at the first request, which takes 140 ms."""
    return create_app(FakeServices(store=SqlStore(make_engine("sqlite://"))))  # each test gives it its own


@pytest.fixture
def anonymous(app: FastAPI, services: FakeServices) -> Iterator[TestClient]:
    """Return a client without a token; nothing of a test's services or concurrency limit outlives it."""
    app.state.services, app.state.concurrency = services, ConcurrencyLimit()
    with TestClient(app, raise_server_exceptions=False) as client:
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


def make_campaign(client: TestClient) -> str:
    """Make carrier, template and campaign under the seed's ids; give the campaign's."""
    make_carrier(client, carrier_uuid=SEED_CARRIER)
    template = {"template_uuid": SEED_TEMPLATE, "template_name": "hello", "voice_type": "tts", "content": "Hi"}
    assert client.post("/v3/template", json=template).status_code == 200
    body = {"campaign_uuid": SEED_CAMPAIGN, "campaign_name": "first", "type": "autocall", "concurrent_call": 1}
    assert client.post("/v3/campaign", json=body | {"template_uuid": SEED_TEMPLATE}).status_code == 200
    return SEED_CAMPAIGN


def a_tenant(store: SqlStore, *, name: str) -> Tenant:
    """Store a tenant."""
    return create_tenant_if_missing(store, name=name, timezone=HANOI, now=NOON, new_id=uuid7, chance=lambda: 0.5)


def make_carrier(client: TestClient, **changed: Any) -> str:
    """Create a carrier; give its id."""
    given = {
        "carrier_name": "main",
        "gateway_uuid": "6f1c1f0e-1111-4222-8333-444455556666",
        "dial_type": "sip_one_for_all",
        "caller_id": "02873003586",
        "concurrent_call": 10,
    }
    response = client.post("/v3/carrier", json=given | changed)
    assert response.status_code == 200, response.text
    return str(response.json()["carrier_uuid"])


def make_list(client: TestClient, campaign: str, *, name: str = "monday") -> str:
    """Create a list; give its id."""
    response = client.post("/v3/list", json={"campaign_uuid": campaign, "list_name": name})
    assert response.status_code == 200, response.text
    return str(response.json()["list_uuid"])


@pytest.fixture
def list_uuid(client: TestClient, campaign: str) -> str:
    """Make a list in the seed's campaign."""
    return make_list(client, campaign)
