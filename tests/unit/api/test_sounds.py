"""Sounds are fetched by their names alone."""

import pytest
from fastapi.testclient import TestClient

from tests.fakes.services import FakeServices

RENDERED = "r" + 10 * "0f1e"
JOINED = "j" + 8 * "0193"


def test_a_switch_fetches_a_sound_without_a_token_and_may_keep_it(client: TestClient, services: FakeServices) -> None:
    services.sounds.write(RENDERED, b"RIFF")

    found = client.get(f"/sounds/{RENDERED}.wav", headers={"Authorization": ""})
    head = client.head(f"/sounds/{RENDERED}.wav", headers={"Authorization": ""})

    assert (found.status_code, found.content) == (200, b"RIFF")
    assert found.headers["content-type"] == "audio/wav"
    assert "immutable" in found.headers["cache-control"]
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "4")


def test_what_was_made_for_one_call_is_not_kept(client: TestClient, services: FakeServices) -> None:
    services.sounds.write(JOINED, b"RIFF")

    found = client.get(f"/sounds/{JOINED}.wav")

    assert "no-store" in found.headers["cache-control"]


@pytest.mark.parametrize("name", [f"{RENDERED}.wav", "r..%2fx.wav", "R1.wav", "r1", "", "r1.mp3"])
def test_nothing_else_is_found_and_nothing_is_listed(client: TestClient, name: str) -> None:
    assert client.get(f"/sounds/{name}").status_code in {400, 404}
