"""What ``up`` runs, and how it tells the supervisor."""

import json
from configparser import RawConfigParser
from dataclasses import replace
from pathlib import Path

import pytest

from worker.cli.metrics_ports import write_targets
from worker.cli.process_list import Wanted, assemble
from worker.cli.supervision import Child, Group, write_configuration
from worker.settings import defaults

VOICES = ["voice-1", "voice-2"]
WANTED = Wanted(host="127.0.0.1", port=8000, flower_port=5555, workers=2)


def test_everything_that_is_not_configured_is_brought_along(tmp_path: Path) -> None:
    whole = assemble(defaults(), home=tmp_path, wanted=WANTED)

    names = [child.name for child in whole.children]
    workers = ["worker-1", "worker-2", "callbacks", "speech"]
    assert names == ["redis", "switch", "api", "listener", "listener-2", *workers, "beat", "flower", *VOICES]
    assert set(whole.addresses) == {"redis_url", "switch_urls", "voice_urls"}


def test_what_is_configured_is_not_started(tmp_path: Path) -> None:
    chosen = defaults(redis_url="redis://cache/0", switch_urls=("esl://:secret@switch:8021",))

    whole = assemble(chosen, home=tmp_path, wanted=WANTED)

    assert {"redis", "switch", *VOICES}.isdisjoint(child.name for child in whole.children)
    assert whole.addresses == {}


def test_flower_can_be_left_out(tmp_path: Path) -> None:
    whole = assemble(defaults(), home=tmp_path, wanted=replace(WANTED, flower_port=None))

    assert "flower" not in {child.name for child in whole.children}


def test_the_processes_find_each_other_by_their_environment(tmp_path: Path) -> None:
    whole = assemble(defaults(), home=tmp_path, wanted=WANTED)

    found = whole.environment({"PATH": "/bin", "CALLBEAT_HOME": "elsewhere"}, home=tmp_path)

    assert found["CALLBEAT_HOME"] == str(tmp_path)
    assert found["CALLBEAT_REDIS_URL"] == whole.addresses["redis_url"]
    assert found["CALLBEAT_SWITCH_URLS"] == whole.addresses["switch_urls"]
    assert found["PATH"] == "/bin"


def test_each_process_tells_its_metrics_at_a_port_of_its_own_when_asked(tmp_path: Path) -> None:
    whole = assemble(defaults(), home=tmp_path, wanted=replace(WANTED, metrics_port=9100))
    write_targets(tmp_path, whole.metrics, api=("0.0.0.0", 8000))  # noqa: S104 - an address of the test

    telling = {child.name: child.command[-1] for child in whole.children if "--metrics-port=" in child.command[-1]}
    assert telling == {name: f"--metrics-port={port}" for name, port in whole.metrics.items()}
    names = ["listener", "listener-2", "worker-1", "worker-2", "callbacks", "speech", "beat", *VOICES]
    assert whole.metrics == {name: 9100 + place for place, name in enumerate(names)}
    groups = json.loads((tmp_path / "prometheus.json").read_text())
    assert {(group["labels"]["job"], group["targets"][0]) for group in groups} >= {
        ("callbeat", "127.0.0.1:8000"), ("callbeat-work", "127.0.0.1:9100"), ("callbeat-voice", "127.0.0.1:9108"),
    }  # fmt: skip


def test_no_secret_is_on_a_command_line(tmp_path: Path) -> None:
    whole = assemble(defaults(), home=tmp_path, wanted=WANTED)

    password = whole.addresses["switch_urls"].partition("esl://:")[2].partition("@")[0]
    assert not any(password in part for child in whole.children for part in child.command)


@pytest.fixture
def written(tmp_path: Path) -> RawConfigParser:
    home = tmp_path / "100% ours"
    home.mkdir()
    children = [
        Child("redis", ["serve", "a b"], Group.GROUND),
        Child("api", ["callbeat", "api"]),
        Child("listener", ["callbeat", "listener"], Group.LISTENER),
        Child("worker", ["callbeat", "worker"], Group.DIALLING),
    ]
    file = write_configuration(home, children, quiet=False, stop_seconds=40)
    parser = RawConfigParser()
    parser.read(file)
    assert file.stat().st_mode & 0o077 == 0
    return parser


def test_every_process_is_restarted_and_logs_into_its_own_file(written: RawConfigParser) -> None:
    program = written["program:redis"]

    assert program["command"].endswith("supervisor.pid' serve 'a b'")
    assert program["autorestart"] == "true"
    assert program["stdout_logfile"].endswith("100%% ours/log/redis.log")


def test_what_dials_ends_first_then_listeners_then_what_delivers_callbacks(written: RawConfigParser) -> None:
    groups = [name for name in written.sections() if name.startswith("group:")]

    ending = sorted(groups, key=lambda name: -int(written[name]["priority"]))

    assert ending == ["group:dialling", "group:listener", "group:service", "group:ground"]


def test_a_process_may_take_the_drain_time_to_end(written: RawConfigParser) -> None:
    assert {written[name]["stopwaitsecs"] for name in written.sections() if name.startswith("program:")} == {"40"}
