"""A person is erased by request, once or again."""

import pytest
from fastapi.testclient import TestClient

from tests.builders.api import make_leads


def test_a_person_is_erased_and_not_imported_again(client: TestClient, list_uuid: str) -> None:
    (lead,) = make_leads(client, list_uuid, "0981000001")

    answer = client.post("/v3/erasure", json={"phone_number": "+84 981 000 001"})
    again = client.post("/v3/erasure", json={"phone_number": 84981000001})

    counts = {"message": "success", "leads": 1, "calls": 0, "callbacks": 0, "mentions": 0}
    assert (answer.status_code, answer.json()) == (200, counts)
    assert again.json() == counts | {"leads": 0}
    assert client.get(f"/v3/lead/{lead}").status_code == 404
    refused = client.post("/v3/lead", json={"list_uuid": list_uuid, "phone_number": "0981000001"})
    assert refused.status_code == 400


@pytest.mark.parametrize("phone", ["", "nobody", "1900123456"])
def test_a_text_that_is_no_number_is_refused(client: TestClient, phone: str) -> None:
    assert client.post("/v3/erasure", json={"phone_number": phone}).status_code == 400
