"""Templates: what is kept, and what is refused."""

from typing import Any

import pytest
from fastapi.testclient import TestClient


def test_a_template_reads_back_with_its_keys_as_properties(client: TestClient) -> None:
    body = {
        "template_name": "hello", "voice_type": "tts", "voice_tts": "south-f-03", "speed_tts": 1,
        "content": "Hi {{name}}",
        "press_options": [{"press_num": "1", "voice_type": "tts", "content": "Bye"}],
    }  # fmt: skip

    answer = client.post("/v3/template", json=body).json()

    assert answer["created"] == "true"
    read = client.get(f"/v3/template/{answer['template_uuid']}").json()
    assert (read["template_name"], read["content"]) == ("hello", "Hi {{name}}")
    assert read["press_options"] == [{"1": {"toggled": True, "voice_type": "tts", "enable": True, "content": "Bye"}}]
    assert client.get("/v3/template?template_name=hello").json()["data"] == [read]
    assert client.get("/v3/template?template_name=other").json()["total"] == 0


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ({"template_name": "hello"}, 409, "template is existed!"),
        ({}, 400, [{"(root)": "template_name is required"}]),
        ({"template_name": "x", "speed_tts": 3}, 400, [{"speed_tts": "Must be less than or equal to 2.0"}]),
    ],
)
def test_a_template_that_cannot_be(client: TestClient, sent: dict[str, Any], status: int, error: object) -> None:
    client.post("/v3/template", json={"template_name": "hello"})

    answer = client.post("/v3/template", json=sent)

    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_an_unknown_template_is_not_found(client: TestClient) -> None:
    answer = client.get("/v3/template/6b1d6d3c-0000-4000-8000-000000000000")

    assert (answer.status_code, answer.json()) == (404, {"error": "template not found"})


@pytest.mark.parametrize("options", [None, [{"press_num": str(number % 10)} for number in range(101)]])
def test_keys_may_be_null_and_are_bounded(client: TestClient, options: object) -> None:
    answer = client.post("/v3/template", json={"template_name": "x", "press_options": options})

    assert answer.status_code == (200 if options is None else 400)
