"""Agents over the wire: people are added, log in, pause and leave; their time is reported."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders.api import make_campaign
from tests.fakes.services import FakeServices


@pytest.fixture
def user(client: TestClient) -> str:
    """Add a user with an extension; return its id."""
    return str(post(client, "/v3/user", new_user())["user_uuid"])


@pytest.fixture
def dialler(client: TestClient) -> str:
    """Make a campaign for agents; return its id."""
    campaign = make_campaign(client)
    assert client.put(f"/v3/campaign/{campaign}", json={"type": "autodialer", "hopper": 20}).status_code == 200
    return campaign


def new_user(**changed: Any) -> dict[str, Any]:
    right = {"username": "anna", "password": "p", "confirm_password": "p", "first_name": "Anna", "extension": "101"}
    return right | {"is_create_extension": True} | changed


def post(client: TestClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_agent_logs_in_paused_resumes_and_leaves(client: TestClient, user: str, dialler: str) -> None:
    began = post(client, "/v3/agent/login", {"campaign_uuid": dialler, "extension": "101"})
    assert began["message"] == "success"
    assert {key: began["data"][key] for key in ("status", "agent_state", "user_uuid", "campaign_uuid", "username")} == {
        "status": "PAUSE", "agent_state": "paused", "user_uuid": user, "campaign_uuid": dialler, "username": "anna",
    }  # fmt: skip
    again = client.post("/v3/agent/login", json={"campaign_uuid": dialler, "extension": "101"})
    assert (again.status_code, again.json()) == (409, {"error": "user is already logged in"})

    assert post(client, "/v3/agent/resume", {"extension": "101"})["data"]["status"] == "RESUME"
    (live,) = client.get("/v3/agent/live").json()["data"]
    assert (live["agent_state"], live["leg_up"]) == ("ready", False)
    assert client.get("/v3/extension/101/loggedin").json() == {"extension": "101", "is_logged_in": True}
    paused = post(client, "/v3/agent/pause", {"user_uuid": user, "pause_code": "lunch"})["data"]
    assert (paused["status"], paused["pause_code"]) == ("PAUSE", "lunch")
    assert post(client, "/v3/agent/logout", {"extension": "101"})["data"]["agent_state"] == "gone"
    assert client.get("/v3/agent/live").json()["data"] == []


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("/v3/agent/login", {"campaign_uuid": "x", "extension": "101"}, 400, "campaign_uuid is invalid"),
        ("/v3/agent/login", {"campaign_uuid": "", "extension": "101"}, 400, "campaign_uuid is invalid"),
        ("/v3/agent/resume", {"extension": ""}, 400, "user_uuid or extension is missing"),
        ("/v3/agent/pause", {"extension": "101"}, 404, "user is not logged in"),
    ],
)
def test_refusals_are_worded_as_on_the_wire(
    client: TestClient, user: str, path: str, body: dict[str, Any], status: int, error: str
) -> None:
    answer = client.post(path, json=body)

    assert user
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_user_is_read_back_without_a_password(client: TestClient, user: str) -> None:
    found = client.get(f"/v3/user/{user}").json()

    assert (found["username"], found["extension"], found["user_enabled"]) == ("anna", "101", "true")
    assert not {"password", "confirm_password"} & found.keys()
    assert client.get("/v3/user").json()["data"] == [found]
    taken = client.post("/v3/user", json=new_user(extension=""))
    assert (taken.status_code, taken.json()["error"]) == (409, "username is exists")
    wrong = client.post("/v3/user", json=new_user(username="a/b", confirm_password="q"))
    assert wrong.status_code == 400


def test_a_name_that_breaks_the_wires_pattern_is_refused_in_its_words(client: TestClient) -> None:
    answer = client.post("/v3/user", json=new_user(username=""))

    assert answer.json()["error"][0] == {"username": "String length must be greater than or equal to 1"}


def test_a_group_serves_the_campaigns_that_it_is_assigned(client: TestClient, user: str, dialler: str) -> None:
    group = post(client, "/v3/group", {"group_name": "sales"})["group_uuid"]
    assert client.get(f"/v3/agent/{user}").json()["campaigns"][0]["campaign_uuid"] == dialler, "all serve it so far"

    changed = client.put(f"/v3/group/{group}", json={"campaign_assigns": [dialler]}).json()

    assert (changed["message"], changed["data"]["campaigns"]) == ("success", [dialler])
    assert client.get(f"/v3/agent/{user}").json()["campaigns"] == []
    client.put(f"/v3/group/{group}", json={"user_assigns": [user]})
    assert client.get(f"/v3/agent/{user}").json()["campaigns"][0]["campaign_uuid"] == dialler
    assert client.get(f"/v3/user/{user}").json()["groups"][0]["group_name"] == "sales"
    strange = client.put(f"/v3/group/{group}", json={"user_assigns": [dialler]})
    assert (strange.status_code, strange.json()["error"]) == (400, f"{dialler} is not found")
    assert client.delete(f"/v3/group/{group}").json()["content"] == "successfully"
    assert client.get(f"/v3/group/{group}").json() == {"error": "group not found"}


def test_extensions_assign_their_users_to_a_campaign(client: TestClient, user: str, dialler: str) -> None:
    path = f"/v3/campaign/{dialler}/assign_extension"

    told = client.put(path, json={"extensions": ["101"]}).json()

    assert told == {"campaign_uuid": dialler, "users": [{"extension": "101", "user_uuid": user}]}
    assert client.get(f"/v3/campaign/{dialler}").json()["users"] == [user]
    unknown = client.put(path, json={"extensions": ["999"]})
    assert (unknown.status_code, unknown.json()["error"]) == (400, "extension 999 has no user")


def test_an_extension_in_use_is_not_changed(client: TestClient, user: str, dialler: str) -> None:
    post(client, "/v3/agent/login", {"campaign_uuid": dialler, "extension": "101"})

    refused = client.delete("/v3/extension/101")

    assert (refused.status_code, refused.json()["error"]) == (409, "an agent is logged in at the extension")
    changed = client.put("/v3/extension/101", json={"enabled": False, "password": "deFauLt"}).json()
    assert (changed["message"], changed["enabled"]) == ("success", False)
    assert client.get("/v3/agent/extension").json()["data"][0]["username"] == "anna"
    assert user


def test_time_is_reported_by_what_the_agent_did(
    client: TestClient, services: FakeServices, user: str, dialler: str
) -> None:
    post(client, "/v3/agent/login", {"campaign_uuid": dialler, "extension": "101"})
    services.clock.wait(60)
    post(client, "/v3/agent/resume", {"extension": "101"})
    services.clock.wait(30)

    (row,) = client.get("/v2/report/agent/time").json()["data"]

    assert (row["user_uuid"], row["total_pause_sec"], row["total_wait_sec"]) == (user, 60, 30)
