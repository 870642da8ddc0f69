"""Ten thousand requests that make no sense: each is told so, none is a fault of ours, and none changes anything."""

import asyncio
import base64
import json
import sqlite3
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from fastapi.testclient import TestClient
from schemathesis import GenerationMode
from sqlalchemy import make_url

from api.app import create_app
from tests.builders import CARRIER, NOON, let_be_heard
from tests.builders.api import SEED_CARRIER, SEED_TEMPLATE, a_tenant, make_campaign, make_list
from tests.builders.audio import a_file
from tests.builders.description import Description
from tests.builders.stored_calls import store_call, store_delivery
from tests.fakes.services import TOKEN, FakeServices
from tests.fakes.telephony import SWITCH
from tests.faults.bad_input.described import requests_by
from tests.faults.bad_input.manners import Visit, visit
from tests.faults.bad_input.nonsense import nonsense
from tests.faults.bad_input.request import Request, answer_of
from tests.faults.bad_input.right import USER
from worker.domain.errors import Invalid
from worker.store.base.engine import make_engine
from worker.store.base.patience import CLIENTS
from worker.store.transaction import SqlStore

SEED = 20261123
AUTHORIZATION = ((b"authorization", f"Bearer {TOKEN}".encode()),)
ENOUGH = 10_000
SOME_ACCEPTED = 100
"""Of requests by the description: most name things that there are not."""


@pytest.fixture
def services(sqlite_url: str) -> Iterator[FakeServices]:
    """Give services over a file, as in production; only messages go nowhere."""
    engine = make_engine(sqlite_url, patience=CLIENTS)
    made = FakeServices(store=SqlStore(engine))
    a_tenant(made.store, name="default")
    let_be_heard(made.store, SWITCH)  # GET /v3/gateway asks it
    yield made
    engine.dispose()


@pytest.fixture
def app(services: FakeServices) -> FastAPI:
    """Give the application."""
    return create_app(services)


@pytest.fixture
def known(app: FastAPI, services: FakeServices) -> dict[str, str]:
    """Make one of each thing; give what paths and bodies name them by."""
    with TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        campaign = make_campaign(client)
        gateway = client.get(f"/v3/carrier/{SEED_CARRIER}").json()["gateway_uuid"]
        client.post("/v3/operator/gateway", json={"gateway_uuid": gateway})
        list_uuid = make_list(client, campaign)
        token = client.post("/v3/token", json={"name": "mine", "role": "admin"}).json()["token_uuid"]
        lead = client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0341234567"}).json()
        asked = {"campaign_uuid": campaign, "address": "an@example.com"}
        daily = client.post("/v3/report/subscription", json=asked).json()["id"]
        sound = {"audio_name": "mine", "file": base64.b64encode(a_file()).decode()}
        audio = client.post("/v3/audio", json=sound).json()["id"]
        user = client.post("/v3/user", json={**USER, "username": "anna", "extension": "101"}).json()["user_uuid"]
        group = client.post("/v3/group", json={"group_name": "sales"}).json()["group_uuid"]
        numbers = client.post("/v1/blacklist/file", files={"file": b"0341234560"}).json()["import_uuid"]
    call_id = store_call(services.store, phone="0341234567")
    return {
        "campaign_uuid": campaign,
        "callback_id": str(store_delivery(services.store, call_id=call_id, at=NOON).id),
        "user_uuid": user,
        "group_uuid": group,
        "extension_uuid": "101",
        "carrier_uuid": SEED_CARRIER,
        "gateway_uuid": gateway,
        "tenant": "default",
        "report_subscription_id": daily,
        "token_uuid": token,
        "template_uuid": SEED_TEMPLATE,
        "audio_uuid": audio,
        "list_uuid": list_uuid,
        "import_uuid": numbers,
        "lead_uuid": lead["lead_uuid"],
        "customer_id": lead["lead_uuid"],
        "recording": f"{call_id}-{'0' * 32}.wav",
        "ref_id": "order-7",
        "reference": lead["lead_uuid"],
        "id_or_phone": "0341234567",
        "phone_number": "0341234567",
    }


@pytest.fixture
def state(services: FakeServices, sqlite_url: str) -> Iterator[Callable[[], Hashable]]:
    """Give what tells whether anything changed: what was committed to the file, and what was asked of anybody."""
    with closing(sqlite3.connect(str(make_url(sqlite_url).database))) as observer:
        yield lambda: (*observer.execute("PRAGMA data_version").fetchone(), len(services.queue.plans))


@pytest.mark.slow(seconds=100)
def test_ten_thousand_requests_that_make_no_sense_are_told_so_and_change_nothing(
    app: FastAPI, known: dict[str, str], state: Callable[[], Hashable]
) -> None:
    document = json.loads(asyncio.run(answer_of(app, Request(method="GET", path=b"/openapi.json"))).body)
    description = Description(document)
    against = requests_by(document, known=known, token=AUTHORIZATION, seed=SEED, each=25)
    by_hand = nonsense(known=known, token=AUTHORIZATION, seed=SEED, mixed=1000)

    described = visit(app, against, state=state, description=description)
    handmade = visit(app, by_hand, state=state, description=description)

    assert described.broken + handmade.broken == []
    assert described.malformed + handmade.malformed >= ENOUGH


def test_requests_that_follow_the_description_get_answers_that_do(
    app: FastAPI, known: dict[str, str], state: Callable[[], Hashable]
) -> None:
    document = json.loads(asyncio.run(answer_of(app, Request(method="GET", path=b"/openapi.json"))).body)
    following = requests_by(document, known=known, token=AUTHORIZATION, seed=SEED, each=4, mode=GenerationMode.POSITIVE)

    done = visit(app, following, state=state, description=Description(document))

    assert done.broken == []
    assert done.accepted >= SOME_ACCEPTED


@pytest.mark.parametrize(
    ("answered", "wrong"),
    [
        (RuntimeError("planted"), "a fault of ours"),
        (JSONResponse({"error": "later"}, 503), "a fault of ours"),
        (RedirectResponse("/v3/campaign"), "sent elsewhere"),
        (HTMLResponse("<html>", 400), "neither of the two shapes, a traceback or HTML"),
        (PlainTextResponse("no", 400), "neither of the two shapes"),
        (JSONResponse({"error": 'File "app.py", line 1'}, 400), "a traceback or HTML"),
        (JSONResponse({"detail": "no"}, 400), "neither of the two shapes"),
        (JSONResponse({"error": "no", "detail": "no"}, 400), "neither of the two shapes"),
        (JSONResponse({"error": ""}, 400), "neither of the two shapes"),
        (JSONResponse({"error": []}, 400), "neither of the two shapes"),
        (JSONResponse({"error": [{"a": "no", "b": "no"}]}, 400), "neither of the two shapes"),
        (JSONResponse({"error": [{"a": 1}]}, 400), "neither of the two shapes"),
    ],
)
def test_bad_manners_are_seen(
    app: FastAPI, state: Callable[[], Hashable], answered: Response | Exception, wrong: str
) -> None:
    def planted() -> Response:
        if isinstance(answered, Exception):
            raise answered
        return answered

    assert came_of(app, planted, state=state).broken[0].startswith(f"{wrong}: GET b'/planted'")


@pytest.mark.parametrize("error", ["no", [{"a": "no"}, {"a": "no, no"}]])
def test_good_manners_are_no_fault(app: FastAPI, state: Callable[[], Hashable], error: object) -> None:
    done = came_of(app, lambda: JSONResponse({"error": error}, 400), state=state)

    assert (done.broken, done.malformed, done.accepted) == ([], 1, 0)


def test_a_refusal_that_stored_something_is_seen(
    app: FastAPI, services: FakeServices, state: Callable[[], Hashable]
) -> None:
    def planted() -> None:
        a_tenant(services.store, name="other")
        raise Invalid("no")

    assert came_of(app, planted, state=state).broken[0].startswith("refused, and yet something changed")


def test_a_refusal_that_asked_for_a_plan_is_seen(
    app: FastAPI, services: FakeServices, state: Callable[[], Hashable]
) -> None:
    def planted() -> None:
        services.queue.plan_carrier(CARRIER)
        raise Invalid("no")

    assert came_of(app, planted, state=state).broken[0].startswith("refused, and yet something changed")


def test_what_is_accepted_may_store_something(
    app: FastAPI, services: FakeServices, state: Callable[[], Hashable]
) -> None:
    def planted() -> JSONResponse:
        a_tenant(services.store, name="other")
        return JSONResponse({})

    done = came_of(app, planted, state=state)

    assert (done.broken, done.malformed, done.accepted) == ([], 0, 1)


def came_of(app: FastAPI, endpoint: Callable[[], Response | None], *, state: Callable[[], Hashable]) -> Visit:
    """Plant an endpoint, and visit it once."""
    app.add_api_route("/planted", endpoint, response_model=None)
    return visit(app, [Request(method="GET", path=b"/planted")], state=state)
