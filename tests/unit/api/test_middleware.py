"""Who may come in, and what is answered to requests that make no sense."""

import json

import pytest
from fastapi.testclient import TestClient

from tests.builders.api import a_tenant
from tests.fakes.services import TOKEN, FakeServices
from worker.domain.errors import Unavailable
from worker.usecases.records.api_tokens import create_token

LIST = "/v3/campaign"
DEEP = "[" * 40 + "]" * 40


@pytest.mark.parametrize("header", [TOKEN, f"Bearer {TOKEN}", f"bearer   {TOKEN} "])
def test_a_token_is_taken_with_and_without_its_scheme(anonymous: TestClient, header: str) -> None:
    assert anonymous.get(LIST, headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", "wrong", f"Basic {TOKEN}", "Bearer \xff"])
def test_no_token_or_a_wrong_one_is_told(anonymous: TestClient, header: str) -> None:
    answer = anonymous.get(LIST, headers={b"Authorization": header.encode("latin-1")})

    assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized"})


def test_who_has_no_token_is_told_before_the_body_is_read(anonymous: TestClient) -> None:
    assert anonymous.post(LIST, content=b"{" * 100).status_code == 401


def test_another_tenants_things_are_not_found(client: TestClient, services: FakeServices, campaign: str) -> None:
    other = a_tenant(services.store, name="other")
    token = create_token(services.store, tenant=other, now=services.clock.now(), chance=lambda: 0.1)
    client.headers["Authorization"] = token

    answers = [
        client.get(f"/v3/campaign/{campaign}"),
        client.put(f"/v3/campaign/{campaign}", json={}),
        client.delete(f"/v3/campaign/{campaign}"),
        client.post(f"/v1/campaign/{campaign}/run/start"),
    ]

    assert [(a.status_code, a.json()) for a in answers] == [(404, {"error": "Not Found"})] * 4
    assert client.get(LIST).json()["total"] == 0


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "body is not valid JSON"),
        (b"\xff\xfe{}", "body is not valid JSON"),
        (b'{"concurrent_call": NaN}', "body is not valid JSON"),
        (b'{"concurrent_call": -Infinity}', "body is not valid JSON"),
        (b'{"campaign_name": "\\ud800"}', "body is not valid JSON"),
        (b'{"campaign_name": "a\\u0000b"}', "text must not contain NUL"),
        (b'{"users": [{"\\u0000": 1}]}', "text must not contain NUL"),
        (f'{{"users": {DEEP}}}'.encode(), "body is nested too deep"),
        (b"[" * 100_000, "body is not valid JSON"),
    ],
)
def test_a_body_that_cannot_be_kept_is_refused(client: TestClient, campaign: str, body: bytes, error: str) -> None:
    answer = client.put(f"/v3/campaign/{campaign}", content=body)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize(("body", "given"), [(b"[]", "array"), (b'"x"', "string"), (b"null", "null"), (b"", "null")])
def test_a_body_that_is_no_object_is_told(client: TestClient, campaign: str, body: bytes, given: str) -> None:
    answer = client.put(f"/v3/campaign/{campaign}", content=body)

    assert answer.status_code == 400
    assert answer.json() == {"error": [{"(root)": f"Invalid type. Expected: object, given: {given}"}]}


def test_a_body_is_json_whatever_it_is_called(client: TestClient, campaign: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = client.put(f"/v3/campaign/{campaign}", content=b'{"concurrent_call": 4}', headers=headers)

    assert answer.status_code == 200


def test_a_body_beyond_the_limit_is_refused(client: TestClient, campaign: str) -> None:
    body = json.dumps({"description": "x" * (8 * 1024 * 1024)})

    answer = client.put(f"/v3/campaign/{campaign}", content=body)

    assert (answer.status_code, answer.json()) == (413, {"error": "body is too large"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v3/campaign/", 404),
        ("GET", "/v3/campaign/nonsense", 404),
        ("PUT", "/v3/campaign/%00", 404),
        ("DELETE", "/v3/carrier", 405),
        ("POST", "/health/live", 405),
    ],
)
def test_paths_and_methods_that_are_not_there(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path, json={})

    assert answer.status_code == status
    assert isinstance(answer.json()["error"], str)


@pytest.mark.parametrize("query", ["limit=x", "limit=-1", "limit=99999999999999999999", "offset=1.5", "limit=10001"])
def test_paging_that_makes_no_sense_is_told(client: TestClient, query: str) -> None:
    answer = client.get(f"{LIST}?{query}")

    assert answer.status_code == 400
    assert list(answer.json()["error"][0]) == [query.partition("=")[0]]


@pytest.mark.parametrize("path", ["/v3/cdr?phone=%00", "/v3/lead?phone_number=1%00", "/v3/template?template_name=%00"])
def test_a_query_that_no_database_could_look_for_is_refused(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.json()) == (400, {"error": "text must not contain NUL"})


def test_lists_say_which_part_they_are(client: TestClient) -> None:
    assert client.get(LIST).json() == {"data": [], "limit": 10, "offset": 0, "total": 0}
    assert client.get(f"{LIST}?limit=3&offset=7").json() == {"data": [], "limit": 3, "offset": 7, "total": 0}


def test_the_api_describes_itself(anonymous: TestClient) -> None:
    assert anonymous.get("/docs").status_code == 200
    paths = anonymous.get("/openapi.json").json()["paths"]
    assert "put" in paths["/v3/campaign/{campaign_uuid}"]


def test_the_description_says_how_refusals_look(anonymous: TestClient) -> None:
    described = anonymous.get("/openapi.json").json()

    answers = described["paths"]["/v3/campaign/{campaign_uuid}"]["put"]["responses"]
    assert " ".join(answers) == "200 400 401 403 404 408 409 412 413 429 503"
    assert "Retry-After" in answers["503"]["headers"]
    assert answers["400"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Refusal"}
    assert "HTTPValidationError" not in described["components"]["schemas"]  # nobody ever gets one


def test_a_database_that_is_away_is_told_with_when_to_ask_again(client: TestClient, services: FakeServices) -> None:
    services.store = OutOfReach()  # type: ignore[assignment]  # a store that answers nothing

    answer = client.get(LIST)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json() == {"error": "the database is away"}


def test_a_fault_of_ours_shows_no_trace(client: TestClient, services: FakeServices) -> None:
    services.store = None  # type: ignore[assignment]  # a fault of ours

    answer = client.get(LIST)

    assert (answer.status_code, answer.json()) == (500, {"error": "Internal Server Error"})


class OutOfReach:
    """A store whose database is away."""

    def reading(self) -> None:
        raise Unavailable("the database is away")
