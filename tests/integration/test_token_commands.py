"""API keys on the command line: create, list, rotate, revoke; and that commands are in the audit trail."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.commands import only_home_set, run
from worker.ports.paging import Slice
from worker.ports.records.audit import AuditFilter
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a home for the commands, and no other setting."""
    with only_home_set(monkeypatch, tmp_path / "home") as home:
        yield home


def listed() -> list[dict[str, Any]]:  # Any: what the command prints
    return list(json.loads(run("token", "list", "--tenant", "acme", "--json")[1]))


def test_keys_are_created_listed_rotated_and_revoked(home: Path) -> None:
    run("migrate")
    secret = run("token", "create", "--tenant", "acme", "--name", "crm", "--role", "operator", "--days", "2")[1].strip()
    (key,) = listed()

    rotated = run("token", "rotate", key["id"], "--tenant", "acme", "--hours", "1")
    revoked = run("token", "revoke", key["id"], "--tenant", "acme")

    (new,) = listed()
    assert (key["name"], key["role"], rotated[0], revoked[0]) == ("crm", "operator", 0, 0)
    assert (new["name"], new["role"], new["expires_at"]) == ("crm", "operator", None)
    assert "crm" in run("token", "list", "--tenant", "acme")[1]
    assert run("token", "revoke", key["id"], "--tenant", "acme")[0] == 1
    engine = make_engine(f"sqlite:///{home}/callbeat.sqlite3")
    with SqlStore(engine).reading() as tx:
        tenant = tx.tenants.named("default")
        assert tenant is not None
        rows = tx.audit.page(tenant.id, Slice(limit=100), wanted=AuditFilter(), with_installation=True).rows
    engine.dispose()
    told = [row.action.partition(" ")[2] for row in rows if "token" in row.action]
    assert told == ["token revoke", "token rotate", "token create", "token create"]  # the tenant, and its key
    assert {row.actor for row in rows} == {"command line"}
    assert secret not in str(rows)
