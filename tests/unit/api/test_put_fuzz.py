"""Whatever is PUT: the answer is never a fault of ours, and a refused body changes nothing."""

import json
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.documented_put import seed_body

KEYS = [*seed_body(), "lead_expired_at", "local_start_time", "ratio", "hopper", "statuses_selectable", "revision"]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**31, 2**53, 2**63, 2**64, -(2**63) - 1, 86_400_000_000_000])
    | st.floats()
    | st.text()
    | st.sampled_from(["", "start", "stop", "pause", "parallel", "minute", "autodialer", "manual", "http://x/", "\x00"])
    | st.sampled_from(
        ["9999-12-31 23:59:59", "0001-01-01T00:00:00+14:00", "2026-03-02T12:00:00Z", "2026-02-30 00:00:00"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=4),
    max_leaves=8,
)
BODIES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4) | VALUES


def mixed(changed: Any) -> Any:
    """Put a strange value or two into a body that is right."""
    return seed_body() | changed if isinstance(changed, dict) else changed


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(body=BODIES | BODIES.map(mixed))
def test_no_body_upsets_the_server(client: TestClient, campaign: str, body: Any) -> None:
    path = f"/v3/campaign/{campaign}"
    before = client.get(path).json()

    answer = client.put(path, content=json.dumps(body).encode())

    after = client.get(path).json()
    assert answer.status_code in {200, 400, 409}
    if answer.status_code == 200:
        assert after["revision"] == before["revision"] + 1
    else:
        assert answer.json().keys() == {"error"}
        assert after == before


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.lists(VALUES | st.fixed_dictionaries({"phone_number": VALUES}), max_size=5) | VALUES)
def test_no_rows_upset_the_server(client: TestClient, list_uuid: str, rows: Any) -> None:
    body = {"list_uuid": list_uuid, "data": rows}

    answer = client.post("/v3/lead/multi", content=json.dumps(body).encode())

    assert answer.status_code in {200, 400}
