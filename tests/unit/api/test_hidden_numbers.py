"""Numbers of a campaign with ``enable_encrypt``: whole for admins, masked for everybody else."""

import json
from collections.abc import Callable, Mapping
from random import random
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, update

from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, SEED_TEMPLATE
from tests.builders.stored_calls import store_call, store_delivery
from tests.fakes.services import SECRET_KEY, FakeServices
from worker.domain.campaign_settings import HIDES_NUMBERS
from worker.domain.role import Role
from worker.store.base.callback_tables import deliveries
from worker.store.base.keyring import Keyring, key_id
from worker.store.base.sealing import keep_keyring
from worker.store.base.secret_tables import secret_keys
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.rotate_secret_key import rotate_secret_key
from worker.usecases.records.seal_numbers import NO_KEY

PHONE, SHOWN = "0981000001", "098*****01"
FORMS = ("0981000001", "84981000001", "+84 981 000 001", "0981.000.001")
PATH = f"/v3/campaign/{SEED_CAMPAIGN}"
BELOW_ADMIN = (Role.OPERATOR, Role.READ_ONLY)

As = Callable[[Role], Mapping[str, str]]


@pytest.fixture(autouse=True)
def _has_key(services: FakeServices) -> None:
    rotate_secret_key(services.store, keys=[key_id(SECRET_KEY)], now=NOON)


@pytest.fixture
def as_role(services: FakeServices) -> As:
    """Return a function that gives the headers of a key with a role."""

    def headers(role: Role) -> Mapping[str, str]:
        with services.store.reading() as tx:
            tenant = tx.tenants.named("default")
        assert tenant is not None
        name = str(uuid4())
        token = create_token(services.store, tenant=tenant, now=NOON, chance=random, name=name, role=role)
        return {"Authorization": f"Bearer {token}"}

    return headers


@pytest.fixture
def paths(client: TestClient, services: FakeServices, list_uuid: str) -> list[str]:
    """Store a lead with its number everywhere, a call and a callback; return where each can be read."""
    client.put(PATH, json={HIDES_NUMBERS: True})
    lead = {"phone_number": PHONE, "comment": "rang 0981.000.001", "tel": "+84 981 000 001", "other": "0341111111"}
    made = client.post("/v3/lead", json={"list_uuid": list_uuid, **lead})
    assert made.status_code == 200, made.text
    call = store_call(services.store, phone=PHONE, ref_id=PHONE)
    sent = store_delivery(services.store, call_id=call, at=NOON)
    body = json.dumps({"to_number": PHONE, "from_number": "02873003586", "additional": {"tel": "84981000001"}})
    with services.store.transaction() as tx:
        tx.connection.execute(update(deliveries).where(deliveries.c.id == sent.id).values(body=body))
    return [
        f"/v3/lead/{made.json()['lead_uuid']}",
        "/v3/lead",
        f"/v3/lead?phone_number={PHONE}",
        f"/v2/customer/{made.json()['lead_uuid']}",
        "/v2/customer",
        f"/v3/cdr/{call}",
        "/v3/cdr",
        f"/v3/cdr?phone={PHONE}",
        f"/v1/cdr/{call}",
        "/v1/cdr",
        "/v1/cdr?page=1",
        f"/v3/callback/{sent.id}",
        f"/v3/lead/{made.json()['lead_uuid']}/why",
        f"{PATH}/monitor",
        f"{PATH}/why",
        "/v3/report/call/lead",
    ]


def without_sip(text: str) -> str:
    """Return the answer without a SIP call id, which the builder makes of the number."""
    return text.replace(f"sip-{PHONE}", "")


@pytest.mark.parametrize("role", BELOW_ADMIN)
def test_numbers_are_masked_below_admin(client: TestClient, paths: list[str], as_role: As, role: Role) -> None:
    headers = as_role(role)
    for path in paths:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, (path, answer.text)
        assert not [form for form in FORMS if form in without_sip(answer.text)], (path, answer.text)
        assert SHOWN in answer.text or path.endswith(("why", "monitor")), path


def test_admins_see_whole_numbers(client: TestClient, paths: list[str], as_role: As) -> None:
    for path in paths:
        if not path.endswith(("why", "monitor")):
            assert PHONE in without_sip(client.get(path, headers=as_role(Role.ADMIN)).text), path


def test_what_is_not_the_number_stays(client: TestClient, paths: list[str], as_role: As) -> None:
    lead = client.get(paths[0], headers=as_role(Role.READ_ONLY)).json()
    assert json.loads(lead["additional"]) == {"tel": f"+84 {SHOWN}", "other": "0341111111"}
    assert lead["comment"] == f"rang {SHOWN}"
    body = json.loads(client.get(paths[11], headers=as_role(Role.OPERATOR)).json()["body"])
    assert body == {"to_number": SHOWN, "from_number": "02873003586", "additional": {"tel": SHOWN}}


def test_a_campaign_that_hides_nothing_is_shown_whole(client: TestClient, paths: list[str], as_role: As) -> None:
    client.put(PATH, json={HIDES_NUMBERS: False})
    assert client.get(paths[0], headers=as_role(Role.READ_ONLY)).json()["phone_number"] == PHONE


def test_a_preview_reads_zeros_for_hidden_digits(client: TestClient, paths: list[str], as_role: As) -> None:
    client.put(f"/v3/template/{SEED_TEMPLATE}", json={"template_name": "hello", "content": "Số {{phone_number}}."})
    body = {"template_uuid": SEED_TEMPLATE, "lead_uuid": paths[0].rsplit("/", 1)[1]}
    shown = client.post("/v3/template/preview", json=body, headers=as_role(Role.READ_ONLY))
    whole = client.post("/v3/template/preview", json=body, headers=as_role(Role.ADMIN))
    assert (shown.status_code, whole.status_code) == (200, 200), shown.text
    assert [one.json()["steps"][0]["heard"].split()[4] for one in (whole, shown)] == ["một", "không"]


@pytest.mark.parametrize(
    "change",
    [
        {HIDES_NUMBERS: False},
        {"callback_url": "https://else.example/"},
        {"answer_callback_url": "https://else.example/"},
    ],
)
@pytest.mark.usefixtures("paths")
@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_nobody_below_admin_can_make_numbers_seen(
    client: TestClient, as_role: As, change: Mapping[str, object], query: str
) -> None:
    before = client.get(PATH).json()
    refused = client.put(PATH + query, json=dict(change), headers=as_role(Role.OPERATOR))
    assert (refused.status_code, client.get(PATH).json()) == (403, before)
    assert client.put(PATH + query, json=dict(change), headers=as_role(Role.ADMIN)).status_code == 200


@pytest.mark.usefixtures("paths")
def test_an_operator_changes_everything_else(client: TestClient, as_role: As) -> None:
    copy = client.get(PATH).json()
    answer = client.put(PATH, json=copy | {"description": "new"}, headers=as_role(Role.OPERATOR))
    assert (answer.status_code, client.get(PATH).json()["description"]) == (200, "new")


@pytest.mark.usefixtures("list_uuid")
def test_an_operator_may_hide_numbers(client: TestClient, as_role: As) -> None:
    assert client.put(PATH, json={HIDES_NUMBERS: True}, headers=as_role(Role.OPERATOR)).status_code == 200
    assert client.get(PATH).json()[HIDES_NUMBERS] is True


def test_without_a_key_it_is_refused_with_what_to_do(client: TestClient, campaign: str, services: FakeServices) -> None:
    with services.store.transaction() as tx:
        tx.connection.execute(delete(secret_keys))
    refused = client.put(f"/v3/campaign/{campaign}", json={HIDES_NUMBERS: True})
    assert (refused.status_code, refused.json()) == (400, {"error": NO_KEY})
    assert client.get(f"/v3/campaign/{campaign}").json()[HIDES_NUMBERS] is False


def test_a_process_without_the_key_says_so_and_that_it_may_be_asked_later(
    client: TestClient, paths: list[str], services: FakeServices
) -> None:
    with services.store.reading() as tx:
        keep_keyring(tx.connection.engine, Keyring())
    for path in (paths[0], "/v3/lead", "/v2/customer", f"{paths[0]}/why"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "1"), path
        assert "CALLBEAT_SECRET_KEY" in answer.json()["error"], path
