"""CDRs are walked through by a cursor, which belongs to its filters; a total that is not counted says so."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.cdrs import ESTIMATED
from api.cursors import INVALID
from api.legacy_calls import SCROLLED
from tests.builders import NOON
from tests.builders.api import make_leads
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices
from worker.domain.call import Outcome
from worker.ports.records.cdrs import CdrCount
from worker.store.base.tables import calls
from worker.store.records.cdrs import SqlCdrs

RUN = UUID(int=0x51)
PHONES = [f"0981{number:06}" for number in range(5)]


@pytest.fixture(autouse=True)
def stored(client: TestClient, services: FakeServices, list_uuid: str) -> list[str]:
    """Store five calls, two of which began at once; give their ids, the newest first."""
    make_leads(client, list_uuid, *PHONES)
    for number, phone in enumerate(PHONES):
        at = NOON.add(seconds=number // 2)
        special = {"run_id": RUN, "ref_id": "order-7", "outcome": Outcome.BUSY} if number == 3 else {}
        store_call(services.store, phone=phone, started_at=at, **special)
    with services.store.reading() as tx:
        return [str(one) for one in tx.connection.scalars(select(calls.c.id).order_by(calls.c.id.desc()))]


def walked(client: TestClient, *, limit: int, **filters: str) -> list[str]:
    """Return the ids of all pages."""
    found, cursor = [], ""
    while True:
        page = client.get("/v3/cdr", params={"limit": limit, "cursor": cursor, **filters}).json()
        found += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
        if not cursor:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_a_walk_finds_every_cdr_once(client: TestClient, stored: list[str], limit: int) -> None:
    assert walked(client, limit=limit) == stored


def test_a_cursor_and_an_offset_lead_to_the_same_page(client: TestClient) -> None:
    first = client.get("/v3/cdr?limit=2").json()
    by_cursor = client.get("/v3/cdr", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    by_offset = client.get("/v3/cdr?limit=2&offset=2").json()

    assert by_cursor["data"] == by_offset["data"]
    assert (by_cursor["total"], by_cursor["total_estimated"]) == (5, False)


def test_a_call_that_ends_meanwhile_moves_no_page(
    client: TestClient, services: FakeServices, stored: list[str]
) -> None:
    first = client.get("/v3/cdr?limit=2").json()
    store_call(services.store, phone=PHONES[0], started_at=NOON.add(hours=1))

    second = client.get("/v3/cdr", params={"limit": 9, "cursor": first["next_cursor"]}).json()

    assert [row["id"] for row in second["data"]] == stored[2:]


@pytest.mark.parametrize(
    "text", ["x", "0", "AAAA", "é", "A" * 40, "A" * 44, "-" * 40, "6b1d6d3c-0000-4000-8000-000000000000"]
)
def test_nonsense_is_no_cursor(client: TestClient, text: str) -> None:
    answer = client.get("/v3/cdr", params={"cursor": text})

    assert (answer.status_code, answer.json()) == (400, {"error": INVALID})


def test_a_cursor_belongs_to_its_filters(client: TestClient) -> None:
    cursor = client.get("/v3/cdr?limit=2").json()["next_cursor"]

    answer = client.get("/v3/cdr", params={"cursor": cursor, "hotline": "02873003586"})

    assert (answer.status_code, answer.json()) == (400, {"error": INVALID})


def test_a_cursor_and_an_offset_exclude_each_other(client: TestClient) -> None:
    cursor = client.get("/v3/cdr?limit=2").json()["next_cursor"]

    answer = client.get("/v3/cdr", params={"cursor": cursor, "offset": 2})

    assert (answer.status_code, answer.json()) == (400, {"error": "cursor and offset exclude each other"})


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({"run_id": str(RUN)}, 1),
        ({"run_id": "6b1d6d3c-0000-4000-8000-000000000000"}, 0),
        ({"ref_id": "order-7"}, 1),
        ({"ref_id": "order-8"}, 0),
        ({"outcome": "busy"}, 1),
        ({"outcome": "busy", "status": "BUSY"}, 1),
        ({"outcome": "busy", "status": "ANSWERED"}, 0),
        ({"outcome": "voicemail"}, 0),
        ({"list_uuid": "6b1d6d3c-0000-4000-8000-000000000000"}, 0),
        ({"lead_uuid": "6b1d6d3c-0000-4000-8000-000000000000"}, 0),
    ],
)
@pytest.mark.parametrize("path", ["/v3/cdr", "/v1/cdr"])
def test_filters_of_both_paths(client: TestClient, path: str, filters: dict[str, str], number: int) -> None:
    found = client.get(path, params={"limit": 10, **filters}).json()

    assert (len(found["data"]), found["total"]) == (number, number)


def test_cdrs_of_a_list_and_of_a_lead(client: TestClient, list_uuid: str) -> None:
    lead = client.get("/v3/lead", params={"phone_number": PHONES[2]}).json()["data"][0]["lead_uuid"]

    assert client.get("/v3/cdr", params={"list_uuid": list_uuid}).json()["total"] == 5
    (cdr,) = client.get("/v3/cdr", params={"lead_uuid": lead}).json()["data"]
    assert cdr["to_number"] == PHONES[2]


@pytest.mark.parametrize(
    "query", ["outcome=BUSY", "outcome=nothing", "list_uuid=x", "lead_uuid=x", "run_id=x", "end_time=2026-11-23"]
)
def test_a_filter_that_is_none_is_told(client: TestClient, query: str) -> None:
    assert client.get(f"/v3/cdr?{query}").status_code == 400


def test_a_total_that_is_an_estimate_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqlCdrs, "count", lambda *_args, **_options: CdrCount(70_000, is_estimate=True))

    new, old = client.get("/v3/cdr?limit=2"), client.get("/v1/cdr?limit=2")
    last = client.get("/v3/cdr?limit=10")

    assert (new.json()["total"], new.json()["total_estimated"], new.headers[ESTIMATED]) == (70_000, True, "true")
    assert (old.json()["total"], old.json()["total_estimated"], old.headers[ESTIMATED]) == (70_000, True, "true")
    assert (last.json()["total"], last.json()["total_estimated"]) == (5, False)
    assert ESTIMATED not in last.headers


def test_a_scroll_that_release_0_1_began_goes_on(client: TestClient, stored: list[str]) -> None:
    assert len(stored) < SCROLLED

    page = client.get("/v1/cdr", params={"scroll_id": stored[1]}).json()

    assert [row["id"] for row in page["data"]] == stored[2:]
    assert client.get("/v1/cdr", params={"scroll_id": "6b1d6d3c-0000-4000-8000-000000000000"}).status_code == 400
