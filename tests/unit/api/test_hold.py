"""What clients, operators and monitoring read while all dialling is held."""

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.fakes.services import FakeServices
from tests.unit.api.ops.conftest import Browser
from tests.unit.api.single_calls import BODY, BOTH
from tests.unit.api.test_why import add_leads, codes, why
from tests.unit.api.test_why import running as running  # noqa: PLC0414 - a fixture
from worker.usecases.dispatch.hold import hold, release

CAUSE = "restored <from> last night"


@pytest.fixture
def held(services: FakeServices) -> None:
    """Hold all dialling."""
    hold(services.store, why=CAUSE, by="lan@db1", now=NOON)


@pytest.mark.usefixtures("held")
def test_every_campaign_and_lead_says_since_when_and_why_it_is_held(client: TestClient, running: str) -> None:
    assert running
    (lead,) = add_leads(client, "0981000001")

    answer = why(client)

    assert answer["reasons"][0] == {
        "code": "held",
        "message": "The operator holds all dialling until it is released; calls that are up go on.",
        "since": "2026-11-23T12:00:00.000000+07:00",
        "cause": CAUSE,
    }
    assert not answer["dialling"]
    assert codes(client, lead) == ["held"]


@pytest.mark.usefixtures("held", "campaign")
def test_a_campaign_that_is_stopped_says_it_too(client: TestClient) -> None:
    assert codes(client) == ["held", "stopped"]


@BOTH
@pytest.mark.usefixtures("held", "campaign")
def test_a_single_call_is_refused_until_the_release(client: TestClient, services: FakeServices, path: str) -> None:
    refused = client.post(path, json=BODY[path])
    release(services.store, now=NOON)
    taken = client.post(path, json=BODY[path])

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    assert refused.json() == {"error": f"held since 2026-11-23T05:00:00Z: {CAUSE}"}
    assert taken.status_code == 200


@pytest.mark.usefixtures("held")
def test_health_stays_ready_and_says_it(anonymous: TestClient) -> None:
    ready, dialling = anonymous.get("/health/ready"), anonymous.get("/health/dialling")

    assert ready.status_code == 200
    assert ready.json()["parts"]["hold"] == f"held since 2026-11-23T05:00:00Z: {CAUSE}"
    assert dialling.status_code == 503


def test_the_metric_says_it(client: TestClient, services: FakeServices) -> None:
    hold(services.store, why=CAUSE, by="lan@db1", now=NOON)

    assert "callbeat_held 1.0" in client.get("/metrics").text


@pytest.mark.usefixtures("held")
def test_each_page_of_operators_has_a_banner(client: TestClient, services: FakeServices) -> None:
    browser = Browser(client, services)
    browser.log_in()

    page = browser.see("/ops")
    release(services.store, now=NOON)

    assert "restored &lt;from&gt; last night" in page
    assert 'class="hold"' not in browser.see("/ops")
