"""While the broker is away or full nobody is promised a call; everything that forbids, changes or reads is taken."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from tests.builders.api import SEED_TEMPLATE
from tests.fakes.services import FakeServices
from worker.domain.errors import Unavailable

STARTED = {"status": "start", "active": True}


@pytest.fixture
def paths(campaign: str, list_uuid: str) -> dict[str, str]:
    """Name the campaign and its list."""
    return {"campaign": campaign, "list": list_uuid}


ASKS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/campaign/{campaign}/run/start", {}),
    ("POST", "/v3/campaign/{campaign}/run/start", {}),
    ("PUT", "/v3/campaign/{campaign}", STARTED),
    (
        "POST",
        "/v3/campaign",
        {"campaign_name": "second", "type": "autocall", "template_uuid": SEED_TEMPLATE, **STARTED},
    ),
    ("POST", "/v3/lead", {"list_uuid": "{list}", "phone_number": "0341234567"}),
    ("POST", "/v3/lead/multi", {"list_uuid": "{list}", "data": [{"phone_number": "0341234567"}]}),
    ("POST", "/v3/autocall/import", {"campaign_uuid": "{campaign}", "phone_number": "0341234567", "param": {}}),
    (
        "POST",
        "/v3/autocall/otp",
        {"campaign_uuid": "{campaign}", "phone_number": "0341234567", "template": "hello", "code_otp": "1234"},
    ),
]


@pytest.mark.parametrize(("method", "path", "body"), ASKS)
def test_who_asks_for_calls_is_told_to_come_again_and_nothing_is_stored(
    client: TestClient, services: FakeServices, paths: dict[str, str], method: str, path: str, body: dict[str, Any]
) -> None:
    ask = asking(client, paths, method=method, path=path, body=body)
    services.wakeups.away = True
    before = everything(client)

    refused = ask()

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert everything(client) == before
    services.wakeups.away = False
    assert ask().status_code == 200
    assert everything(client) != before


EDITS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("POST", "/v3/campaign/{campaign}/run/stop", None),
    ("POST", "/v3/campaign/{campaign}/run/pause", None),
    ("POST", "/v3/campaign/{campaign}/run/start", None),
    ("PATCH", "/v3/campaign/{campaign}/active", {"active": False}),
    ("PATCH", "/v3/campaign/{campaign}/active", {"active": True}),
    ("PUT", "/v3/campaign/{campaign}", {**STARTED, "concurrent_call": 1}),
    ("PUT", "/v3/campaign/{campaign}", {"status": "start", "active": False}),
    ("PATCH", "/v3/list/{list}/active", {"active": False}),
    ("POST", "/v1/blacklist", {"blacklist": [{"phone_number": "0341234567"}]}),
    ("POST", "/v3/network/ported", {"ported": [{"phone_number": "0341234567", "network": "vina"}]}),
    ("GET", "/v3/campaign/{campaign}/monitor", None),
    ("GET", "/v3/campaign/{campaign}/why", None),
]


@pytest.mark.parametrize(("method", "path", "body"), EDITS)
def test_whatever_a_running_campaign_is_told_is_taken(
    client: TestClient,
    services: FakeServices,
    paths: dict[str, str],
    method: str,
    path: str,
    body: dict[str, Any] | None,
) -> None:
    assert client.post(f"/v3/campaign/{paths['campaign']}/run/start").status_code == 200
    services.wakeups.away = True

    answer = asking(client, paths, method=method, path=path, body=body)()

    assert answer.status_code == 200


def test_a_campaign_that_was_started_while_inactive_begins_to_dial_when_it_is_active(
    client: TestClient, services: FakeServices, campaign: str
) -> None:
    client.post(f"/v3/campaign/{campaign}/run/start")
    client.patch(f"/v3/campaign/{campaign}/active", json={"active": False})
    services.wakeups.away = True

    answer = client.patch(f"/v3/campaign/{campaign}/active", json={"active": True})

    assert answer.status_code == 503
    assert client.get(f"/v3/campaign/{campaign}").json()["active"] is False


def test_an_import_whose_plan_could_not_be_asked_for_was_an_import(
    client: TestClient, services: FakeServices, list_uuid: str
) -> None:
    def away() -> None:
        raise Unavailable("the database is away")

    event.listen(services.store._engine, "commit", lambda _: setattr(services.store, "reading", away))

    answer = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": [{"phone_number": "0341234567"}]})

    assert (answer.status_code, answer.json()["total_insert"]) == (200, 1)


def asking(
    client: TestClient, paths: dict[str, str], *, method: str, path: str, body: dict[str, Any] | None
) -> Callable[[], Any]:
    """Give a request that can be made again and again."""
    filled = None if body is None else {key: _filled(value, paths) for key, value in body.items()}
    return lambda: client.request(method, path.format(**paths), json=filled)


def _filled(value: Any, paths: dict[str, str]) -> Any:
    return value.format(**paths) if isinstance(value, str) else value


def everything(client: TestClient) -> list[Any]:
    """Read what the requests of these tests could have changed."""
    return [client.get(path).json() for path in ("/v3/campaign", "/v3/list", "/v3/lead")]
