"""`callbeat secret-key`, and which databases are encrypted without it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from worker import wiring
from worker.cli.command import command_line
from worker.domain.errors import CallbeatError
from worker.settings import Settings


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Start from an environment in which only the home is set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CALLBEAT_{name.upper()}", raising=False)
    monkeypatch.setenv("CALLBEAT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    wiring.settings.cache_clear()
    yield tmp_path / "home"
    wiring.settings.cache_clear()


@pytest.fixture
def own_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Configure a database of the operator's own."""
    file = tmp_path / "own.sqlite3"
    monkeypatch.setenv("CALLBEAT_DATABASE_URL", f"sqlite:///{file}")
    return file


def run(*arguments: str) -> str:
    """Run a command that must succeed, with the environment as it is now; give what it printed."""
    wiring.settings.cache_clear()
    result = CliRunner().invoke(command_line(), arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output.strip()


def refusal(*arguments: str) -> str:
    """Run a command that must fail by an expected error; give its one line."""
    wiring.settings.cache_clear()
    result = CliRunner().invoke(command_line(), arguments)
    assert isinstance(result.exception, CallbeatError), result.output
    return str(result.exception)


def checked() -> tuple[int, dict[str, object]]:
    wiring.settings.cache_clear()
    result = CliRunner().invoke(command_line(), ["secret-key", "check", "--json"], catch_exceptions=False)
    return result.exit_code, json.loads(result.output)


def encryption() -> tuple[bool, str, str]:
    """Return what `doctor` says about secrets."""
    wiring.settings.cache_clear()
    result = CliRunner().invoke(command_line(), ["doctor", "--json"], catch_exceptions=False)
    (found,) = [one for one in json.loads(result.output) if one["part"] == "secrets"]
    return found["is_well"], found["seen"], found["advice"]


def bytes_of(file: Path) -> bytes:
    return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


def test_the_embedded_database_is_encrypted_with_a_key_in_the_home(home: Path) -> None:
    run("migrate")

    file = home / "secret.key"
    assert file.stat().st_mode & 0o777 == 0o600
    secret = run("secret", "show", "--tenant", "default")
    disk = bytes_of(home / "callbeat.sqlite3")
    assert secret.startswith("whsec_")
    assert secret.encode() not in disk
    assert file.read_bytes().strip() not in disk
    code, found = checked()
    assert (code, found["unreadable"], found["keys"]) == (0, [], [found["present_key"]])
    well, seen, _ = encryption()
    assert (well, seen) == (True, f"encrypted with the key {found['present_key']}")


def test_each_start_uses_the_same_key(home: Path) -> None:
    run("migrate")
    before = (home / "secret.key").read_bytes()

    run("migrate")

    assert (home / "secret.key").read_bytes() == before


def test_a_lost_key_is_not_replaced(home: Path) -> None:
    run("migrate")
    secret = run("secret", "show", "--tenant", "default")
    lost = (home / "secret.key").rename(home / "elsewhere")

    said = refusal("migrate")

    assert "secrets are encrypted with the key " in said
    assert f"put {home / 'secret.key'} back" in said
    assert "which CALLBEAT_SECRET_KEY does not have" in refusal("secret", "show", "--tenant", "default")
    assert not encryption()[0]
    lost.rename(home / "secret.key")
    assert run("secret", "show", "--tenant", "default") == secret


@pytest.mark.usefixtures("own_database")
def test_without_a_key_an_own_database_stays_in_clear_and_doctor_says_so() -> None:
    run("migrate")

    assert checked()[0] == 0
    well, seen, advice = encryption()
    assert (well, seen) == (True, "stored in clear")
    assert "secret-key new" in advice
    assert "CALLBEAT_SECRET_KEY is not set" in refusal("secret-key", "rotate")


def test_an_own_database_in_use_is_encrypted_by_the_command_alone(
    own_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("migrate")
    secret = run("secret", "show", "--tenant", "default")
    monkeypatch.setenv("CALLBEAT_SECRET_KEY", run("secret-key", "new"))

    run("migrate")

    assert secret.encode() in bytes_of(own_database)
    assert checked()[0] == 1
    assert "`callbeat secret-key rotate`" in encryption()[2]

    said = run("secret-key", "rotate")

    assert said.startswith("1 values were encrypted anew. All secrets are encrypted with the key ")
    assert secret.encode() not in bytes_of(own_database)
    assert run("secret", "show", "--tenant", "default") == secret
    assert checked()[0] == 0


def test_a_new_database_of_an_operator_with_a_key_is_encrypted_at_once(
    own_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBEAT_SECRET_KEY", run("secret-key", "new"))

    run("migrate")

    secret = run("secret", "show", "--tenant", "default")
    assert secret.encode() not in bytes_of(own_database)


@pytest.mark.usefixtures("own_database")
def test_a_key_is_replaced_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = run("secret-key", "new"), run("secret-key", "new")
    monkeypatch.setenv("CALLBEAT_SECRET_KEY", old)
    run("migrate")
    secret = run("secret", "show", "--tenant", "default")

    monkeypatch.setenv("CALLBEAT_SECRET_KEY", f"{new},{old}")
    assert "is not used yet" in encryption()[1]
    run("secret-key", "rotate")
    monkeypatch.setenv("CALLBEAT_SECRET_KEY", new)

    assert run("secret", "show", "--tenant", "default") == secret
    assert checked()[0] == 0
    monkeypatch.setenv("CALLBEAT_SECRET_KEY", old)
    assert refusal("secret-key", "rotate").startswith("secrets are encrypted with keys that CALLBEAT_SECRET_KEY does")
    assert checked()[0] == 1


@pytest.mark.parametrize("wrong", ["x", "AAAA", "", " "])
def test_a_key_file_without_a_key_is_one_line(home: Path, wrong: str) -> None:
    run("migrate")
    (home / "secret.key").write_text(wrong)

    assert refusal("secret", "show", "--tenant", "default").startswith(f"{home / 'secret.key'} holds no key")
