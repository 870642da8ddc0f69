"""The commands of an operator's first minutes, on SQLite and a Redis of our own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.builders import NOON
from tests.integration.commands import columns, only_home_set, run
from tests.stack.addresses import free_port
from tests.stack.switch import SwitchProcess
from worker import wiring
from worker.cli.command import command_line
from worker.simulator.options import SimulatorOptions
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore
from worker.telephony.connection import open_connection
from worker.usecases.records.api_tokens import find_caller


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return the one setting that the environment has."""
    with only_home_set(monkeypatch, tmp_path / "home") as home:
        yield home


def test_migrate_makes_the_database_and_may_be_repeated(home: Path) -> None:
    assert run("migrate") == (0, "The database is up to date.\n")
    assert run("migrate") == (0, "The database is up to date.\n")

    engine = make_engine(f"sqlite:///{home}/callbeat.sqlite3")
    with SqlStore(engine).reading() as tx:
        assert tx.sounds.key() is not None, "a plan that made it in its own transaction would wait for itself"
    engine.dispose()


def test_a_token_is_printed_once_and_opens_its_tenants_door(home: Path) -> None:
    run("migrate")

    code, output = run("token", "create", "--tenant", "acme")

    assert code == 0
    assert re.fullmatch(r"[\w-]{40,}\n", output)
    engine = make_engine(f"sqlite:///{home}/callbeat.sqlite3")
    assert find_caller(SqlStore(engine), token=output.strip(), api_token=None, now=NOON).tenant.name == "acme"
    engine.dispose()
    assert output.strip().encode() not in (home / "callbeat.sqlite3").read_bytes()


def test_a_tenant_keeps_its_earlier_tokens() -> None:
    run("migrate")

    first, second = (run("token", "create", "--tenant", "acme")[1] for _ in range(2))

    assert first != second


@pytest.mark.parametrize("command", [["token", "create", "--tenant", "acme"], ["tenant", "show"], ["secret", "show"]])
def test_a_command_on_a_fresh_home_says_to_migrate(command: list[str]) -> None:
    arguments = [*command, "--tenant", "default"] if command == ["secret", "show"] else command

    result = CliRunner().invoke(command_line(), arguments)

    assert result.exit_code == 1
    assert str(result.exception) == "the database has no schema yet: run `callbeat migrate`"


def test_a_name_that_looks_like_markup_is_columns() -> None:
    run("migrate")
    run("token", "create", "--tenant", "[/x]")

    assert "[/x]" in run("tenant", "show")[1]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CALLBEAT_REDIS_URL", "redis://127.0.0.1:6379/abc", "redis://[:PASSWORD@]HOST[:PORT][/NUMBER]"),
        ("CALLBEAT_TIMEZON", "UTC", "did you mean CALLBEAT_TIMEZONE?"),
    ],
)
def test_doctor_tells_a_wrong_variable_as_it_is(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)

    code, output = run("doctor")

    assert code == 1
    assert told in output


def test_a_home_that_cannot_be_made_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_HOME", "/proc/nope")
    wiring.settings.cache_clear()

    result = CliRunner().invoke(command_line(), ["migrate"])

    assert result.exit_code == 1
    assert str(result.exception).startswith("/proc/nope cannot be created")


def test_doctor_finds_what_is_not_there() -> None:
    code, output = run("doctor")

    assert code == 1
    assert "callbeat migrate" in output
    assert "CALLBEAT_REDIS_URL is not set" in output


def test_doctor_names_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_TIMEZONE", "Mars")

    code, output = run("doctor")

    assert code == 1
    assert 'CALLBEAT_TIMEZONE is "Mars"' in output


def test_doctor_sees_a_switch_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_SWITCH_URLS", f"esl://:pass@127.0.0.1:{free_port()}")

    code, output = run("doctor")

    assert code == 1
    assert "cannot be reached" in output


def _findings(monkeypatch: pytest.MonkeyPatch, switch: SwitchProcess) -> dict[str, dict[str, object]]:
    """Return what ``doctor --json`` finds of the switch, by part."""
    password, name = switch.url.password, switch.url.name
    monkeypatch.setenv("CALLBEAT_SWITCH_URLS", f"esl://:{password}@{name}")
    wiring.settings.cache_clear()
    _, output = run("doctor", "--json")
    found = {finding["part"]: finding for finding in json.loads(output)}
    return {part.removeprefix(f"switch {name}").strip(): found[part] for part in found if part.startswith("switch")}


def test_doctor_looks_at_a_switch_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    run("migrate")
    with SwitchProcess(SimulatorOptions()) as switch:
        well = _findings(monkeypatch, switch)
        monkeypatch.setenv("CALLBEAT_ANSWER_APPLICATION", "transfer:robot XML ivr")
        connection = open_connection(switch.url)
        connection.command("api fsctl pause outbound")
        connection.close()
        wrong = _findings(monkeypatch, switch)

    assert {part for part, finding in well.items() if not finding["is_well"]} == set()
    assert {part for part, finding in wrong.items() if not finding["is_well"]} == {"answered calls", "takes calls"}
    assert "fsctl resume" in str(wrong["takes calls"]["advice"])


def test_doctor_tells_what_to_do_about_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with SwitchProcess(SimulatorOptions()) as switch:
        monkeypatch.setenv("CALLBEAT_SWITCH_URLS", f"esl://:wrong@{switch.url.name}")
        code, output = run("doctor")

    assert code == 1
    assert "refused the password" in output
    assert "event_socket.conf.xml" in output


@pytest.mark.redis
def test_doctor_sees_what_is_well(monkeypatch: pytest.MonkeyPatch, redis_url: str) -> None:
    monkeypatch.setenv("CALLBEAT_REDIS_URL", redis_url)
    run("migrate")

    _, output = run("doctor")

    seen = [cells for cells in columns(output) if len(cells) == 3]
    assert {part: well for part, well, _ in seen} == {
        "configuration": "yes",
        "database": "yes",
        "durability": "yes",
        "secrets": "yes",
        "broker": "yes",
        "switch": "no",
        "voice": "yes",
    }


@pytest.mark.parametrize("process", ["worker", "beat", "listener", "flower", "api"])
def test_a_process_stops_at_once_without_what_it_cannot_do_without(
    process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.log.configure", lambda _level: None)  # the test's own logging stays

    result = CliRunner().invoke(command_line(), [process])

    assert result.exit_code != 0
    assert "CALLBEAT_REDIS_URL is not set" in str(result.exception)


UNGUARDED = ["no limit", "any"]
"""How a tenant's calls of a day and its destinations are shown until an operator guards them."""


def test_what_a_tenant_spends_is_guarded_and_columns() -> None:
    run("migrate")

    run("tenant", "set", "--tenant", "default", "--calls-per-day", "500", "--destinations", "viettel,09,!0900")

    assert columns(run("tenant", "show")[1]) == [
        ["default", "Asia/Ho_Chi_Minh", "no cap", "0", "500", "viettel,09,!0900", "-", "-"]
    ]

    run("tenant", "set", "--tenant", "default", "--calls-per-day", "any", "--destinations", "any")

    assert columns(run("tenant", "show")[1]) == [["default", "Asia/Ho_Chi_Minh", "no cap", "0", *UNGUARDED, "-", "-"]]


def test_a_tenants_cap_and_zone_are_set_and_columns() -> None:
    run("migrate")
    run("token", "create", "--tenant", "acme")

    code, output = run("tenant", "set", "--tenant", "acme", "--concurrent-call", "30", "--timezone", "Europe/Berlin")

    assert (code, columns(output)) == (0, [["acme", "Europe/Berlin", "30", "0", *UNGUARDED, "-", "-"]])
    assert columns(run("tenant", "show")[1]) == [
        ["acme", "Europe/Berlin", "30", "0", *UNGUARDED, "-", "-"],
        ["default", "Asia/Ho_Chi_Minh", "no cap", "0", *UNGUARDED, "-", "-"],
    ]


def test_a_tenants_cap_is_lifted() -> None:
    run("migrate")
    run("tenant", "set", "--tenant", "default", "--concurrent-call", "0")

    assert columns(run("tenant", "show", "--tenant", "default")[1]) == [
        ["default", "Asia/Ho_Chi_Minh", "0", "0", *UNGUARDED, "-", "-"]
    ]

    run("tenant", "set", "--tenant", "default", "--no-cap")

    assert columns(run("tenant", "show", "--tenant", "default")[1]) == [
        ["default", "Asia/Ho_Chi_Minh", "no cap", "0", *UNGUARDED, "-", "-"]
    ]


def test_what_a_tenant_may_store_is_set_and_shown_and_set_back() -> None:
    run("migrate")
    run("tenant", "set", "--tenant", "default", "--cap", "subscriptions=3")

    assert columns(run("tenant", "show")[1]) == [
        ["default", "Asia/Ho_Chi_Minh", "no cap", "0", *UNGUARDED, "subscriptions=3", "-"]
    ]

    run("tenant", "set", "--tenant", "default", "--cap", "subscriptions=default")

    assert columns(run("tenant", "show")[1]) == [["default", "Asia/Ho_Chi_Minh", "no cap", "0", *UNGUARDED, "-", "-"]]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--concurrent-call", "-1"], "Invalid value for '--concurrent-call'"),
        (["--concurrent-call", "1", "--no-cap"], "contradict each other"),
        (["--cap", "callbacks=3"], "with a NAME of subscriptions"),
        (["--timezone", "Mars"], "expected an IANA time zone"),
        (["--calls-per-day", "-1"], "expected a number of calls, or any"),
        (["--destinations", "+84"], "expected prefixes of national numbers"),
        ([], "nothing to change"),
    ],
)
def test_what_a_tenant_cannot_be_is_told_and_changes_nothing(arguments: list[str], told: str) -> None:
    run("migrate")

    code, output = run("tenant", "set", "--tenant", "default", *arguments)

    assert code == 2
    assert told in output
    assert columns(run("tenant", "show")[1]) == [["default", "Asia/Ho_Chi_Minh", "no cap", "0", *UNGUARDED, "-", "-"]]


def test_a_tenant_that_is_not_there_is_not_made() -> None:
    run("migrate")

    result = CliRunner().invoke(command_line(), ["tenant", "set", "--tenant", "nobody", "--no-cap"])

    assert result.exit_code == 1
    assert str(result.exception) == "there is no tenant nobody"


def test_a_signing_secret_is_shown_and_rotated() -> None:
    run("migrate")
    run("token", "create", "--tenant", "acme")

    first = run("secret", "show", "--tenant", "acme")[1]
    rotated = run("secret", "rotate", "--tenant", "acme", "--hours", "1")[1]

    assert first.startswith("whsec_")
    assert rotated.startswith("whsec_")
    assert first != rotated
    assert run("secret", "show", "--tenant", "acme")[1] == rotated


def test_a_secret_that_the_environment_chooses_is_rotated_there(monkeypatch: pytest.MonkeyPatch) -> None:
    run("migrate")
    monkeypatch.setenv("CALLBEAT_CALLBACK_SECRET", "whsec_AAAA")
    wiring.settings.cache_clear()

    result = CliRunner().invoke(command_line(), ["secret", "rotate", "--tenant", "default"])

    assert result.exit_code == 1
    assert str(result.exception).startswith("CALLBEAT_CALLBACK_SECRET is set")


def test_there_is_no_secret_of_a_tenant_that_is_not_there() -> None:
    run("migrate")

    for what in ("show", "rotate"):
        result = CliRunner().invoke(command_line(), ["secret", what, "--tenant", "nobody"])
        assert str(result.exception) == "there is no tenant nobody"
