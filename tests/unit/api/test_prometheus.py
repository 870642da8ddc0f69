"""What Prometheus and Grafana are given: metrics that there are, rules that fire, a board whose queries can be read."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from worker.jobs.figures import WorkFigures
from worker.voice.figures import Figures

DEPLOY: Final = Path(__file__).parents[3] / "deploy"
RULES, RULE_TESTS = DEPLOY / "prometheus" / "callbeat.rules.yml", DEPLOY / "prometheus" / "callbeat.test.yml"
MONITORING: Final = DEPLOY / "monitoring.md"
BOARD: Final = DEPLOY / "grafana" / "callbeat.json"
NAME: Final = re.compile(r"\bcallbeat_\w+")

PROMTOOL: Final = shutil.which("promtool")

needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="no promtool on the PATH: install Debian's package prometheus"
)


@pytest.fixture
def expositions(client: TestClient) -> list[str]:
    """Return what the API, a voice process and a worker tell Prometheus."""
    work = WorkFigures()
    work.measure()
    work.tell_clock(lambda: 0.2)
    assert work.calls is not None
    work.calls.leads("beat", is_leader=True)
    return [client.get("/metrics").text, Figures().text(calls=0), work.text()]


def test_each_metric_is_in_the_table_of_metrics(expositions: list[str]) -> None:
    families = [family for text in expositions for family in text_string_to_metric_families(text)]
    told = {family.name + ("_total" if family.type == "counter" else "") for family in families}
    table = re.findall(r"^\| (`.*`) \| (?:gauge|counter|histogram) \|", MONITORING.read_text(), re.MULTILINE)

    assert {name for cell in table for name in NAME.findall(cell)} == told


@pytest.fixture
def names(expositions: list[str]) -> set[str]:
    """Return the names of all time series."""
    families = [family for text in expositions for family in text_string_to_metric_families(text)]
    suffixes = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",)}
    return {family.name + suffix for family in families for suffix in suffixes.get(family.type, ("",))}


def queries() -> Iterator[str]:
    """Return the queries of the board."""
    panels: list[dict[str, Any]] = json.loads(BOARD.read_text())["panels"]  # Any: JSON
    yield from (target["expr"] for panel in panels for target in panel.get("targets", ()))


def promtool(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run promtool, which says on its output what is wrong."""
    command = (str(PROMTOOL), *words)
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)


def test_rules_and_board_ask_for_metrics_that_there_are(names: set[str]) -> None:
    asked = {name for query in queries() for name in NAME.findall(query)}
    told = {name for name in NAME.findall(RULES.read_text()) if name != "callbeat_rules"}

    assert asked
    assert (asked | told) - names == set()


def test_each_metric_of_the_api_is_on_the_board(client: TestClient) -> None:
    families = list(text_string_to_metric_families(client.get("/metrics").text))
    asked = {name.removesuffix("_total") for query in queries() for name in NAME.findall(query)}
    left_out = {"callbeat_carrier_network_channels", "callbeat_login_failures", "callbeat_switch_cdrs_refused"}
    left_out |= {"callbeat_switch_draining", "callbeat_switch_refusing"}

    assert {family.name for family in families if family.name not in asked} == left_out


@needs_promtool
def test_promtool_finds_nothing_wrong_with_the_metrics(expositions: list[str]) -> None:
    for text in expositions:
        checked = promtool("check", "metrics", given=text)

        assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@needs_promtool
def test_each_alert_fires_for_its_cause_and_is_clear_before_and_after() -> None:
    tested = promtool("test", "rules", str(RULE_TESTS))

    assert tested.returncode == 0, tested.stdout + tested.stderr
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text())
    assert {alert for alert in alerts if f'alertname="{alert}"' not in RULE_TESTS.read_text()} == set()


@needs_promtool
def test_each_query_of_the_board_can_be_read(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries())]
    file = tmp_path / "board.yml"
    file.write_text(json.dumps({"groups": [{"name": "board", "rules": rules}]}))

    checked = promtool("check", "rules", str(file))

    assert checked.returncode == 0, checked.stdout + checked.stderr
