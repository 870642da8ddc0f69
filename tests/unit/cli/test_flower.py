"""Flower's options: bounded, persistent, and never open to others without a login."""

import logging
from pathlib import Path

import pytest

from worker.cli.flower import MOST_TASKS, OpenToAll, flower_options


def options(home: Path, *, host: str = "127.0.0.1", **environment: str) -> set[str]:
    return set(flower_options(host, 5555, home=home, environment=environment))


def test_tasks_are_bounded_and_counters_are_kept_in_the_home(tmp_path: Path) -> None:
    home = tmp_path / "home"

    found = options(home)

    assert found == {
        "--address=127.0.0.1", "--port=5555", f"--max_tasks={MOST_TASKS}", "--purge_offline_workers=86400",
        "--persistent=True", f"--db={home / 'flower.state'}", "--state_save_interval=60000",
    }  # fmt: skip
    assert home.stat().st_mode & 0o077 == 0


def test_what_the_environment_sets_is_left_to_it(tmp_path: Path) -> None:
    found = options(tmp_path / "home", FLOWER_MAX_TASKS="10", FLOWER_PERSISTENT="false", OTHER="1")

    assert not [one for one in found if one.startswith(("--max_tasks", "--persistent"))]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "", "callbeat.example.com"])  # noqa: S104 - refused
def test_an_address_that_others_reach_needs_a_login(host: str, tmp_path: Path) -> None:
    with pytest.raises(OpenToAll, match="FLOWER_BASIC_AUTH"):
        options(tmp_path / "home", host=host, FLOWER_BASIC_AUTH="")

    assert f"--address={host}" in options(tmp_path / "home", host=host, FLOWER_BASIC_AUTH="operator:secret")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_needs_none(host: str, tmp_path: Path) -> None:
    assert f"--address={host}" in options(tmp_path / "home", host=host)


def test_without_a_private_home_it_starts_and_forgets(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "others").touch()
    shared.chmod(0o777)

    with caplog.at_level(logging.WARNING):
        found = options(shared)

    assert "--persistent=False" in found
    assert [vars(record)["action"] for record in caplog.records] == ["flower_forgets"]
