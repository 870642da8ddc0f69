"""A browser: a client with cookies, without a token in its headers."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import a_tenant
from tests.fakes.services import TOKEN, FakeServices
from worker.domain.role import Role
from worker.usecases.records.api_tokens import create_token


class Browser:
    """Opens pages and sends their forms, as a person would."""

    def __init__(self, client: TestClient, services: FakeServices) -> None:
        """Use the client's cookies."""
        self.client = client
        self.services = services
        client.headers.pop("Authorization", None)

    def key(self, role: Role = Role.ADMIN) -> str:
        owner = a_tenant(self.services.store, name="default")
        return create_token(
            self.services.store, tenant=owner, now=NOON, chance=self.services.chance, name="Lan", role=role
        )

    def log_in(self, role: Role = Role.ADMIN) -> str:
        key = self.key(role)
        assert self.send("/ops/log-in", "/ops/log-in", token=key) == 303
        return key

    def see(self, path: str, *, status: int = 200) -> str:
        answer = self.client.get(path, follow_redirects=False)
        assert answer.status_code == status, answer.text
        return answer.text

    def csrf(self, path: str) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]*)"', self.see(path))
        assert found is not None
        return found[1]

    def api(self, method: str, path: str, **sent: Any) -> Any:
        """Ask the API itself, with the installation's token; return the JSON of its answer."""
        answer = self.client.request(method, path, headers={"Authorization": f"Bearer {TOKEN}"}, **sent)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, seen: str, path: str, /, **fields: str | list[str]) -> int:
        """Send a form of the page that was seen; return the status."""
        self.answer = self.client.post(path, data={"csrf": self.csrf(seen), **fields}, follow_redirects=False)
        return self.answer.status_code


@pytest.fixture
def browser(anonymous: TestClient, services: FakeServices) -> Browser:
    """Open a browser that is not logged in."""
    return Browser(anonymous, services)
