"""CDRs and leads as files: what the filters find, as the role may see it, while somebody reads."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from random import random

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from api.exports import PACKED, XLSX
from tests.builders import NOON
from tests.builders.api import a_tenant, make_leads
from tests.builders.stored_calls import store_call
from tests.fakes.clock import Seconds
from tests.fakes.exports import beside
from tests.fakes.services import FakeServices
from worker.coordination.request_limits import LocalRequestLimits
from worker.domain.call import Outcome
from worker.domain.caps import DEFAULT_CAPS, Cap
from worker.domain.errors import Unavailable
from worker.domain.role import Role
from worker.store.records.cdrs import SqlCdrs
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.limit_requests import export_place

PHONES = [f"0981{number:06}" for number in range(3)]
CDRS, LEADS = "/v3/cdr/export", "/v3/lead/export"


@pytest.fixture(params=["here", "beside"], autouse=True)
def _made(request: pytest.FixtureRequest, client: TestClient, services: FakeServices) -> Iterator[None]:
    """Make the files in this process, and as the process beside an API makes them."""
    if request.param == "here":
        yield
        return
    with beside(services) as process:
        client.app.state.exporting = process  # type: ignore[attr-defined]  # it is ours
        yield


@pytest.fixture(autouse=True)
def _stored(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    """Store three leads, and a call to two of them."""
    make_leads(client, list_uuid, *PHONES)
    store_call(services.store, phone=PHONES[0], sip_call_id="a")
    store_call(services.store, phone=PHONES[1], sip_call_id="b", started_at=NOON.add(hours=1), outcome=Outcome.BUSY)


def rows_of(text: str, *, separator: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=separator))


def column(client: TestClient, path: str, name: str, **query: str) -> list[str]:
    answer = client.get(path, params={"headings": "keys", **query})
    assert answer.status_code == 200, answer.text
    return [row[name] for row in rows_of(answer.text)]


@pytest.mark.parametrize(
    ("query", "phones"),
    [
        ({}, [PHONES[1], PHONES[0]]),
        ({"status": "BUSY"}, [PHONES[1]]),
        ({"outcome": "voicemail"}, []),
        ({"phone": f"84{PHONES[0][1:]}"}, [PHONES[0]]),
        ({"start_date": "2026-11-23 12:30:00"}, [PHONES[1]]),
        ({"direction": "inbound"}, []),
    ],
)
def test_cdrs_are_filtered_as_in_the_list(client: TestClient, query: dict[str, str], phones: list[str]) -> None:
    assert column(client, CDRS, "to_number", **query) == phones


def test_leads_are_filtered_as_in_the_list(client: TestClient, list_uuid: str, campaign: str) -> None:
    nowhere = "6b1d6d3c-0000-4000-8000-000000000000"

    assert column(client, LEADS, "phone_number") == PHONES
    assert column(client, LEADS, "phone_number", list_uuid=list_uuid) == PHONES
    assert column(client, LEADS, "phone_number", campaign_uuid=campaign, phone_number=PHONES[1]) == [PHONES[1]]
    assert column(client, LEADS, "phone_number", list_uuid=nowhere) == []


def test_a_file_has_a_name_and_the_headings_that_are_asked_for(client: TestClient) -> None:
    english, vietnamese = client.get(CDRS), client.get(LEADS, params={"headings": "vi", "separator": "semicolon"})

    assert english.headers["Content-Disposition"] == 'attachment; filename="cdrs.csv"'
    assert english.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "Phone number" in rows_of(english.text)[0]
    assert rows_of(vietnamese.text, separator=";")[0]["Số điện thoại"] == PHONES[0]


def test_a_mark_for_excel(client: TestClient) -> None:
    assert client.get(CDRS, params={"bom": "true"}).content.startswith(b"\xef\xbb\xbf")
    assert not client.get(CDRS).content.startswith(b"\xef\xbb\xbf")


def test_a_workbook(client: TestClient) -> None:
    answer = client.get(CDRS, params={"format": "xlsx", "headings": "keys"}, headers={"Accept-Encoding": "gzip"})

    (sheet,) = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).sheet_names
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_name(sheet).to_python()
    place = rows[0].index("to_number")
    assert [row[place] for row in rows[1:]] == [PHONES[1], PHONES[0]]
    assert (answer.headers["Content-Type"], answer.headers.get("Content-Encoding")) == (XLSX, None)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cdrs.xlsx"'


def test_a_packed_file_and_a_file_that_is_packed_on_its_way(client: TestClient) -> None:
    plain = client.get(CDRS, headers={"Accept-Encoding": "identity"})
    packed = client.get(CDRS, params={"gzip": "true"}, headers={"Accept-Encoding": "gzip"})
    on_its_way = client.get(CDRS, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.content) == plain.content == on_its_way.content
    assert (packed.headers["Content-Type"], packed.headers.get("Content-Encoding")) == (PACKED, None)
    assert packed.headers["Content-Disposition"] == 'attachment; filename="cdrs.csv.gz"'
    assert (on_its_way.headers["Content-Encoding"], on_its_way.headers["Vary"]) == ("gzip", "Accept-Encoding")


def test_what_was_exported_can_be_imported(client: TestClient, list_uuid: str) -> None:
    content = client.get(LEADS, params={"headings": "vi", "bom": "true"}).content

    answer = client.post("/v3/lead/file", data={"list_uuid": list_uuid}, files={"file": content})

    assert answer.status_code == 200


@pytest.mark.parametrize("role", Role)
def test_numbers_are_shown_as_the_role_may_see_them(
    client: TestClient, services: FakeServices, campaign: str, role: Role
) -> None:
    with services.store.transaction() as tx:
        tx.connection.exec_driver_sql(
            "UPDATE campaigns SET extras = json_set(extras, '$.enable_encrypt', json('true'))"
        )
        tenant = tx.tenants.named("default")
    assert tenant is not None
    assert client.get(f"/v3/campaign/{campaign}").json()["enable_encrypt"] is True
    token = create_token(services.store, tenant=tenant, now=NOON, chance=random, name="theirs", role=role)

    texts = [client.get(path, headers={"Authorization": f"Bearer {token}"}).text for path in (CDRS, LEADS)]

    sees = role is Role.ADMIN
    assert [PHONES[1] in text for text in texts] == [sees, sees]
    assert ["098*****01" in text for text in texts] == [not sees, not sees]


def test_another_tenants_records_are_not_in_it(client: TestClient, services: FakeServices) -> None:
    token = a_tenant(services.store, name="other")

    for path in (CDRS, LEADS):
        answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert rows_of(answer.text) == []


@pytest.mark.parametrize("query", ["format=ods", "headings=fr", "separator=x", "bom=maybe", "cursor=x", "limit=3"])
def test_what_an_export_cannot_do_is_told(client: TestClient, query: str) -> None:
    assert client.get(f"{CDRS}?{query}").status_code == 400


def test_a_database_that_is_away_is_told_before_the_file_begins(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_options: object) -> Sequence[object]:
        raise Unavailable("away")

    monkeypatch.setattr(SqlCdrs, "older", away)

    assert client.get(CDRS).status_code == 503


def test_more_exports_than_a_tenant_may_have_at_once_are_refused(client: TestClient, services: FakeServices) -> None:
    limits = LocalRequestLimits(Seconds())
    services.request_limits, services.caps = limits, {**DEFAULT_CAPS, Cap.EXPORTS: 1}
    with services.store.reading() as tx:
        tenant = tx.tenants.named("default")
    assert tenant is not None
    place = export_place(limits, tenant=tenant, caps=services.caps)

    refused = client.get(CDRS)
    place.release()
    place.release()

    assert (refused.status_code, refused.json()["cap"], refused.headers["Retry-After"]) == (429, "exports_at_once", "1")
    assert [client.get(path).status_code for path in (CDRS, LEADS, CDRS)] == [200, 200, 200]
    assert client.get(f"{CDRS}?format=x").status_code == 400
    assert client.get(CDRS).status_code == 200
