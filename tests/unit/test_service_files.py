"""The files of systemd and Compose stop processes in the order of a drain, and wait for longer than it lasts."""

import re
from configparser import RawConfigParser
from pathlib import Path
from typing import Final

import pytest

from api.connection_table import MOST_CONNECTIONS, ConnectionLimits
from worker.domain.timing import ENDED_AFTER_DRAIN
from worker.settings import Settings

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
UNITS: Final = sorted((DEPLOY / "systemd").glob("*.service"))
PROCESSES: Final = [unit for unit in UNITS if "migrate" not in unit.name]
HARDENED: Final = {
    "UMask": "0077", "StateDirectoryMode": "0700",
    "NoNewPrivileges": "true", "ProtectSystem": "strict", "ProtectHome": "true", "PrivateTmp": "true",
    "CapabilityBoundingSet": "", "RestrictNamespaces": "true", "SystemCallArchitectures": "native",
}  # fmt: skip


def options(unit: Path, section: str, name: str) -> list[str]:
    """Return all values of an option that may stand several times."""
    text = unit.read_text().partition(f"[{section}]")[2].partition("\n[")[0]
    return [value for line in re.findall(rf"^{name}=(.*)$", text, re.MULTILINE) for value in line.split()]


def drain_seconds() -> float:
    return float(Settings.model_fields["drain_seconds"].default) + ENDED_AFTER_DRAIN.total_seconds()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_service_is_hardened(unit: Path) -> None:
    service = RawConfigParser(strict=False)
    service.optionxform = str  # type: ignore[assignment, method-assign]  # names keep their case
    service.read(unit)

    assert HARDENED.items() <= dict(service["Service"]).items()


@pytest.mark.parametrize("unit", PROCESSES, ids=lambda unit: unit.stem)
def test_each_process_gets_the_drain_time_before_it_is_killed(unit: Path) -> None:
    assert float(options(unit, "Service", "TimeoutStopSec")[0]) > drain_seconds()
    assert options(unit, "Service", "KillMode") == ["mixed"]
    assert options(unit, "Unit", "PartOf") == ["callbeat.target"]


@pytest.mark.parametrize("unit", PROCESSES, ids=lambda unit: unit.stem)
def test_each_process_may_have_as_many_connections_as_the_api_takes(unit: Path) -> None:
    (open_files,) = options(unit, "Service", "LimitNOFILE")

    assert ConnectionLimits.within(int(open_files)).connections == MOST_CONNECTIONS


def test_units_stop_in_the_order_of_a_drain() -> None:
    """Systemd stops in the opposite order of starts."""
    before = {unit.stem: options(unit, "Unit", "Before") for unit in PROCESSES}
    after = {unit.stem: options(unit, "Unit", "After") for unit in PROCESSES}
    listening, serving = "callbeat-listening.target", "callbeat-serving.target"

    assert {name for name, targets in after.items() if listening in targets} == {"callbeat-worker@", "callbeat-beat@"}
    assert {name for name, targets in before.items() if listening in targets} == {"callbeat-listener@"}
    assert {name for name, targets in after.items() if serving in targets} == {"callbeat-listener@"}
    ending_last = {
        "callbeat-api", "callbeat-callbacks@", "callbeat-flower",
        "callbeat-imports@", "callbeat-speech@", "callbeat-voice@",
    }  # fmt: skip
    assert {name for name, targets in before.items() if serving in targets} == ending_last
    assert set(options(DEPLOY / "systemd" / "callbeat.target", "Unit", "Wants")) == {listening, serving}


def test_compose_waits_for_longer_than_the_drain_time() -> None:
    (seconds,) = re.findall(r"^  stop_grace_period: ([0-9]+)s", (DEPLOY / "compose.yaml").read_text(), re.MULTILINE)

    assert float(seconds) > drain_seconds()


def test_each_voice_process_tells_its_figures_where_the_page_on_monitoring_says() -> None:
    """Ports of systemd's units end in their instance; Compose's are not published, so all may have the same one."""
    (unit,) = [unit for unit in PROCESSES if unit.stem == "callbeat-voice@"]
    command = " ".join(options(unit, "Service", "ExecStart"))
    compose = re.search(r"^ {4}command: (\[\"voice\".*)$", (DEPLOY / "compose.yaml").read_text(), re.MULTILINE)
    monitoring = (DEPLOY / "monitoring.md").read_text()

    assert "--metrics-port 908%i" in command
    assert '"127.0.0.1:9081", "127.0.0.1:9082"' in monitoring
    assert compose is not None
    assert '"--metrics-port", "9084"' in compose[1]
    assert "type: A, port: 9084" in monitoring


def test_each_process_that_writes_sounds_may_write_to_their_folder() -> None:
    """A voice process joins the sounds of a one-time code, and deletes them."""
    writing = {unit.stem for unit in PROCESSES if "-/srv/callbeat/sounds" in options(unit, "Service", "ReadWritePaths")}

    assert writing == {"callbeat-api", "callbeat-speech@", "callbeat-voice@", "callbeat-worker@"}
    assert "CALLBEAT_SOUNDS_FOLDER=/srv/callbeat/sounds" in (DEPLOY / "env.example").read_text()
