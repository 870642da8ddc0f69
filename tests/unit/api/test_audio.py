"""Uploaded sounds: taken as telephones play them, named by templates, deleted when none plays them."""

import base64
from array import array
from itertools import cycle, islice
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from tests.builders import NOON
from tests.builders.api import a_tenant
from tests.builders.audio import a_file, as_wav
from tests.fakes.engines import some_names
from tests.fakes.services import FakeServices
from worker.domain.caps import DEFAULT_CAPS, Cap
from worker.domain.ids import AudioId
from worker.domain.speech.pcm import RATE, milliseconds, samples_of
from worker.store.base.audit_tables import audit
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.keep_audio import LONGEST_SECONDS, file_name

TEMPLATE = {"template_name": "greeting", "voice_type": "audio_file"}


def upload(client: TestClient, file: bytes | None = None, *, name: str = "xin chào") -> Any:  # Any: an answer
    sent = a_file() if file is None else file
    return client.post("/v3/audio", data={"audio_name": name}, files={"file": ("a.wav", sent, "audio/wav")})


def test_a_sound_is_taken_as_a_telephone_plays_it(client: TestClient, services: FakeServices) -> None:
    answer = upload(client).json()

    assert answer == {"created": True, "id": answer["id"], "milliseconds": answer["milliseconds"]}
    played = client.get(f"/sounds/u{answer['id']}.wav")
    samples = samples_of(played.content)
    assert milliseconds(samples) == answer["milliseconds"] == pytest.approx(500, abs=30)
    assert max(samples) == pytest.approx(32767 * 10 ** (-20 / 20) * 2**0.5, rel=0.1), "brought to one level"
    with services.store.reading() as tx:
        assert tx.sounds.known({file_name(AudioId(answer["id"]))})


def test_json_with_base64_is_taken_too(client: TestClient) -> None:
    body = {"audio_name": "a", "file": base64.b64encode(a_file()).decode()}

    assert client.post("/v3/audio", json=body).json()["created"] is True


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"MZ" + bytes(5000), "the file is no sound in WAV, MP3, FLAC or Ogg Vorbis"),
        (a_file(loudness=0), "the sound is silent: nobody could hear it on a telephone"),
        (as_wav(array("h", islice(cycle([9000, -9000]), RATE * (LONGEST_SECONDS + 1)))), "longer than 300 seconds"),
    ],
    ids=["no sound", "silent", "too long"],
)
def test_what_cannot_be_played_is_refused_and_nothing_stays(
    client: TestClient, services: FakeServices, file: bytes, said: str
) -> None:
    answer = upload(client, file)

    assert (answer.status_code, said in answer.json()["error"]) == (400, True), answer.text
    assert client.get("/v3/audio").json()["total"] == 0
    assert list(services.sounds.names("u")) == []


def test_a_file_that_is_too_large_is_refused(client: TestClient) -> None:
    assert upload(client, bytes(9 * 1024 * 1024)).status_code == 413


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=b", b"no form"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx'),
        ("multipart/form-data", b"{}"),
        ("audio/wav", b"RIFF"),
    ],
)
def test_what_is_no_form_is_refused(client: TestClient, content_type: str, body: bytes) -> None:
    answer = client.post("/v3/audio", content=body, headers={"Content-Type": content_type})

    assert answer.status_code == 400


def test_sounds_are_listed_as_documented(client: TestClient, services: FakeServices) -> None:
    made = upload(client, name="first").json()["id"]
    services.clock.wait(1)
    upload(client, name="second")

    page = client.get("/v3/audio", params={"audio_name": "first"}).json()
    names = [row["audio_name"] for row in client.get("/v3/audio").json()["data"]]

    assert names == ["second", "first"]
    assert [row["audio_uuid"] for row in page["data"]] == [made]
    assert page["data"] == client.get("/v3/audio", params={"audio_uuid": made}).json()["data"]
    assert {"domain_uuid", "audio_uuid", "audio_name", "user_uuid", "created_at"} <= page["data"][0].keys()
    assert client.get("/v3/audio", params={"audio_uuid": "x"}).status_code == 400


def test_a_name_is_used_once(client: TestClient) -> None:
    upload(client)

    answer = upload(client)

    assert (answer.status_code, answer.json()) == (409, {"error": "audio is existed"})


def test_a_sound_that_a_template_plays_is_not_deleted(client: TestClient, services: FakeServices) -> None:
    services.spoken_names = some_names()
    audio = upload(client).json()["id"]
    template = client.post("/v3/template", json={**TEMPLATE, "audio_file": audio.upper()}).json()["template_uuid"]

    using = client.get(f"/v3/audio/{audio}").json()["used_by"]
    refused = client.delete(f"/v3/audio/{audio}")
    client.delete(f"/v3/template/{template}")
    deleted = client.delete(f"/v3/audio/{audio}")

    assert using == [{"template_uuid": template, "template_name": "greeting"}]
    assert (refused.status_code, refused.json()["error"]) == (409, "delete audio failed: it is played by greeting")
    assert (deleted.status_code, deleted.json()) == (200, {"message": "delete audio success"})
    assert list(services.sounds.names("u")) == []
    with services.store.reading() as tx:
        assert tx.sounds.known({f"u{audio}"}) == {}
    assert client.delete(f"/v3/audio/{audio}").status_code == 404


@pytest.mark.parametrize("audio", ["0b7b5f0e-6a3e-4a53-9c0a-6a36a2b5a001", "old.wav"])
def test_a_template_cannot_name_a_sound_that_is_not_there(
    client: TestClient, services: FakeServices, audio: str
) -> None:
    before = client.post("/v3/template", json={"template_name": "t", "content": "Xin chào"}).json()["template_uuid"]
    services.spoken_names = some_names()
    body: dict[str, Any] = {"exit_sound": {"voice_type": "audio_file", "audio_file": audio}}

    made = client.post("/v3/template", json={**TEMPLATE, "content": "Xin chào", **body})
    changed = client.put(f"/v3/template/{before}", json={"template_name": "t", **body})

    assert made.json() == changed.json() == {"error": [{"audio_file": f"audio {audio} not found"}]}
    services.spoken_names = None
    assert client.put(f"/v3/template/{before}", json={"template_name": "t", **body}).is_success, "an own dialplan"


def test_another_tenants_sound_is_not_there(client: TestClient, services: FakeServices) -> None:
    audio = upload(client).json()["id"]
    other = a_tenant(services.store, name="other")
    key = create_token(services.store, tenant=other, now=NOON, chance=services.chance)
    services.spoken_names = some_names()
    client.headers["Authorization"] = f"Bearer {key}"

    asked = [client.get(f"/v3/audio/{audio}"), client.delete(f"/v3/audio/{audio}")]
    named = client.post("/v3/template", json={**TEMPLATE, "audio_file": audio})

    assert {answer.status_code for answer in asked} == {404}
    assert named.status_code == 400
    assert client.get("/v3/audio").json()["total"] == 0


def test_a_tenant_may_keep_so_many(client: TestClient, services: FakeServices) -> None:
    services.caps = {**DEFAULT_CAPS, Cap.AUDIO: 1}
    upload(client)

    answer = upload(client, name="another")

    assert (answer.status_code, answer.json()["cap"]) == (429, "audio_files")


def test_the_audit_trail_has_the_name_and_not_the_file(client: TestClient, services: FakeServices) -> None:
    upload(client, name="jingle")

    with services.store.reading() as tx:
        (entry,) = tx.connection.execute(select(audit)).all()
    assert entry.sent == {"audio_name": "jingle"}
