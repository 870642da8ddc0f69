"""What an operator's tools get of a few calls: a trace, log lines with one id, data for each panel of the board."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.stack.addresses import LOOPBACK, free_port, free_ports
from tests.stack.collector import Collector
from tests.stack.environment import environment
from tests.stack.operator import Operator, numbers_of
from tests.stack.process import Process
from tests.stack.running import BY_LAST_DIGIT, Stack, running_stack
from tests.stack.waiting import wait_until

SPEED: Final = 20.0
MOST_PROCESSES: Final = 12
ARRIVES_SECONDS: Final = 40.0
BOARD: Final = Path(__file__).parents[2] / "deploy" / "grafana" / "callbeat.json"
PROMETHEUS: Final = shutil.which("prometheus")

NETWORKS: Final = {"viettel": 4, "mobi": 3, "vina": 2, "tel": 2, "offnet": 0}
SPANS: Final = {
    "callbeat-api": {"POST /v3/autocall/otp"},
    "callbeat-worker": {"plan_carrier", "dial", "callback"},
    "callbeat-listener": {"answered", "call"},
    "callbeat-voice": {"conversation"},
}
LOGGED: Final = {
    ("api", "call_requested"),
    ("worker", "call_dialled"),
    ("listener", "call_finished"),
    ("voice", "voice_over"),
    ("callbacks", "callback_delivered"),
}


@dataclass(frozen=True)
class Watched:
    """A Callbeat that has called people, with what it told of that."""

    stack: Stack
    collector: Collector
    home: Path
    calls: tuple[str, ...]
    phones: tuple[str, ...]

    def names(self, call: str) -> dict[str, set[str]]:
        """Return the names of the spans of a call's trace, but those of other calls, by the kind of process."""
        spans = tuple(self.collector.spans)
        traces = {span.trace for span in spans if span.call == call}
        assert len(traces) == 1
        found: dict[str, set[str]] = {}
        for span in spans:
            if span.trace in traces and span.call in {"", call}:
                found.setdefault(span.service, set()).add(span.name)
        return found

    def lines(self, name: str) -> list[dict[str, Any]]:  # Any: JSON
        """Return what a process has logged."""
        lines = (self.home / "log" / f"{name}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    home = tmp_path_factory.mktemp("watched")
    options = replace(BY_LAST_DIGIT, speed=SPEED)
    with Collector() as collector:
        settings = {"answer_application": "", "traces_url": collector.url}
        running = running_stack(
            home, switch_options=options, settings=settings, metrics_port=free_ports(MOST_PROCESSES)
        )
        with running as stack:
            operator = Operator(stack)
            campaign = operator.campaign(carrier=operator.carrier(network=NETWORKS), callback_url=stack.receiver.url)
            template = stack.get("/v3/template", limit=1)["data"][0]["template_name"]
            body = {"campaign_uuid": campaign, "template": template, "code_otp": "4711"}
            phones = numbers_of("viettel", count=3, series=7)
            calls: list[str] = []
            for phone in phones:  # the first one waits for its sounds, and is planned again when they are rendered
                calls.append(str(stack.post("/v3/autocall/otp", {**body, "phone_number": phone})["call_id"]))
                wait_until(lambda: stack.receiver.cdrs.keys() >= {*calls}, seconds=ARRIVES_SECONDS)
            yield Watched(stack, collector, home / "home", tuple(calls), tuple(phones))


@pytest.mark.slow
def test_one_trace_runs_from_the_request_for_a_call_to_its_callback(watched: Watched) -> None:
    """A tick may ask for the plan between the commit of a request and its message: one of three calls is enough."""

    def is_whole(call: str) -> bool:
        names = watched.names(call) if any(span.call == call for span in tuple(watched.collector.spans)) else {}
        return all(names.get(service, set()) >= wanted for service, wanted in SPANS.items())

    try:
        wait_until(lambda: any(map(is_whole, watched.calls)), seconds=ARRIVES_SECONDS)
    except AssertionError:
        pytest.fail(f"no trace is whole: {[watched.names(call) for call in watched.calls]}")

    for one in watched.stack.receiver.received:
        traces = {span.trace for span in tuple(watched.collector.spans) if span.call == one.call}
        assert {one.traceparent.split("-")[1]} == traces


@pytest.mark.slow
def test_one_id_follows_a_call_through_the_logs_which_hold_no_number(watched: Watched) -> None:
    call = watched.calls[0]
    folder = watched.home / "log"

    def actions() -> set[tuple[str, str]]:
        found = set()
        for file in folder.glob("*.log"):
            kind = file.stem.partition("-")[0]
            found |= {(kind, line["action"]) for line in watched.lines(file.stem) if line.get("call_id") == call}
        return found

    wait_until(lambda: actions() >= LOGGED, seconds=ARRIVES_SECONDS)

    requested = next(line for line in watched.lines("api") if line.get("call_id") == call)
    assert requested["request_id"]
    text = "".join(file.read_text() for file in folder.glob("*.log"))
    assert [phone for phone in watched.phones if phone[1:] in text] == []


@pytest.mark.slow
@pytest.mark.skipif(PROMETHEUS is None, reason="no prometheus on the PATH: install Debian's package prometheus")
def test_each_panel_of_the_board_has_data_of_a_real_prometheus(watched: Watched, tmp_path: Path) -> None:
    targets = watched.home / "prometheus.json"
    scrapes = {"job_name": "callbeat", "file_sd_configs": [{"files": [str(targets)]}]}
    configuration = {"global": {"scrape_interval": "1s"}, "scrape_configs": [scrapes]}
    file = tmp_path / "prometheus.yml"
    file.write_text(json.dumps(configuration))  # JSON is YAML
    port = free_port()
    command = [str(PROMETHEUS), f"--config.file={file}", f"--storage.tsdb.path={tmp_path / 'data'}"]
    command += [f"--web.listen-address={LOOPBACK}:{port}", "--log.level=warn"]
    with (
        Process("prometheus", command, environment(home=tmp_path), log=tmp_path / "prometheus.log") as process,
        httpx.Client(base_url=f"http://{LOOPBACK}:{port}", trust_env=False) as client,
    ):
        empty = {expr for panel in json.loads(BOARD.read_text())["panels"] for expr in exprs_of(panel)}
        assert empty

        def has_all() -> bool:
            assert process.is_alive, process.said()
            empty.difference_update({expr for expr in empty if has_data(client, expr)})
            return not empty

        try:
            wait_until(has_all, seconds=ARRIVES_SECONDS)
        except AssertionError:
            assert empty == set()
        up = client.get("/api/v1/query", params={"query": "sum by (job) (up)"}).json()["data"]["result"]
    assert {one["metric"]["job"]: one["value"][1] for one in up} == {
        "callbeat": "1", "callbeat-voice": "2", "callbeat-work": "7"
    }  # fmt: skip


def exprs_of(panel: dict[str, Any]) -> list[str]:  # Any: JSON
    return [target["expr"] for target in panel.get("targets", ())]


def has_data(client: httpx.Client, expr: str) -> bool:
    try:
        return bool(client.get("/api/v1/query", params={"query": expr}).json()["data"]["result"])
    except (httpx.TransportError, ValueError, KeyError):
        return False  # it is starting
