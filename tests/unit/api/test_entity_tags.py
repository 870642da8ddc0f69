"""What was read has a tag; a request that names an older one changes nothing and is told."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER, SEED_TEMPLATE, make_leads
from tests.builders.audio import a_file
from tests.builders.stored_calls import store_call, store_delivery
from tests.fakes.services import FakeServices

LIST = "8d3f1c7e-2222-4333-8444-555566667777"
KINDS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "campaign": (f"/v3/campaign/{SEED_CAMPAIGN}", {"description": "new"}),
    "carrier": (f"/v3/carrier/{SEED_CARRIER}", {"carrier_name": "main", "description": "new"}),
    "template": (f"/v3/template/{SEED_TEMPLATE}", {"template_name": "hello", "description": "new"}),
    "list": (f"/v3/list/{LIST}", {"list_name": "monday", "description": "new"}),
}
"""Where each kind of object is read, and a right change of it."""
of_each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def _stored(client: TestClient, campaign: str) -> None:
    body = {"campaign_uuid": campaign, "list_name": "monday", "list_uuid": LIST}
    assert client.post("/v3/list", json=body).status_code == 200


def read(client: TestClient, kind: str) -> dict[str, Any]:
    return dict(client.get(KINDS[kind][0]).json())


def tag(client: TestClient, kind: str) -> str:
    """Return the tag's revision, which a change states too."""
    return revision_in(client.get(KINDS[kind][0]).headers["ETag"])


def revision_in(tag: str) -> str:
    return '"' + tag.strip('"').partition(".")[0] + '"'


def changed_by_others(client: TestClient, kind: str) -> None:
    path, change = KINDS[kind]
    assert client.put(path, json=change | {"description": "of others"}).status_code == 200


@of_each_kind
def test_reads_and_changes_have_the_revision_as_their_tag(client: TestClient, kind: str) -> None:
    path, change = KINDS[kind]
    before = tag(client, kind)

    changed = client.put(path, json=change)

    assert before != changed.headers["ETag"] == tag(client, kind) == f'"{read(client, kind)["revision"]}"'


@of_each_kind
def test_reading_twice_gives_the_same_tag(client: TestClient, services: FakeServices, kind: str) -> None:
    before = tag(client, kind)
    services.clock.wait(60)

    assert tag(client, kind) == before


@of_each_kind
@pytest.mark.parametrize("form", ["{}", "W/{}", '"77", {}', "*"])
def test_a_change_of_the_newest_revision_is_taken(client: TestClient, kind: str, form: str) -> None:
    path, change = KINDS[kind]
    changed_by_others(client, kind)

    answer = client.put(path, json=change, headers={"If-Match": form.format(tag(client, kind))})

    assert (answer.status_code, read(client, kind)["description"]) == (200, "new")


@of_each_kind
@pytest.mark.parametrize("form", [None, '"999"', "x", '"'])
def test_a_change_of_another_revision_is_refused_by_its_tag(client: TestClient, kind: str, form: str | None) -> None:
    path, change = KINDS[kind]
    stale = tag(client, kind) if form is None else form
    changed_by_others(client, kind)

    answer = client.put(path, json=change, headers={"If-Match": stale})

    told = f"the {kind} was changed by others: its revision is {read(client, kind)['revision']}"
    assert (answer.status_code, answer.json()) == (412, {"error": told})
    assert read(client, kind)["description"] == "of others"


@of_each_kind
def test_a_whole_object_that_is_newest_is_taken_and_an_older_one_refused(client: TestClient, kind: str) -> None:
    path, _ = KINDS[kind]
    copy = read(client, kind)

    first = client.put(path, json=copy | {"description": "first"})
    second = client.put(path, json=copy | {"description": "second"})

    assert (first.status_code, second.status_code) == (200, 409)
    assert "ignored" not in first.json()
    assert read(client, kind)["description"] == "first"


@of_each_kind
def test_a_change_that_names_no_copy_is_taken(client: TestClient, kind: str) -> None:
    path, change = KINDS[kind]
    changed_by_others(client, kind)

    assert client.put(path, json=change).status_code == 200


@of_each_kind
def test_a_deletion_of_another_revision_is_refused(client: TestClient, kind: str) -> None:
    path, _ = KINDS[kind]
    client.patch(KINDS["campaign"][0] + "/active", json={"active": False})
    if kind == "carrier":
        client.put(KINDS["campaign"][0], json={"carrier_uuid": ""})
    stale = tag(client, kind)
    changed_by_others(client, kind)

    refused = client.delete(path, headers={"If-Match": stale})
    newest = client.delete(path, headers={"If-Match": tag(client, kind)})

    assert (refused.status_code, newest.status_code) == (412, 200)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", KINDS["campaign"][0] + "/active", {"active": False}),
        ("POST", KINDS["campaign"][0] + "/run/start", None),
        ("POST", KINDS["campaign"][0] + "/run/pause", None),
        ("POST", KINDS["campaign"][0] + "/run/stop", None),
        ("POST", f"/v1/campaign/{SEED_CAMPAIGN}/run/stop", None),
        ("PATCH", KINDS["list"][0] + "/active", {"active": False}),
    ],
)
def test_a_switch_of_another_revision_is_refused(
    client: TestClient, method: str, path: str, body: dict[str, Any] | None
) -> None:
    kind = "list" if "/list/" in path else "campaign"
    stale = tag(client, kind)
    changed_by_others(client, kind)
    before = read(client, kind)

    refused = client.request(method, path, json=body, headers={"If-Match": stale})
    assert (refused.status_code, read(client, kind)) == (412, before)

    taken = client.request(method, path, json=body, headers={"If-Match": tag(client, kind)})
    assert (taken.status_code, taken.headers["ETag"]) == (200, tag(client, kind))


def test_a_switch_without_a_tag_gives_a_new_one(client: TestClient) -> None:
    before = tag(client, "list")

    client.patch(KINDS["list"][0] + "/active", json={"active": False})

    assert tag(client, "list") != before


def test_a_lead_that_was_changed_meanwhile_is_not_changed_by_its_tag(client: TestClient) -> None:
    (lead,) = make_leads(client, LIST, "0981000001")
    path, stale = f"/v3/lead/{lead}", client.get(f"/v3/lead/{lead}").headers["ETag"]
    newest = client.put(path, json={"phone_number": "0981000002"}, headers={"If-Match": stale})

    refused = client.put(path, json={"phone_number": "0981000003"}, headers={"If-Match": stale})

    assert (newest.status_code, refused.status_code) == (200, 412)
    assert client.get(path).json()["phone_number"] == "0981000002"


def test_what_is_not_there_is_not_found_whatever_tag_is_named(client: TestClient) -> None:
    path = "/v3/template/00000000-0000-4000-8000-000000000000"
    answer = client.put(path, json={"template_name": "a"}, headers={"If-Match": "*"})
    assert answer.status_code == 404


def test_a_new_object_says_its_tag(client: TestClient) -> None:
    made = client.post("/v3/template", json={"template_name": "b", "voice_type": "tts", "content": "b"})
    found = client.get(f"/v3/template/{made.json()['template_uuid']}")
    assert made.headers["ETag"] == revision_in(found.headers["ETag"])


def test_a_copy_of_an_object_makes_a_new_one_whatever_its_revision(client: TestClient) -> None:
    copy = read(client, "template") | {"template_name": "a copy", "template_uuid": ""}
    assert client.post("/v3/template", json=copy).json().keys() == {"created", "template_uuid"}


def test_every_read_of_one_object_has_a_tag(client: TestClient, services: FakeServices) -> None:
    (lead,) = make_leads(client, LIST, "0981000001")
    call_id = store_call(services.store, phone="0981000001")
    client.post("/v1/blacklist", json={"blacklist": [{"phone_number": "0341111111"}]})
    client.post("/v3/operator/gateway", json={"gateway_uuid": "gw1"})
    new_user = {"username": "an", "password": "p", "confirm_password": "p"}
    user = client.post("/v3/user", json=new_user).json()
    group = client.post("/v3/group", json={"group_name": "callers"}).json()
    new_extension = {"extension": "1001", "user_uuid": user["user_uuid"]}
    extension = client.post("/v3/extension", json=new_extension).json()
    sound = {"audio_name": "a", "file": base64.b64encode(a_file()).decode()}
    known = {
        "audio_uuid": client.post("/v3/audio", json=sound).json()["id"],
        "campaign_uuid": SEED_CAMPAIGN,
        "carrier_uuid": SEED_CARRIER,
        "template_uuid": SEED_TEMPLATE,
        "list_uuid": LIST,
        "lead_uuid": lead,
        "customer_id": lead,
        "reference": str(call_id),
        "callback_id": str(store_delivery(services.store, call_id=call_id, at=NOON).id),
        "id_or_phone": "0341111111",
        "phone_number": "0981000001",
        "gateway_uuid": "gw1",
        "ref_id": "none",
        "import_uuid": client.post("/v1/blacklist/file", files={"file": b"0342222222"}).json()["import_uuid"],
        "recording": "none.wav",
        "tenant": "default",
        "user_uuid": user["user_uuid"],
        "group_uuid": group["group_uuid"],
        "extension_uuid": extension["extension_uuid"],
    }
    paths = [path for path, methods in client.get("/openapi.json").json()["paths"].items() if "get" in methods]

    answers = {path: client.get(path.format(**known)) for path in paths if "{" in path}

    found = {path: answer for path, answer in answers.items() if answer.status_code == 200}
    assert answers.keys() - found.keys() <= {"/v3/autocall/log/{ref_id}/ref_id", "/v3/recording/{recording}"}
    assert {path for path, answer in found.items() if not answer.headers.get("ETag", "").startswith('"')} == set()


def test_a_generated_client_that_names_one_key_sends_no_others(client: TestClient) -> None:
    """Without defaults in the schema a generated client sends what was set, and nothing else."""
    described = client.get("/openapi.json").json()
    changes = [methods["put"] for methods in described["paths"].values() if "put" in methods]
    bodies = [one["requestBody"]["content"]["application/json"]["schema"]["$ref"] for one in changes]
    schemas = {name: described["components"]["schemas"][name] for name in (body.rsplit("/", 1)[1] for body in bodies)}

    found = {
        name: [key for key, told in one["properties"].items() if "default" in told] for name, one in schemas.items()
    }

    assert "ChangedCampaignBody" in found
    assert {name: keys for name, keys in found.items() if keys} == {}
