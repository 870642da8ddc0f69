"""Which Redis ``up`` starts, and that nobody but the home's owner reaches it."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from worker.cli import embedded
from worker.cli.embedded import broker, redis_program, version_of

WHEEL = "/wheel/redis-server"


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace the ``PATH``; folders are added to the list."""
    folders: list[str] = []
    monkeypatch.setattr("os.get_exec_path", lambda: folders)
    monkeypatch.setattr(embedded, "_redis_of_the_wheel", lambda: WHEEL)
    return folders


def install(folder: Path, version: str) -> str:
    folder.mkdir()
    program = folder / "redis-server"
    program.write_text(f"#!/bin/sh\necho '{version}'\n")
    program.chmod(0o755)
    return str(program)


def told(version: str) -> str:
    return f"Redis server v={version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=0"


def test_the_newest_of_the_path_is_taken(path: list[str], tmp_path: Path) -> None:
    path += [str(tmp_path / name) for name in ("a", "b", "c", "nowhere")]
    install(tmp_path / "a", told("7.0.15"))
    newest = install(tmp_path / "b", told("7.10.0"))
    install(tmp_path / "c", told("7.2.4"))

    assert redis_program() == newest


@pytest.mark.parametrize("version", [told("6.0.16"), "something else", ""])
def test_one_that_is_too_old_or_does_not_tell_gives_way_to_the_wheels(
    path: list[str], tmp_path: Path, version: str
) -> None:
    path.append(str(tmp_path / "a"))
    install(tmp_path / "a", version)

    assert redis_program() == WHEEL


def test_without_any_on_the_path_the_wheels_is_taken(path: list[str]) -> None:
    assert (path, redis_program()) == ([], WHEEL)


def test_a_program_that_cannot_run_has_no_version(tmp_path: Path) -> None:
    assert version_of(str(tmp_path / "nothing")) == ()


def test_redis_listens_on_a_socket_in_the_home_alone(path: list[str], tmp_path: Path) -> None:
    home = tmp_path / "100% ours"

    found = broker(home)

    assert path == []
    assert found.url == f"unix://{tmp_path}/100%25%20ours/redis.sock"
    assert list(found.command[:7]) == [
        WHEEL, "--port", "0", "--unixsocket", str(home / "redis.sock"), "--unixsocketperm", "600",
    ]  # fmt: skip


def test_a_home_with_a_long_path_gets_a_redis_with_a_password_that_only_a_file_has(
    path: list[str], tmp_path: Path
) -> None:
    home = tmp_path / ("x" * 100)
    home.mkdir()

    found = broker(home)

    password = urlsplit(found.url).password
    file = home / "redis.conf"
    assert path == []
    assert password
    assert found.command == [WHEEL, str(file)]
    assert file.stat().st_mode & 0o777 == 0o600
    assert {f"requirepass {password}", "bind 127.0.0.1"} <= set(file.read_text().splitlines())


def test_where_there_is_no_redis_its_protocol_is_served_on_the_same_socket(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(embedded, "redis_program", lambda: None)

    found = broker(tmp_path)

    assert found.url == f"unix://{tmp_path}/redis.sock"
    assert found.command == [sys.executable, "-m", "worker.cli", "broker", "--socket", f"{tmp_path}/redis.sock"]
