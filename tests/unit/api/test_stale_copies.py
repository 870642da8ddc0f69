"""A copy that is no longer the newest does not undo what others did, and the client is told."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders.api import SEED_CAMPAIGN
from tests.builders.documented_put import seed_body
from tests.fakes.services import FakeServices

PATH = f"/v3/campaign/{SEED_CAMPAIGN}"


@pytest.fixture(autouse=True)
def _stored(campaign: str, services: FakeServices) -> None:
    assert campaign == SEED_CAMPAIGN
    services.clock.wait(60)


def read(client: TestClient) -> dict[str, Any]:
    return dict(client.get(PATH).json())


def without_revision(copy: dict[str, Any]) -> dict[str, Any]:
    """Return what a client keeps that knows the keys of the reference only."""
    return {key: value for key, value in copy.items() if key != "revision"}


def start(client: TestClient) -> None:
    assert client.post(PATH + "/run/start").status_code == 200


def test_reads_and_changes_have_the_revision_as_their_tag(client: TestClient) -> None:
    tag = client.get(PATH).headers["ETag"]
    assert tag.startswith(f'"{read(client)["revision"]}.')
    changed = client.put(PATH, json={"description": "new"})
    assert changed.headers["ETag"] == f'"{read(client)["revision"]}"'
    assert client.get(PATH).headers["ETag"] != tag


@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', "{}", '"77", "{}"', "*"])
def test_a_change_of_the_newest_revision_is_taken(client: TestClient, form: str) -> None:
    headers = {"If-Match": form.format(read(client)["revision"])}
    assert client.put(PATH, json={"description": "new"}, headers=headers).status_code == 200


@pytest.mark.parametrize("form", ['"999"', 'W/"0"', "x", '"1', '"11"', ","])
def test_a_change_of_another_revision_is_refused_by_its_tag(client: TestClient, form: str) -> None:
    client.put(PATH, json={"description": "of others"})
    answer = client.put(PATH, json={"description": "new"}, headers={"If-Match": form})
    assert (answer.status_code, "its revision is 2" in answer.json()["error"]) == (412, True)
    assert read(client)["description"] == "of others"


@pytest.mark.parametrize("revision", [1, 3, 0, 1.0])
def test_a_change_of_another_revision_is_refused_by_its_body(client: TestClient, revision: float) -> None:
    client.put(PATH, json={"description": "of others"})
    answer = client.put(PATH, json={"description": "new", "revision": revision})
    assert (answer.status_code, "its revision is 2" in answer.json()["error"]) == (409, True)
    assert read(client)["description"] == "of others"


def test_a_whole_object_that_is_newest_is_taken(client: TestClient) -> None:
    assert client.put(PATH, json=read(client) | {"description": "new"}).status_code == 200


@pytest.mark.parametrize("stopped_by", ["run/stop", "run/pause"])
def test_a_stale_copy_does_not_undo_a_stop(client: TestClient, services: FakeServices, stopped_by: str) -> None:
    start(client)
    copy = without_revision(read(client))
    services.clock.wait(1)
    client.post(f"{PATH}/{stopped_by}")
    stopped = stopped_by.removeprefix("run/")

    answer = client.put(PATH, json=copy | {"description": "new"})

    assert answer.json() == {"campaign_uuid": SEED_CAMPAIGN, "kept": {"status": stopped}}
    assert (read(client)["status"], read(client)["description"]) == (stopped, "new")


def test_a_stale_copy_does_not_turn_the_master_switch_back(client: TestClient, services: FakeServices) -> None:
    copy = without_revision(read(client))
    services.clock.wait(1)
    client.patch(PATH + "/active", json={"active": False})

    assert client.put(PATH, json=copy).json()["kept"] == {"active": False}
    assert read(client)["active"] is False


def test_the_same_instant_is_no_excuse(client: TestClient) -> None:
    start(client)
    copy = without_revision(read(client))
    client.post(PATH + "/run/stop")

    assert client.put(PATH, json=copy).json()["kept"] == {"status": "stop"}


def test_a_stale_copy_with_its_revision_is_refused_whole(client: TestClient) -> None:
    start(client)
    copy = read(client)
    client.post(PATH + "/run/stop")

    assert client.put(PATH, json=copy).status_code == 409
    assert read(client)["status"] == "stop"


@pytest.mark.parametrize("digits", [0, 3, 6])
def test_a_newest_copy_may_start_and_stop_whatever_digits_its_client_keeps(client: TestClient, digits: int) -> None:
    for status in ("start", "stop", "start"):
        copy = without_revision(read(client))
        moment = copy["updated_at"]
        cut = moment[:19] + (f".{moment[20:26][:digits]}" if digits else "") + moment[26:]
        answer = client.put(PATH, json=copy | {"status": status, "updated_at": cut})
        assert (answer.json(), read(client)["status"]) == ({"campaign_uuid": SEED_CAMPAIGN}, status)


def test_a_change_of_other_settings_makes_no_status_old(client: TestClient, services: FakeServices) -> None:
    copy = without_revision(read(client))
    services.clock.wait(1)
    client.put(PATH, json={"description": "of others"})

    assert client.put(PATH, json=copy | {"status": "start"}).json() == {"campaign_uuid": SEED_CAMPAIGN}
    assert read(client)["status"] == "start"


@pytest.mark.parametrize("body", [{"status": "start"}, {"status": "start", "updated_at": "yesterday"}])
def test_a_command_is_no_copy(client: TestClient, body: dict[str, Any]) -> None:
    start(client)
    client.post(PATH + "/run/stop")

    assert client.put(PATH, json=body).json() == {"campaign_uuid": SEED_CAMPAIGN}
    assert read(client)["status"] == "start"


def test_an_object_of_another_server_says_what_is_wanted(client: TestClient) -> None:
    """The documented request has times of the server that it was recorded on."""
    for status in ("start", "stop", "start"):
        assert "kept" not in client.put(PATH, json=seed_body() | {"status": status}).json()
        assert read(client)["status"] == status


HOURS = {f"monday_{edge}_time": hour * 3_600_000_000_000 for edge, hour in (("start", 8), ("end", 10))}


@pytest.mark.parametrize(
    "body",
    [
        {"schedules": [{}]},
        {"schedules": [{"monday_start_time": 0, "monday_end_time": 0}, {}]},
        {"schedules": [HOURS], "local_start_time": "11:00:00", "local_end_time": "12:00:00"},
        {"local_start_time": "22:00:00", "local_end_time": "23:00:00"},
    ],
)
def test_windows_that_never_open_are_taken_and_told(client: TestClient, body: dict[str, Any]) -> None:
    assert client.put(PATH, json=body).json() == {"campaign_uuid": SEED_CAMPAIGN, "never_open": True}
    assert client.post(PATH + "/run/start").json()["never_open"] is True
    (why, *_) = client.get(PATH + "/why").json()["reasons"]
    assert why["code"] == "never_open"
    assert client.put(PATH, json={"schedules": [], "local_start_time": "", "local_end_time": ""}).json() == {
        "campaign_uuid": SEED_CAMPAIGN
    }


def test_a_new_campaign_that_never_opens_is_told(client: TestClient) -> None:
    body = {"campaign_name": "b", "type": "autocall", "schedules": [{}]}
    assert client.post("/v3/campaign", json=body).json()["never_open"] is True
