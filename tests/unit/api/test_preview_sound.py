"""The sound of a preview: what a callee would hear first, as a file that is not kept for long."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.fakes.engines import ENGINE, FakeEngines, some_names
from tests.fakes.services import FakeServices
from worker.domain.errors import Rejected, Unavailable
from worker.domain.speech.back_off import NONE, rest_engine
from worker.domain.speech.pcm import milliseconds, samples_of

BODY: dict[str, Any] = {"template_name": "t", "content": "Chào {{name}}, bạn nợ {{amount}} đồng."}
VALUES = {"name": "Ý", "amount": "5"}


@pytest.fixture
def engines(services: FakeServices) -> FakeEngines:
    services.spoken_names = some_names()
    assert isinstance(services.engines, FakeEngines)
    return services.engines


@pytest.fixture
def template(client: TestClient) -> str:
    return str(client.post("/v3/template", json=BODY).json()["template_uuid"])


def preview(client: TestClient, template: str) -> Any:  # Any: an answer
    return client.post("/v3/template/preview", json={"template_uuid": template, "values": VALUES, "sound": True})


def test_a_preview_is_rendered_once_and_heard_whole(client: TestClient, template: str, engines: FakeEngines) -> None:
    first, second = preview(client, template).json(), preview(client, template).json()

    assert sorted(engines.rendered) == ["Chào", "bạn nợ", "năm", "Ý", "đồng"]
    assert first["sound"] != second["sound"]
    played = client.get(first["sound"])
    words, pauses = sum(map(len, engines.rendered)) * 10, 200 + 400
    assert milliseconds(samples_of(played.content)) == first["milliseconds"] == words + pauses
    assert played.headers["cache-control"].startswith("private, no-store")


def test_what_was_rendered_is_ready_for_callees(
    client: TestClient, template: str, engines: FakeEngines, services: FakeServices
) -> None:
    preview(client, template)

    kept = set(services.sounds.names("r"))
    with services.store.reading() as tx:
        known = tx.sounds.known(kept)
    assert len(kept) == len(engines.rendered)
    assert {name for name, state in known.items() if state.is_ready} == kept


@pytest.mark.parametrize(("fault", "status"), [(Unavailable("engine: 401"), 503), (Rejected("engine: no"), 400)])
def test_an_engine_that_fails_is_told(
    client: TestClient, template: str, engines: FakeEngines, fault: Any, status: int
) -> None:
    engines.fails["*"] = fault

    answer = preview(client, template)

    assert (answer.status_code, answer.json()) == (status, {"error": str(fault)})


def test_an_engine_that_rests_or_has_no_budget_is_not_asked(
    client: TestClient, template: str, engines: FakeEngines, services: FakeServices
) -> None:
    engines.budget = 2
    spent = preview(client, template)
    engines.budget = None
    with services.store.transaction() as tx:
        tx.sounds.note_engine(ENGINE, rest_engine(NONE, error="no credit", now=NOON))
    resting = preview(client, template)

    assert (spent.status_code, resting.status_code) == (503, 503)
    assert "no budget" in spent.json()["error"]
    assert "no credit" in resting.json()["error"]
    assert engines.rendered == []


def test_nothing_is_rendered_for_a_dialplan_of_the_operators(client: TestClient, template: str) -> None:
    assert preview(client, template).status_code == 400
