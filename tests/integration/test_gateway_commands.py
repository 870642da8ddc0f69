"""`callbeat gateway …`: what an operator types, and reads."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.commands import columns, only_home_set, run


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return the one setting that the environment has."""
    with only_home_set(monkeypatch, tmp_path / "home") as home:
        yield home


def test_an_operator_keeps_gateways_by_commands() -> None:
    run("migrate")
    run("token", "create", "--tenant", "acme")

    added = run("gateway", "add", "trunk", "--concurrent-call", "30")
    granted = run("gateway", "grant", "trunk", "--tenant", "acme", "--caller-id", "0287*", "--caller-id", "0281")
    limited = run("gateway", "set", "trunk", "--no-limit", "--json")
    revoked = run("gateway", "revoke", "trunk", "--tenant", "acme")
    removed = run("gateway", "remove", "trunk")

    assert [code for code, _ in (added, granted, limited, revoked, removed)] == [0] * 5
    assert columns(added[1]) == [["trunk", "30", "0", "no limit", "nobody"]]
    assert "acme: 0287*, 0281" in granted[1]
    assert [(row["concurrent_call"], row["revision"]) for row in json.loads(limited[1])] == [(None, 3)]
    assert "acme: revoked since" in revoked[1]
    assert json.loads(run("gateway", "list", "--json")[1]) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "a b"),
        ("set", "trunk"),
        ("set", "trunk", "--no-limit", "--concurrent-call", "1"),
        ("grant", "trunk", "--tenant", "default"),
        ("grant", "trunk", "--tenant", "default", "--caller-id", "0*1"),
    ],
)
def test_a_gateway_command_that_means_nothing_is_refused(arguments: tuple[str, ...]) -> None:
    assert run("gateway", *arguments)[0] == 2
