"""Recordings of calls are heard by who may hear them, and a campaign says how it records."""

from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import a_tenant, make_campaign, make_list
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices
from worker.domain.call import Outcome
from worker.domain.ids import CallId
from worker.domain.recording import recording_name
from worker.domain.role import Role
from worker.sounds.recordings import RecordingFolder
from worker.store.base.tables import calls
from worker.usecases.records.api_tokens import create_token

SOUND = b"RIFF\x00\x00\x00\x00WAVEfmt "


@pytest.fixture
def url(client: TestClient, services: FakeServices, tmp_path: Path) -> str:
    """Store an answered call with a recording; return the address in its CDR."""
    client.post("/v3/lead", json={"list_uuid": make_list(client, make_campaign(client)), "phone_number": "0981000000"})
    call_id = store_call(services.store, phone="0981000000", outcome=Outcome.ANSWERED, answered_at=NOON)
    name = recording_name(CallId(UUID(str(call_id))), token="ab" * 16)
    with services.store.transaction() as tx:
        tx.connection.execute(calls.update().where(calls.c.id == call_id).values(recording=name))
    (tmp_path / name).write_bytes(SOUND)
    services.recordings = RecordingFolder(tmp_path)
    found: str = client.get(f"/v3/cdr/{call_id}").json()["recording_url"]
    return found


def key(services: FakeServices, *, tenant: str, role: Role) -> dict[str, str]:
    owner = a_tenant(services.store, name=tenant)
    made = create_token(services.store, tenant=owner, now=NOON, chance=services.chance, name="k", role=role)
    return {"Authorization": f"Bearer {made}"}


def test_a_recording_is_served_to_its_tenants_operators(client: TestClient, services: FakeServices, url: str) -> None:
    heard = client.get(url, headers=key(services, tenant="default", role=Role.OPERATOR))

    assert (heard.status_code, heard.content) == (200, SOUND)
    assert heard.headers["content-type"] == "audio/wav"
    assert heard.headers["cache-control"] == "private, no-store"
    assert client.get(url, headers={"Range": "bytes=0-3"}).content == b"RIFF"


@pytest.mark.parametrize(("tenant", "role", "status"), [("default", Role.READ_ONLY, 403), ("another", Role.ADMIN, 404)])
def test_others_do_not_hear_it(
    client: TestClient, services: FakeServices, url: str, tenant: str, role: Role, status: int
) -> None:
    assert client.get(url, headers=key(services, tenant=tenant, role=role)).status_code == status


def test_neither_a_guess_nor_a_path_is_a_recording(client: TestClient, url: str) -> None:
    for wrong in (url.replace("ab", "ba"), "/v3/recording/..%2f..%2fetc%2fpasswd", "/v3/recording/a.wav"):
        assert client.get(wrong).status_code == 404


def test_a_recording_that_is_not_seen_here_is_not_found(client: TestClient, services: FakeServices, url: str) -> None:
    services.recordings = RecordingFolder(None)

    assert client.get(url).status_code == 404


def test_recording_is_off_until_a_campaign_wants_it(client: TestClient) -> None:
    campaign = f"/v3/campaign/{make_campaign(client)}"
    before = client.get(campaign).json()
    wanted = {"enable_recording": True, "recording_consent": "Xin phép ghi âm.", "recording_days": 90}

    answer = client.put(campaign, json=wanted)

    assert (before["enable_recording"], before["recording_consent"], before["recording_days"]) == (False, "", 30)
    assert answer.status_code == 200, answer.text
    read = client.get(campaign).json()
    assert {name: read[name] for name in wanted} == wanted
    assert client.put(campaign, json={"recording_consent": "Chào {{name}}"}).status_code == 400
    assert client.put(campaign, json={"recording_days": 0}).status_code == 400
