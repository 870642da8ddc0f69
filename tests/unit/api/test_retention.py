"""How long records are kept is a setting of the tenant."""

import pytest
from fastapi.testclient import TestClient

PATH = "/v3/tenant/retention"


def test_what_is_named_is_set_and_null_ends_it(client: TestClient) -> None:
    first = client.put(PATH, json={"leads": 90, "cdrs": 365})
    second = client.put(PATH, json={"leads": None, "audit": 30})

    assert first.json() == {"leads": 90, "cdrs": 365, "callbacks": None, "audit": None}
    assert second.json() == {"leads": None, "cdrs": 365, "callbacks": None, "audit": 30}
    assert client.get(PATH).json() == second.json()


@pytest.mark.parametrize("body", [{"leads": 6}, {"cdrs": 3651}, {"leads": "x"}, {"lead": 90}, {}])
def test_what_means_nothing_is_refused(client: TestClient, body: dict[str, object]) -> None:
    assert client.put(PATH, json=body).status_code == 400
    assert set(client.get(PATH).json().values()) == {None}
