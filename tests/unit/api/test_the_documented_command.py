"""The documented command as it stands: only scheme, host and token are ours."""

import shlex
from itertools import pairwise
from pathlib import Path

from fastapi.testclient import TestClient

import tests
from tests.builders.documented_put import seed_body
from tests.fakes.services import TOKEN

DOCUMENTED = (Path(tests.__file__).parent / "payloads" / "documented-put.curl").read_text(encoding="utf-8")
WITH_VALUE = {"--request", "--header", "--data"}


def test_the_documented_command_is_answered_as_documented(client: TestClient, campaign: str) -> None:
    """The words of the command are read as a shell reads them, and sent as curl sends them."""
    one_line = DOCUMENTED.replace("\\\n", " ")
    words = shlex.split(one_line.replace("https://{{base_url}}", "").replace("{{token}}", TOKEN))
    values = [(option, value) for option, value in pairwise(words) if option in WITH_VALUE]
    headers = [value.split(": ", 1) for option, value in values if option == "--header"]
    (method,), (data,) = ([value for option, value in values if option == wanted] for wanted in ("--request", "--data"))
    path = next(word for word in words if word.startswith("/v3/"))
    client.headers.pop("Authorization")

    answer = client.request(method, path, content=data.encode(), headers=dict(headers))

    assert (answer.status_code, answer.json()) == (200, {"campaign_uuid": campaign})
    assert client.get(path, headers=dict(headers)).json()["campaign_name"] == seed_body()["campaign_name"]
