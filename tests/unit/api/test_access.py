"""Tenant, role and state of the token, over every endpoint that the API describes."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.access import ACCESS, Access, Credential, needed_for
from api.app import set_limits
from api.auditing import UNAUDITED
from tests.builders import NOON
from tests.builders.api import SEED_CARRIER, SEED_TEMPLATE, a_tenant, make_campaign, make_list
from tests.builders.audio import a_file
from tests.builders.stored_calls import store_call, store_delivery
from tests.fakes.services import FakeServices
from worker.domain.role import Role, includes
from worker.store.base.tables import metadata
from worker.usecases.records.api_tokens import create_token

COUNTED = ("login_failures", "tokens")
"""Tables in which refused requests are counted, and the last use of keys is written."""
BODIES: Mapping[str, Mapping[str, Any]] = {
    "PUT /v3/campaign/{campaign_uuid}": {"concurrent_call": 3},
    "PATCH /v3/campaign/{campaign_uuid}/active": {"active": False},
    "PATCH /v3/list/{list_uuid}/active": {"active": False},
    "PUT /v3/lead/{lead_uuid}": {"phone_number": "0981000002"},
    "PUT /v3/list/{list_uuid}": {"list_name": "theirs"},
    "POST /v3/list/{list_uuid}/refresh": {"refresh": "all"},
    "PUT /v3/carrier/{carrier_uuid}": {"carrier_name": "theirs", "concurrent_call": 1},
    "PUT /v3/template/{template_uuid}": {"template_name": "theirs"},
    "POST /v3/token/{token_uuid}/rotate": {"hours": 1},
    "POST /v3/list": {"campaign_uuid": "{campaign_uuid}", "list_name": "theirs"},
    "POST /v3/lead": {"list_uuid": "{list_uuid}", "phone_number": "0981000001"},
    "POST /v3/lead/multi": {"list_uuid": "{list_uuid}", "data": [{"phone_number": "0981000003"}]},
    "POST /v3/autocall/import": {"campaign_uuid": "{campaign_uuid}", "phone_number": "0981000001", "param": {"a": 1}},
    "POST /v2/customer": {"campaign_id": "{campaign_uuid}", "phone_number": "0981000009"},
    "POST /v1/autodial/campaign": {"campaign_uuid": "{campaign_uuid}", "customers": [{"phone_number": "0981000008"}]},
    "PUT /v3/campaign/{campaign_uuid}/assign_extension": {"extensions": []},
    "PUT /v3/group/{group_uuid}": {"group_description": "theirs"},
    "PUT /v3/extension/{extension_uuid}": {"enabled": False},
    "POST /v3/agent/login": {"campaign_uuid": "{campaign_uuid}", "extension": "101"},
    "POST /v3/template/preview": {"template_uuid": "{template_uuid}"},
}
"""Right bodies where a tenant could name what another one owns."""
FORMS: Mapping[str, Mapping[str, str]] = {
    "POST /v3/lead/file": {"list_uuid": "{list_uuid}"},
    "POST /v1/blacklist/file": {},
}
"""The same of endpoints that take a file."""
NOT_OF_A_TENANT = {"phone_number", "gateway_uuid", "tenant"}
"""Names in paths that belong to no tenant."""


class Endpoint(NamedTuple):
    """A method, and a path with its names in braces."""

    method: str
    path: str

    @property
    def needed(self) -> Access:
        return needed_for(self.method, self.path)


@pytest.fixture
def known(client: TestClient, services: FakeServices) -> dict[str, str]:
    """Make one of each thing of the tenant default; give what paths and bodies name them by."""
    campaign = make_campaign(client)
    list_uuid = make_list(client, campaign)
    lead = client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000000"}).json()
    call_id = store_call(services.store, phone="0981000000")
    client.post("/v1/blacklist", json={"blacklist": [{"phone_number": "0341111111", "description": ""}]})
    hook = {"callback_url": "https://crm.example/x", "event": "hangup"}
    subscription = client.post("/v1/event", json=hook).json()["id"]
    daily = {"campaign_uuid": campaign, "address": "an@example.com"}
    user = {"username": "anna", "password": "p", "confirm_password": "p"}
    sound = {"audio_name": "mine", "file": base64.b64encode(a_file()).decode()}
    return {
        "audio_uuid": client.post("/v3/audio", json=sound).json()["id"],
        "user_uuid": client.post("/v3/user", json=user).json()["user_uuid"],
        "group_uuid": client.post("/v3/group", json={"group_name": "sales"}).json()["group_uuid"],
        "extension_uuid": client.post("/v3/extension", json={"extension": "101"}).json()["extension_uuid"],
        "campaign_uuid": campaign,
        "carrier_uuid": SEED_CARRIER,
        "template_uuid": SEED_TEMPLATE,
        "list_uuid": list_uuid,
        "lead_uuid": lead["lead_uuid"],
        "customer_id": lead["lead_uuid"],
        "callback_id": str(store_delivery(services.store, call_id=call_id, at=NOON).id),
        "subscription_id": subscription,
        "report_subscription_id": client.post("/v3/report/subscription", json=daily).json()["id"],
        "import_uuid": client.post("/v1/blacklist/file", files={"file": b"0342222222"}).json()["import_uuid"],
        "token_uuid": client.post("/v3/token", json={"name": "mine", "role": "admin"}).json()["token_uuid"],
        "reference": str(call_id),
        "recording": f"{call_id}-{'0' * 32}.wav",
        "ref_id": "order-7",
        "id_or_phone": "0341111111",
        "phone_number": "0981000000",
        "gateway_uuid": "gw1",
        "tenant": "default",
    }


def endpoints(client: TestClient) -> list[Endpoint]:
    paths = client.get("/openapi.json").json()["paths"]
    return [Endpoint(method.upper(), path) for path, methods in paths.items() for method in methods]


def with_token(client: TestClient) -> list[Endpoint]:
    return [one for one in endpoints(client) if isinstance(one.needed, Role) or one.needed is Credential.INSTALLATION]


def key_of(services: FakeServices, *, tenant: str, role: Role = Role.ADMIN, expired: bool = False) -> str:
    owner = a_tenant(services.store, name=tenant)
    end = NOON if expired else None
    return create_token(
        services.store, tenant=owner, now=NOON, chance=services.chance, name=role, role=role, expires_at=end
    )


def ask(client: TestClient, one: Endpoint, known: Mapping[str, str], *, token: str) -> tuple[int, Any]:
    set_limits(client.app, kept_seconds=0)  # type: ignore[arg-type]  # it is ours; nothing is remembered of failures
    name = f"{one.method} {one.path}"
    body = BODIES.get(name, FORMS.get(name, {}))
    filled = {name: value.format(**known) if isinstance(value, str) else value for name, value in body.items()}
    sent: dict[str, Any] = {"data": filled, "files": {"file": b"0981000004"}} if name in FORMS else {"json": filled}
    answer = client.request(one.method, one.path.format(**known), headers={"Authorization": f"Bearer {token}"}, **sent)
    is_json = answer.headers["content-type"] == "application/json"
    return answer.status_code, answer.json() if is_json else answer.text


def state_of(services: FakeServices) -> dict[str, list[str]]:
    with services.store.reading() as tx:
        return {
            name: sorted(str(row) for row in tx.connection.execute(select(table)))
            for name, table in metadata.tables.items()
            if name not in COUNTED
        }


def names_of(path: str) -> Iterator[str]:
    yield from (part.partition("}")[0] for part in path.split("{")[1:])


def test_every_endpoint_has_its_line(anonymous: TestClient) -> None:
    assert {f"{one.method} {one.path}" for one in endpoints(anonymous)} == set(ACCESS)


def test_a_new_endpoint_without_a_line_cannot_be_added() -> None:
    with pytest.raises(LookupError, match=r"GET /v3/new has no line in api/access\.py"):
        needed_for("GET", "/v3/new")


@pytest.mark.parametrize("token", ["", "garbage", "expired", "revoked", "expired access token", "of a revoked key"])
def test_without_a_valid_token_everything_is_refused(
    client: TestClient, services: FakeServices, known: dict[str, str], token: str
) -> None:
    given = given_token(client, services, token)
    before = state_of(services)

    answers = {f"{one.method} {one.path}": ask(client, one, known, token=given) for one in with_token(client)}

    assert {name: told for name, told in answers.items() if told != (401, {"error": "Unauthorized"})} == {}
    assert state_of(services) == before


def given_token(client: TestClient, services: FakeServices, state: str) -> str:
    """Return a token in this state."""
    if state in {"", "garbage"}:
        return state
    key = key_of(services, tenant="default", expired=state == "expired")
    if state == "expired":
        return key
    given = key
    if "access" in state or "of a" in state:
        given = client.post("/v3/auth/token", json={"api_key": key}).json()["token"]
    if "revoked" in state:
        (mine,) = [row for row in client.get("/v3/token").json()["data"] if row["name"] == "admin"]
        client.delete(f"/v3/token/{mine['token_uuid']}")
    else:
        services.clock.wait(86_400)
    return str(given)


@pytest.mark.parametrize("role", Role)
def test_a_role_is_refused_what_is_above_it(
    client: TestClient, services: FakeServices, known: dict[str, str], role: Role
) -> None:
    key = key_of(services, tenant="default", role=role)
    above = [one for one in with_token(client) if not (isinstance(one.needed, Role) and includes(role, one.needed))]
    before = state_of(services)

    answers = {f"{one.method} {one.path}": ask(client, one, known, token=key)[0] for one in above}

    assert len(above) > 5
    assert {name: told for name, told in answers.items() if told != 403} == {}
    assert state_of(services) == before


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_is_not_above_it(
    client: TestClient, services: FakeServices, known: dict[str, str], role: Role
) -> None:
    key = key_of(services, tenant="default", role=role)
    allowed = [one for one in with_token(client) if isinstance(one.needed, Role) and includes(role, one.needed)]

    answers = {
        f"{one.method} {one.path}": ask(client, one, known, token=key)[0]
        for one in sorted(allowed, key=lambda one: one.method == "DELETE")  # what is deleted is asked for no more
    }

    assert {name: told for name, told in answers.items() if told in {401, 403} or told >= 500} == {}
    entered = {
        row["action"] for row in client.get("/v3/audit", params={"actor": role.value, "limit": 1000}).json()["data"]
    }
    changed = {name for name, told in answers.items() if told in {200, 201} and not name.startswith("GET")}
    assert entered == changed - UNAUDITED - {"POST /v3/template/preview", "POST /v3/callback/replay"}


def test_another_tenants_ids_are_not_found_and_nothing_changes(
    client: TestClient, services: FakeServices, known: dict[str, str]
) -> None:
    theirs = key_of(services, tenant="other")
    before = state_of(services)
    naming = [
        one for one in with_token(client) if isinstance(one.needed, Role) and set(names_of(one.path)) - NOT_OF_A_TENANT
    ]
    by_body = [
        one
        for one in with_token(client)
        if f"{one.method} {one.path}" in {*BODIES, *FORMS} - {"POST /v1/blacklist/file"} and one not in naming
    ]

    answers = {f"{one.method} {one.path}": ask(client, one, known, token=theirs) for one in naming}
    by_bodies = {f"{one.method} {one.path}": ask(client, one, known, token=theirs) for one in by_body}

    assert len(naming) > 20
    assert {name: told for name, told in answers.items() if told[0] != 404} == {}
    assert {name: told for name, told in by_bodies.items() if told[0] not in {400, 404}} == {}
    assert state_of(services) == before


def test_another_tenants_lists_are_empty(client: TestClient, services: FakeServices, known: dict[str, str]) -> None:
    theirs = key_of(services, tenant="other")
    lists = [
        one
        for one in with_token(client)
        if one.method == "GET" and one.needed is Role.READ_ONLY and "{" not in one.path
        if not one.path.endswith("/export")  # files, which tests of their own read
    ]

    answers = {one.path: ask(client, one, known, token=theirs)[1] for one in lists}

    shared = (
        "/v3/gateway",
        "/v3/network/prefix",
        "/v3/tenant",
        "/v3/tenant/retention",
    )  # the operator's own, or the same for everybody
    own = {path: told for path, told in answers.items() if path not in shared}
    assert {path: told for path, told in own.items() if told.get("data", told.get("total"))} == {}
