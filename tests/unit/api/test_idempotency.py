"""A request with an ``Idempotency-Key`` is done once; a second one gets the first one's answer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from typing_extensions import override

from tests.builders.api import SEED_CAMPAIGN, a_tenant, make_list
from tests.fakes.services import FakeServices
from worker.domain.errors import Unavailable
from worker.domain.repeated_request import LONGEST_KEY
from worker.domain.role import Role
from worker.ports.records.joined import JoinedTransactions
from worker.ports.records.store import RecordTransaction
from worker.store.base.tables import metadata
from worker.store.joined import JoinedStore
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.drop_access import drop_access

LIST = {"campaign_uuid": SEED_CAMPAIGN, "list_name": "tuesday"}
CARRIER = {
    "carrier_name": "second",
    "gateway_uuid": "gw1",
    "dial_type": "sip_one_for_all",
    "caller_id": "02873003586",
    "concurrent_call": 1,
}


def bodies(list_uuid: str) -> dict[str, dict[str, Any]]:
    """Return a right body for each endpoint that creates or imports."""
    single = {"campaign_uuid": SEED_CAMPAIGN, "phone_number": "0981000003"}
    return {
        "/v1/campaign": {"campaign_name": "third"},
        "/v1/autodial/campaign": {
            "campaign_uuid": SEED_CAMPAIGN,
            "customers": [{"phone_number": "0981000006"}, {"phone_number": "1"}],
        },
        "/v2/customer": {"campaign_id": SEED_CAMPAIGN, "phone_number": "0981000007"},
        "/v3/campaign": {"campaign_name": "second", "type": "autocall"},
        "/v3/campaign/{campaign_uuid}/run/start": {},
        "/v1/campaign/{campaign_uuid}/run/start": {},
        "/v3/carrier": CARRIER,
        "/v3/template": {"template_name": "second", "voice_type": "tts", "content": "Hi"},
        "/v3/list": LIST,
        "/v3/list/{list_uuid}/refresh": {"refresh": "all"},
        "/v3/lead": {"list_uuid": list_uuid, "phone_number": "0981000001"},
        "/v3/lead/multi": {"list_uuid": list_uuid, "data": [{"phone_number": "0981000002"}, {"phone_number": "1"}]},
        "/v3/autocall/import": single | {"param": {"a": "1"}},
        "/v3/autocall/otp": single | {"template": "hello", "code_otp": "1234"},
        "/v1/blacklist": {"blacklist": [{"phone_number": "0981000004"}]},
        "/v1/event": {"callback_url": "https://crm.example/x", "event": "cdr"},
        "/v3/network/ported": {"ported": [{"phone_number": "0981000005", "network": "mobi"}]},
        "/v3/operator/gateway": {"gateway_uuid": "gw2"},
    }


def keyed(key: str = "k", **others: str) -> dict[str, str]:
    return {"Idempotency-Key": key, **others}


def rows(services: FakeServices) -> dict[str, list[str]]:
    with services.store.reading() as tx:
        return {
            name: sorted(str(row) for row in tx.connection.execute(select(table)))
            for name, table in metadata.tables.items()
        }


def test_each_endpoint_that_creates_or_imports_takes_a_key(client: TestClient, list_uuid: str) -> None:
    described = client.get("/openapi.json").json()["paths"]
    named = {
        path
        for path, methods in described.items()
        for operation in methods.values()
        if any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", ()))
    }

    assert named == set(bodies(list_uuid))
    assert {"get", "put", "delete"}.isdisjoint(
        method for path in named for method, one in described[path].items() if "Idempotency-Key" in str(one)
    )


def test_the_same_request_is_done_once(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    for number, (path, body) in enumerate(bodies(list_uuid).items()):
        to = path.format(campaign_uuid=SEED_CAMPAIGN, list_uuid=list_uuid)
        first = client.post(to, json=body, headers=keyed(f"key {number}"))
        assert first.status_code in {200, 201}, (path, first.text)
        asked, stored = list(services.queue.plans), rows(services)

        again = client.post(to, json=body, headers=keyed(f"key {number}"))

        assert (again.status_code, again.json()) == (first.status_code, first.json()), path
        assert (again.headers["Idempotent-Replayed"], "Idempotent-Replayed" in first.headers) == ("true", False)
        assert again.headers["Content-Type"] == first.headers["Content-Type"]
        assert (rows(services), services.queue.plans) == (stored, asked), path


class LosesTheDatabase(JoinedStore):
    """Loses its database when the answer is there and not yet kept."""

    @override
    def finish(self, last: Callable[[RecordTransaction], None]) -> None:
        raise Unavailable("the database is away or too busy")


class Interrupted(FakeServices):
    """Services whose requests with a key get as far as their answer, and no further."""

    @override
    def joined(self, first: Callable[[RecordTransaction], None]) -> tuple[JoinedTransactions, FakeServices]:
        store = LosesTheDatabase(self.store, first=first)
        return store, replace(self, store=store)


def test_what_ends_before_its_answer_is_kept_is_not_done(
    client: TestClient, app: FastAPI, services: FakeServices, list_uuid: str
) -> None:
    before, lead = rows(services), {"list_uuid": list_uuid, "phone_number": "0981000001"}
    app.state.services = Interrupted(store=services.store, queue=services.queue)
    services.queue.plans.clear()

    interrupted = client.post("/v3/lead", json=lead, headers=keyed())

    assert (interrupted.status_code, rows(services), services.queue.plans) == (503, before, [])
    app.state.services = services
    assert client.post("/v3/lead", json=lead, headers=keyed()).status_code == 200
    assert services.queue.plans != []
    assert client.post("/v3/lead", json=lead, headers=keyed()).headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v3/list", LIST | {"list_name": "wednesday"}),
        ("/v3/list?_trace=1", LIST),
        ("/v3/template", {"template_name": "second", "voice_type": "tts", "content": "Hi"}),
        (f"/v3/campaign/{SEED_CAMPAIGN}/run/start", None),
    ],
)
def test_another_request_with_the_key_is_refused(
    client: TestClient, services: FakeServices, list_uuid: str, path: str, body: dict[str, Any] | None
) -> None:
    assert list_uuid
    assert client.post("/v3/list", json=LIST, headers=keyed()).status_code == 200
    before = rows(services)

    answer = client.post(path, json=body, headers=keyed())

    told = {"error": "Idempotency-Key was used for another request: take a new one"}
    assert (answer.status_code, answer.json(), rows(services)) == (422, told, before)


@pytest.mark.parametrize("form", ['"k"', " k ", ' "k"'])
def test_the_quotes_of_a_key_are_not_part_of_it(client: TestClient, campaign: str, form: str) -> None:
    assert campaign
    client.post("/v3/list", json=LIST, headers=keyed())

    again = client.post("/v3/list", json=dict(reversed(LIST.items())), headers=keyed(form))

    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_key_belongs_to_one_tenant(client: TestClient, services: FakeServices, campaign: str) -> None:
    assert campaign
    template = {"template_name": "mine", "voice_type": "tts", "content": "Hi"}
    other = a_tenant(services.store, name="other")
    theirs = create_token(services.store, tenant=other, now=services.clock.now(), chance=services.chance)
    ours = client.post("/v3/template", json=template, headers=keyed())

    answer = client.post("/v3/template", json=template, headers=keyed(Authorization=theirs))

    assert answer.status_code == 200
    assert answer.json()["template_uuid"] != ours.json()["template_uuid"]


def test_a_refusal_is_not_kept(client: TestClient, campaign: str) -> None:
    refused = client.post("/v3/list", json={"campaign_uuid": campaign, "list_name": ""}, headers=keyed())
    taken = client.post("/v3/list", json=LIST, headers=keyed())

    assert (refused.status_code, taken.status_code) == (400, 200)


def test_a_conflict_is_judged_anew(client: TestClient, campaign: str) -> None:
    first = make_list(client, campaign, name="tuesday")
    taken = client.post("/v3/list", json=LIST, headers=keyed())
    client.delete(f"/v3/list/{first}")

    assert taken.status_code == 409
    assert client.post("/v3/list", json=LIST, headers=keyed()).status_code == 200


def test_an_answer_is_given_again_although_it_could_not_be_given_now(
    client: TestClient, services: FakeServices, list_uuid: str
) -> None:
    lead = {"list_uuid": list_uuid, "phone_number": "0981000001"}
    first = client.post("/v3/lead", json=lead, headers=keyed())
    client.delete(f"/v3/list/{list_uuid}")
    services.wakeups.away = True

    assert client.post("/v3/lead", json=lead, headers=keyed()).json() == first.json()


def test_after_a_day_a_key_is_new(client: TestClient, services: FakeServices, campaign: str) -> None:
    assert campaign
    client.post("/v3/list", json=LIST, headers=keyed())
    services.clock.wait(86_399)
    assert client.post("/v3/list", json=LIST, headers=keyed()).status_code == 200
    services.clock.wait(1)

    assert client.post("/v3/list", json=LIST, headers=keyed()).status_code == 409


def test_the_sweep_drops_answers_of_a_day_ago(client: TestClient, services: FakeServices, campaign: str) -> None:
    assert campaign
    client.post("/v3/list", json=LIST, headers=keyed())
    services.clock.wait(86_400)
    client.post("/v3/list", json=LIST | {"list_name": "wednesday"}, headers=keyed("new"))

    drop_access(services.store, now=services.clock.now())

    assert len(rows(services)["request_answers"]) == 1


@pytest.mark.parametrize("key", ["x" * (LONGEST_KEY + 1), "\xff", "a\tb", '"' + "x" * (LONGEST_KEY + 1) + '"'])
def test_a_wrong_key_is_told(client: TestClient, services: FakeServices, campaign: str, key: str) -> None:
    assert campaign
    before = rows(services)

    answer = client.post("/v3/list", json=LIST, headers={b"Idempotency-Key": key.encode("latin-1")})

    assert (answer.status_code, rows(services)) == (400, before)
    assert answer.json() == {"error": "Idempotency-Key must have 1 to 255 visible ASCII characters"}


def test_two_keys_are_told(client: TestClient, campaign: str) -> None:
    assert campaign
    given = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert client.post("/v3/list", json=LIST, headers=given).status_code == 400


@pytest.mark.parametrize("key", ["x", "x" * LONGEST_KEY, "8e03978e-40d5-43dd-bc93-6894a57f9324", "a b", ""])
def test_a_right_key_is_taken(client: TestClient, campaign: str, key: str) -> None:
    assert campaign
    assert client.post("/v3/list", json=LIST, headers=keyed(key)).status_code == 200


def test_neither_key_nor_number_nor_code_can_be_read_in_what_is_kept(
    client: TestClient, services: FakeServices, campaign: str
) -> None:
    body = {"campaign_uuid": campaign, "phone_number": "0981000003", "template": "hello", "code_otp": "471174"}
    client.post("/v3/autocall/otp", json=body, headers=keyed("my own key"))

    (kept,) = rows(services)["request_answers"]
    assert not [one for one in ("my own key", "0981000003", "471174") if one in kept]


def test_a_role_that_may_not_is_given_no_answer(client: TestClient, services: FakeServices, campaign: str) -> None:
    assert campaign
    client.post("/v3/list", json=LIST, headers=keyed())
    owner = a_tenant(services.store, name="default")
    reader = create_token(
        services.store, tenant=owner, now=services.clock.now(), chance=services.chance, role=Role.READ_ONLY
    )

    assert client.post("/v3/list", json=LIST, headers=keyed(Authorization=reader)).status_code == 403
