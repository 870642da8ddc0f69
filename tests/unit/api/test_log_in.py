"""Log in as clients of the reference do, and what a token is worth afterwards."""

import logging

import pytest
from fastapi.testclient import TestClient
from pendulum import DateTime

from tests.builders import NOON
from tests.builders.api import a_tenant
from tests.fakes.services import TOKEN, FakeServices
from worker.domain.api_key import ACCESS_TOKEN_LIVES, MOST_ACCESS_TOKENS
from worker.domain.login_limit import FAILURES_WITHIN, MOST_FAILURES
from worker.domain.role import Role
from worker.ports.paging import Slice
from worker.ports.records.access import ApiKey
from worker.usecases.records.api_tokens import create_token, hash_of
from worker.usecases.records.drop_access import drop_access
from worker.usecases.records.keep_api_keys import list_keys, tenant_named

LIST = "/v3/campaign"


def a_key(services: FakeServices, *, tenant: str = "acme", role: Role = Role.ADMIN, lives: int | None = None) -> str:
    owner = a_tenant(services.store, name=tenant)
    end = None if lives is None else services.clock.now().add(seconds=lives)
    return create_token(
        services.store, tenant=owner, now=NOON, chance=services.chance, name="crm", role=role, expires_at=end
    )


def at(services: FakeServices, moment: DateTime) -> None:
    services.clock.wait((moment - services.clock.now()).total_seconds())


def status(client: TestClient, token: str) -> int:
    return client.get(LIST, headers={"Authorization": f"Bearer {token}"}).status_code


def exchanged(client: TestClient, key: str) -> str:
    return str(client.post("/v3/auth/token", json={"api_key": key}).json()["token"])


def key_row(services: FakeServices, *, tenant: str = "acme") -> ApiKey:
    return list_keys(services.store, tenant=tenant_named(services.store, tenant), part=Slice()).rows[0]


def test_a_key_is_exchanged_for_a_token_that_ends(anonymous: TestClient, services: FakeServices) -> None:
    key = a_key(services)

    answer = anonymous.post("/v3/auth/token", json={"api_key": key})

    told = answer.json()
    assert answer.status_code == 200
    assert set(told) == set("client_id domain_uuid expired_in refresh_token token token_type user_id user_uuid".split())
    assert (told["expired_in"], told["token_type"], told["refresh_token"]) == (86400, "Bearer", "")
    assert told["domain_uuid"] == str(tenant_named(services.store, "acme").id)
    assert status(anonymous, told["token"]) == 200
    at(services, NOON + ACCESS_TOKEN_LIVES)
    assert status(anonymous, told["token"]) == 401
    assert status(anonymous, key) == 200


def test_a_token_ends_with_its_key(anonymous: TestClient, services: FakeServices) -> None:
    token = exchanged(anonymous, a_key(services, lives=60))

    at(services, NOON.add(seconds=59))
    assert status(anonymous, token) == 200
    at(services, NOON.add(seconds=60))
    assert status(anonymous, token) == 401


def test_the_older_paths_answer_in_their_own_shapes(anonymous: TestClient, services: FakeServices) -> None:
    key = a_key(services, role=Role.OPERATOR)
    by_name = {"username": "CRM@acme", "password": key}

    old = anonymous.post("/v1/auth/token", json={"api_key": key}).json()["data"]
    short = anonymous.post("/v1/auth", json=by_name).json()["data"]
    long = anonymous.post("/v3/auth", json=by_name).json()["data"]

    assert old["expired"] == int((NOON + ACCESS_TOKEN_LIVES).timestamp())
    assert status(anonymous, old["token"]) == status(anonymous, long["token"]["token"]) == 200
    assert set(short) == set("user_uuid domain_uuid username api_key user_enabled level".split())
    assert (short["api_key"], short["level"], short["user_enabled"]) == (key, "manager", "true")
    assert long["permission"]["edit_campaign"] is True
    assert long["permission"]["create_ticket"] is False
    assert long["privilege"]["role_permission_map"] is None
    assert long["domain_config"]["domain_name"] == "acme"


@pytest.mark.parametrize(
    "body",
    [
        {"api_key": "wrong"},
        {"username": "crm@acme", "password": "wrong"},
        {"username": "other@acme", "password": "right"},
        {"username": "crm@other", "password": "right"},
        {"username": "crm", "password": "right"},
    ],
)
def test_a_wrong_log_in_is_refused_in_the_same_words(
    anonymous: TestClient, services: FakeServices, body: dict[str, str]
) -> None:
    key = a_key(services)
    path = "/v3/auth/token" if "api_key" in body else "/v3/auth"

    answer = anonymous.post(path, json={name: key if value == "right" else value for name, value in body.items()})

    assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized"})
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_access_token_is_no_key(anonymous: TestClient, services: FakeServices) -> None:
    token = exchanged(anonymous, a_key(services))

    assert anonymous.post("/v3/auth/token", json={"api_key": token}).status_code == 401


def test_a_long_body_is_not_read(anonymous: TestClient) -> None:
    assert anonymous.post("/v3/auth/token", json={"api_key": "x" * 17_000}).status_code == 413


def test_the_token_of_the_environment_can_be_exchanged_until_it_is_changed(
    anonymous: TestClient, services: FakeServices
) -> None:
    token = exchanged(anonymous, TOKEN)

    assert status(anonymous, token) == 200
    operators = anonymous.get("/v3/switch", headers={"Authorization": token})
    services.api_token = "another-one"
    assert operators.status_code == 403  # only the token itself is the installation's operator
    assert status(anonymous, token) == 401


def test_the_oldest_tokens_of_a_key_make_room(anonymous: TestClient, services: FakeServices) -> None:
    key = a_key(services)
    first = exchanged(anonymous, key)
    with services.store.transaction() as tx:
        found = tx.api_keys.caller(hash_of(key))
        assert found is not None
        for number in range(MOST_ACCESS_TOKENS):
            later = NOON.add(seconds=1 + number)
            tx.api_keys.issue(
                f"hash {number}",
                issuer=hash_of(key),
                tenant_id=found.tenant.id,
                expires_at=later.add(days=1),
                now=later,
            )

    assert status(anonymous, first) == 401


def test_a_revoked_key_takes_its_tokens_with_it(client: TestClient) -> None:
    made = client.post("/v3/token", json={"name": "crm", "role": "operator"}).json()
    token = exchanged(client, made["api_key"])
    assert status(client, token) == status(client, made["api_key"]) == 200

    answer = client.delete(f"/v3/token/{made['token_uuid']}")

    assert answer.status_code == 200
    assert (status(client, token), status(client, made["api_key"])) == (401, 401)
    assert client.delete(f"/v3/token/{made['token_uuid']}").status_code == 404


def test_keys_are_listed_without_their_secrets(client: TestClient) -> None:
    made = client.post("/v3/token", json={"name": "crm", "role": "read-only", "expires_at": "2027-01-01"}).json()
    assert made == {"error": [{"expires_at": "Does not match format 'date-time'"}]}
    made = client.post(
        "/v3/token", json={"name": "crm", "role": "read-only", "expires_at": "2001-01-01T00:00:00Z"}
    ).json()
    assert made == {"error": "expires_at is in the past"}
    made = client.post("/v3/token", json={"name": "crm", "role": "read-only", "expires_at": "2099-01-01T00:00:00Z"})

    listed = client.get("/v3/token").json()

    assert listed["total"] == 1
    assert made.json()["api_key"] not in str(listed)
    assert listed["data"][0] == {
        "token_uuid": made.json()["token_uuid"],
        "name": "crm",
        "role": "read-only",
        "created_at": "2026-11-23T12:00:00.000000+07:00",
        "expires_at": "2099-01-01T07:00:00.000000+07:00",
        "last_used_at": None,
        "last_used_from": "",
    }


def test_a_rotated_key_is_valid_beside_the_new_one(client: TestClient, services: FakeServices) -> None:
    old = client.post("/v3/token", json={"name": "crm", "role": "operator"}).json()

    new = client.post(f"/v3/token/{old['token_uuid']}/rotate", json={"hours": 2}).json()

    assert (new["name"], new["role"], new["expires_at"]) == ("crm", "operator", None)
    at(services, NOON.add(hours=1, minutes=59))
    assert (status(client, old["api_key"]), status(client, new["api_key"])) == (200, 200)
    at(services, NOON.add(hours=2))
    assert (status(client, old["api_key"]), status(client, new["api_key"])) == (401, 200)
    assert client.post(f"/v3/token/{old['token_uuid']}/rotate", json={"hours": 2}).status_code == 409


def test_another_tenants_key_is_not_found(client: TestClient, services: FakeServices) -> None:
    a_key(services, tenant="other")
    theirs = key_row(services, tenant="other").id

    assert client.delete(f"/v3/token/{theirs}").status_code == 404
    assert client.post(f"/v3/token/{theirs}/rotate", json={"hours": 1}).status_code == 404
    assert client.get("/v3/token").json()["total"] == 0


def test_the_last_use_is_written_once_in_ten_minutes(anonymous: TestClient, services: FakeServices) -> None:
    key = a_key(services)
    status(anonymous, key)
    assert key_row(services).last_used_at == NOON

    for minutes, noted in ((9, NOON), (10, NOON.add(minutes=10))):
        at(services, NOON.add(minutes=minutes))
        status(anonymous, key)
        assert key_row(services).last_used_at == noted


# --- failed log-ins ---------------------------------------------------------------------------------------------------


def test_an_address_that_fails_too_often_is_refused_for_a_while(
    anonymous: TestClient, services: FakeServices, caplog: pytest.LogCaptureFixture
) -> None:
    key = a_key(services)
    with caplog.at_level(logging.WARNING):
        failed = [status(anonymous, f"wrong {number}") for number in range(MOST_FAILURES)]
        answer = anonymous.get(LIST, headers={"Authorization": "wrong again"})

    assert failed == [401] * MOST_FAILURES
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert answer.json() == {"error": "too many failed log-ins: try again in 60 s"}
    assert status(anonymous, key) == 429  # a right guess is refused as well
    assert anonymous.post("/v3/auth/token", json={"api_key": key}).status_code == 429
    actions = [getattr(record, "action", "") for record in caplog.records]
    assert (actions.count("login_failed"), actions.count("login_shut")) == (MOST_FAILURES, 1)
    assert "wrong" not in str([vars(record) for record in caplog.records])
    at(services, NOON + FAILURES_WITHIN)
    assert status(anonymous, key) == 200


def test_a_client_that_was_let_in_before_is_not_shut_out_by_its_neighbour(
    anonymous: TestClient, services: FakeServices
) -> None:
    key = a_key(services)
    assert status(anonymous, key) == 200

    for number in range(MOST_FAILURES + 1):
        status(anonymous, f"wrong {number}")

    assert status(anonymous, key) == 200


def test_a_wrong_key_is_refused_wherever_it_comes_from(anonymous: TestClient, services: FakeServices) -> None:
    with services.store.transaction() as tx:
        for _ in range(MOST_FAILURES):
            tx.login_failures.note(["key:" + hash_of("stale")[:32]], now=NOON)

    answer = anonymous.post("/v3/auth/token", json={"api_key": "stale"})

    assert answer.status_code == 429


def test_another_process_counts_the_same_failures(anonymous: TestClient, services: FakeServices) -> None:
    key = a_key(services)
    with services.store.transaction() as tx:
        for _ in range(MOST_FAILURES):
            tx.login_failures.note(["address:unknown"], now=NOON)

    assert anonymous.post("/v3/auth/token", json={"api_key": key}).status_code == 429


def test_failures_are_counted_in_the_metrics_and_forgotten_otherwise(
    anonymous: TestClient, services: FakeServices
) -> None:
    for number in range(3):
        status(anonymous, f"wrong {number}")
    at(services, NOON + FAILURES_WITHIN)

    drop_access(services.store, now=services.clock.now())

    assert "callbeat_login_failures_total 3.0\n" in anonymous.get("/metrics").text
    with services.store.reading() as tx:
        assert tx.login_failures.of(["address:unknown"]) == {}


def test_expired_tokens_are_deleted_by_the_sweep(anonymous: TestClient, services: FakeServices) -> None:
    key = a_key(services, lives=60)
    exchanged(anonymous, key)

    drop_access(services.store, now=NOON.add(seconds=60))

    with services.store.reading() as tx:
        assert tx.api_keys.caller(hash_of(key)) is not None  # an expired key is still listed
    drop_access(services.store, now=NOON.add(days=31))
    with services.store.reading() as tx:
        assert tx.api_keys.caller(hash_of(key)) is None
