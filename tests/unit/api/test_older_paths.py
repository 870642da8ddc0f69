"""What clients of the older paths read and write, in the shapes that they know."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.legacy_calls import SCROLLED
from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, SEED_TEMPLATE, make_leads
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices

NOWHERE = "00000000-0000-4000-8000-000000000000"
OLD_CAMPAIGN = set(
    "domain_uuid campaign_uuid campaign_name template_uuid template_name dial_method description status "
    "concurrent_call ratio created_at updated_at".split()
)
OLD_CDR = set(
    "id sip_call_id cause duration billsec direction recording_url extension from_number to_number receive_dest "
    "time_started time_answered time_ended status".split()
)
CUSTOMER = {
    "campaign_id": SEED_CAMPAIGN,
    "customer_name": "Nguyễn Thị An",
    "customer_code": "KH01",
    "phone_number": "0981000001",
    "contract_number": "HD-7",
    "after_day": 3,
}


def test_campaigns_are_read_in_the_older_shape(client: TestClient, campaign: str) -> None:
    (row,) = client.get("/v1/campaign").json()["data"]

    assert row == client.get(f"/v1/campaign/{campaign}").json()
    assert row.keys() == OLD_CAMPAIGN
    told = {"campaign_name": "first", "template_uuid": SEED_TEMPLATE, "template_name": "hello", "status": True}
    assert row | told | {"dial_method": "autocall", "concurrent_call": 1} == row


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("", 2),
        ("campaign_name=first", 1),
        ("campaign_name=nobody", 0),
        ("template_name=hello", 1),
        ("template_name=hello&campaign_name=second", 0),
        ("limit=1", 2),
    ],
)
def test_campaigns_are_found_by_names(client: TestClient, campaign: str, query: str, total: int) -> None:
    assert campaign
    client.post("/v1/campaign", json={"campaign_name": "second", "concurrent_call": 3})

    found = client.get(f"/v1/campaign?{query}").json()

    assert found["total"] == total
    assert len(found["data"]) == min(total, found["limit"])


def test_a_campaign_that_is_made_by_the_older_path_is_an_ordinary_one(client: TestClient) -> None:
    made = client.post("/v1/campaign", json={"campaign_name": "second", "concurrent_call": 3}).json()

    assert made.keys() == {"campaign_uuid", "created"}
    found = client.get(f"/v3/campaign/{made['campaign_uuid']}").json()
    assert (found["campaign_name"], found["type"], found["concurrent_call"]) == ("second", "autocall", 3)
    taken = client.post("/v1/campaign", json={"campaign_name": "second"})
    assert (taken.status_code, taken.json()) == (409, {"error": "campaign_name is already taken"})


def test_a_campaign_that_is_not_there_is_not_found(client: TestClient) -> None:
    answer = client.get(f"/v1/campaign/{NOWHERE}")
    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


@pytest.fixture
def cdr(client: TestClient, services: FakeServices, list_uuid: str) -> str:
    """Store one ended call; give its id."""
    make_leads(client, list_uuid, "0981000001")
    return str(store_call(services.store, phone="0981000001"))


def test_cdrs_are_read_in_the_older_shape(client: TestClient, cdr: str) -> None:
    new, old = client.get(f"/v3/cdr/{cdr}").json(), client.get(f"/v1/cdr/{cdr}").json()

    assert old.keys() == OLD_CDR
    same = OLD_CDR - {"status", "direction"}
    assert {name: old[name] for name in same} == {name: new[name] for name in same}
    assert (old["direction"], old["status"], new["status"]) == (3, "NO ANSWER", "no-answered")


def test_cdrs_are_read_by_pages(client: TestClient, cdr: str) -> None:
    first = client.get("/v1/cdr?page=1").json()
    second = client.get("/v1/cdr?page=2&limit=1").json()
    none = client.get("/v1/cdr?limit=0").json()

    assert ([row["id"] for row in first.pop("data")], first) == ([cdr], {"limit": 10, "page": 1, "total": 1})
    assert second == {"data": [], "limit": 1, "page": 2, "total": 1}
    assert none == {"data": [], "limit": 0, "page": 1, "total": 1}


def test_cdrs_are_scrolled_through(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    phones = [f"0981{number:06}" for number in range(SCROLLED + 1)]
    client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": [{"phone_number": one} for one in phones]})
    ids = [str(store_call(services.store, phone=phone)) for phone in phones]

    first = client.get("/v1/cdr").json()
    second = client.get(f"/v1/cdr?scroll_id={first['scroll_id']}").json()

    assert first.keys() == {"data", "scroll_id"}
    assert [row["id"] for row in first["data"] + second["data"]] == sorted(ids, reverse=True)
    assert second["scroll_id"] == ""


@pytest.mark.parametrize("query", ["status=BUSY", "direction=inbound", "phone=0987654321"])
def test_cdrs_are_filtered_as_by_the_new_path(client: TestClient, cdr: str, query: str) -> None:
    assert cdr
    new, old = client.get(f"/v3/cdr?{query}").json(), client.get(f"/v1/cdr?{query}&page=1").json()
    assert [row["id"] for row in old["data"]] == [row["id"] for row in new["data"]]


@pytest.mark.parametrize("query", ["scroll_id=x", "page=0", "limit=-1", "min_duration=3", "recordingfile=a"])
def test_what_the_older_path_cannot_do_is_told(client: TestClient, query: str) -> None:
    assert client.get(f"/v1/cdr?{query}").status_code == 400


def push(client: TestClient, **changed: Any) -> Any:  # Any: an answer's JSON
    return client.post("/v2/customer", json=CUSTOMER | changed)


def test_a_customer_is_a_lead_that_waits(client: TestClient, campaign: str) -> None:
    assert campaign
    made = push(client)

    customer_id = made.json()["id"]
    assert (made.status_code, made.json()) == (201, {"code": 201, "content": "successfully", "id": customer_id})
    lead = client.get(f"/v3/lead/{customer_id}").json()
    assert (lead["phone_number"], lead["lead_name"], lead["lead_code"]) == ("0981000001", "Nguyễn Thị An", "KH01")
    why = client.get(f"/v3/lead/{customer_id}/why").json()
    assert NOON.add(days=3).in_timezone("Asia/Ho_Chi_Minh").to_date_string() in str(why)


@pytest.mark.parametrize("phone", ["12", "0123456789"])
def test_a_customer_who_is_refused_leaves_no_list_behind(client: TestClient, campaign: str, phone: str) -> None:
    assert campaign
    before = len(client.get("/v3/list").json()["data"])

    assert push(client, phone_number=phone).status_code == 400
    assert len(client.get("/v3/list").json()["data"]) == before
    assert push(client).status_code == 201
    assert len(client.get("/v3/list").json()["data"]) == before + 1


def test_a_customer_waits_a_week_unless_it_is_said(client: TestClient, campaign: str) -> None:
    assert campaign
    customer_id = client.post("/v2/customer", json={"campaign_id": campaign, "phone_number": "0981000001"}).json()["id"]
    assert client.get(f"/v3/lead/{customer_id}").json()["after_day"] == 7


def test_customers_are_read_in_their_envelope(client: TestClient, campaign: str) -> None:
    customer_id = push(client).json()["id"]

    one = client.get(f"/v2/customer/{customer_id}").json()
    listed = client.get(f"/v2/customer?campaign_id={campaign}").json()

    customer = one["data"]
    assert customer == CUSTOMER | {
        "customer_id": customer_id,
        "status": "new",
        "created_at": customer["created_at"],
        "updated_at": customer["updated_at"],
    }
    assert one == {"code": 200, "content": "successfully", "data": customer}
    paging = {"limit": 10, "offset": 0, "total": 1}
    assert listed == {"code": 200, "content": "successfully", "data": [customer], **paging}


@pytest.mark.parametrize(
    ("changed", "code", "content"),
    [
        (
            {"phone_number": "12"},
            400,
            [{"phone_number": "Does not match pattern '^(84|0[3|5|7|8|9])+([0-9]{8})$'"}],
        ),
        ({"after_day": -1}, 400, [{"after_day": "Must be greater than or equal to 0"}]),
        ({"campaign_id": NOWHERE}, 404, "campaign is not found"),
        ({"campaign_id": "x"}, 404, "campaign is not found"),
    ],
)
def test_a_wrong_customer_is_told_in_the_envelope(
    client: TestClient, campaign: str, changed: dict[str, Any], code: int, content: object
) -> None:
    assert campaign
    answer = push(client, **changed)
    named = {400: "Bad Request", 404: "Not Found"}[code]
    assert (answer.status_code, answer.json()) == (code, {"code": code, "content": content, "error": named})


def test_a_customer_that_is_known_is_told(client: TestClient, campaign: str) -> None:
    assert campaign
    push(client)
    told = {"code": 409, "content": "phone_number is duplicate", "error": "Conflict"}
    assert push(client).json() == told


@pytest.mark.parametrize("customer_id", [NOWHERE, "x"])
def test_a_customer_that_is_not_there_is_not_found(client: TestClient, customer_id: str) -> None:
    answer = client.get(f"/v2/customer/{customer_id}")
    told = {"code": 404, "content": "Not Found", "error": "Not Found"}
    assert (answer.status_code, answer.json()) == (404, told)


def dial(client: TestClient, *customers: object, campaign: str = SEED_CAMPAIGN) -> Any:  # Any: an answer's JSON
    body = {"campaign_uuid": campaign, "carrier": "mobi", "ratio": 2, "customers": list(customers)}
    return client.post("/v1/autodial/campaign", json=body, headers={"Idempotency-Key": "k"})


def test_numbers_are_called_at_once_each_by_itself(client: TestClient, campaign: str) -> None:
    assert campaign
    good = [{"phone_number": "0981000001"}, {"phone_number": "84981000002"}]
    wrong = [{"phone_number": "0"}, {"phone_number": "+84981000001"}, {"phone": "0981000003"}]

    told = dial(client, good[0], *wrong, good[1]).json()

    assert told["message"] == "success"
    assert told["success"].keys() == {"0981000001", "84981000002"}
    assert len(set(told["success"].values())) == 2
    assert {"+84981000001": "phone_number is duplicate"} in told["fail"]
    assert len(told["fail"]) == 3
    leads = client.get(f"/v3/lead?campaign_uuid={SEED_CAMPAIGN}").json()["data"]
    assert {lead["phone_number"] for lead in leads} == {"0981000001", "0981000002"}


def test_numbers_for_no_campaign_are_told(client: TestClient) -> None:
    for campaign in (NOWHERE, "x"):
        answer = dial(client, {"phone_number": "0981000001"}, campaign=campaign)
        assert (answer.status_code, answer.json()) == (404, {"error": "campaign is not found"})
