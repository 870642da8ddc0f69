"""Files of leads and of numbers that must not be called: taken, followed, reported, cancelled."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient
from uuid_utils.compat import uuid7

from api import file_upload
from tests.builders.workbooks import a_workbook
from tests.fakes.services import FakeServices
from worker.domain.caps import DEFAULT_CAPS
from worker.spreadsheets.reader import SpreadsheetReader
from worker.usecases.records.run_imports import Importer, run_imports

CSV = "phone_number,lead_name,Dư nợ\n0912345678,An,5\n9.12E+08,B,6\n"


def send(client: TestClient, content: bytes | str, path: str = "/v3/lead/file", **fields: str) -> Any:  # Any: an answer
    return client.post(path, data=fields, files={"file": ("leads.csv", content)})


def run(services: FakeServices) -> None:
    run_imports(
        Importer(
            store=services.store,
            queue=services.queue,
            reader=SpreadsheetReader(),
            clock=services.clock,
            new_id=uuid7,
            caps=DEFAULT_CAPS,
            is_stopping=lambda: False,
        )
    )


def test_a_file_is_taken_followed_and_reported(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    answer = send(client, CSV, list_uuid=list_uuid)

    assert answer.status_code == 200
    import_uuid = answer.json()["import_uuid"]
    assert answer.json() == {"msg": "file upload is processing", "import_uuid": import_uuid}
    assert client.get(f"/v3/import/{import_uuid}").json()["status"] == "waiting"

    run(services)

    found = client.get(f"/v3/import/{import_uuid}").json()
    assert (found["status"], found["file_name"], found["file_size"]) == ("done", "leads.csv", len(CSV.encode()))
    assert (found["rows"], found["rows_read"], found["total_insert"], found["total_fail"]) == (3, 3, 1, 1)
    assert client.get("/v3/import").json()["data"] == [found]
    (lead,) = client.get("/v3/lead", params={"list_uuid": list_uuid}).json()["data"]
    assert (lead["phone_number"], lead["lead_name"], lead["additional"]) == ("0912345678", "An", '{"Dư nợ":"5"}')
    report = client.get(f"/v3/import/{import_uuid}/report")
    assert report.headers["content-type"].startswith("text/csv")
    header, row = csv.reader(io.StringIO(report.text))
    assert header == ["row", "result", "phone_number", "why"]
    assert row[:2] == ["3", "refused"]
    known = {"If-None-Match": report.headers["ETag"]}
    assert client.get(f"/v3/import/{import_uuid}/report", headers=known).status_code == 304


def test_a_workbook_is_taken_too(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    send(client, a_workbook([["SĐT", "Họ tên"], [912345678, "An"]]), list_uuid=list_uuid)
    run(services)

    (lead,) = client.get("/v3/lead", params={"list_uuid": list_uuid}).json()["data"]
    assert (lead["phone_number"], lead["lead_name"]) == ("0912345678", "An")


def test_numbers_that_must_not_be_called_come_from_a_file_as_well(client: TestClient, services: FakeServices) -> None:
    answer = send(client, "912345678\n", "/v1/blacklist/file")
    run(services)

    assert answer.json()["msg"] == "file upload is processing"
    assert [row["phone_number"] for row in client.get("/v1/blacklist").json()["data"]] == ["0912345678"]
    assert client.get("/v3/import", params={"kind": "leads"}).json()["total"] == 0
    assert client.get("/v3/import", params={"kind": "do_not_call"}).json()["total"] == 1


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({}, 400, "list_uuid is missing"),
        ({"list_uuid": "x"}, 400, "list_uuid is invalid"),
        ({"list_uuid": "01a21425-daf9-747a-b864-2a4ed6283074"}, 404, "list is not found"),
        (
            {"list_uuid": "01a21425-daf9-747a-b864-2a4ed6283074", "duplicate_scope": "all"},
            400,
            "duplicate_scope is none",
        ),
    ],
)
def test_a_form_that_names_no_list_is_refused(
    client: TestClient, fields: dict[str, str], status: int, error: str
) -> None:
    answer = send(client, CSV, **fields)

    assert answer.status_code == status
    assert error in answer.json()["error"]
    assert client.get("/v3/import").json()["total"] == 0


def test_what_is_no_form_with_a_file_is_refused(client: TestClient, list_uuid: str) -> None:
    boundary = {"Content-Type": "multipart/form-data; boundary=x"}
    answers = [
        client.post("/v3/lead/file", json={"list_uuid": list_uuid}),
        client.post("/v3/lead/file", content=b"not a form", headers=boundary),
        client.post("/v3/lead/file", content=b"--x\r\n", headers={"Content-Type": "multipart/form-data"}),
        client.post("/v3/lead/file", data={"list_uuid": list_uuid, "file": "text"}, files={"other": b"1"}),
        send(client, b"", list_uuid=list_uuid),
    ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert answers[3].json() == {"error": "http: no such file"}
    assert answers[4].json() == {"error": "the file is empty"}


def test_a_file_that_is_too_large_is_refused_while_it_arrives(
    client: TestClient, list_uuid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_upload, "LARGEST_FILE", 10_000)

    answer = send(client, b"0912345678\n" * 2000, list_uuid=list_uuid)

    assert (answer.status_code, answer.json()) == (413, {"error": "file is too large"})


def test_a_field_that_means_nothing_is_named(client: TestClient, list_uuid: str) -> None:
    assert send(client, CSV, list_uuid=list_uuid, campaign_uuid="x").json()["ignored"] == ["campaign_uuid"]


def test_an_import_can_be_cancelled_once(client: TestClient, services: FakeServices, list_uuid: str) -> None:
    import_uuid = send(client, CSV, list_uuid=list_uuid).json()["import_uuid"]

    assert client.delete(f"/v3/import/{import_uuid}").json()["status"] == "cancelled"
    run(services)

    assert client.delete(f"/v3/import/{import_uuid}").json()["total_insert"] == 0
    assert client.get("/v3/lead", params={"list_uuid": list_uuid}).json()["total"] == 0


def test_an_unknown_import_is_not_found(client: TestClient) -> None:
    unknown = "/v3/import/01a21425-daf9-747a-b864-2a4ed6283074"

    assert [client.get(unknown).status_code, client.get(f"{unknown}/report").status_code] == [404, 404]
    assert client.delete(unknown).status_code == 404
