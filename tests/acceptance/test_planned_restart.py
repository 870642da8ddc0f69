"""Stopping and starting again with calls up: nothing is lost, nobody is dialled twice, and it ends in time."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.stack.addresses import free_port
from tests.stack.environment import SECRET, TOKEN
from tests.stack.operator import Operator, numbers_of
from tests.stack.receiver import Receiver
from tests.stack.running import Stack
from tests.stack.waiting import wait_until
from worker.cli.supervision import still_running
from worker.simulator.heard import read_heard
from worker.simulator.log import Line, read_log
from worker.telephony.originate import ANSWER_APPLICATION

HEARD = "heard.jsonl"
MESSAGE: Final = {
    "template_name": "restart",
    "voice_type": "tts",
    "content": "Kính chào quý khách. Xin quý khách bấm phím một để xác nhận.",
    "enable_option": True,
    "press_options": [{"press_num": "1", "type": "say", "content": "Cảm ơn quý khách."}],
    "exit_sound": {"content": "Tạm biệt."},
    "press_timeout": 1,
    "max_timeout": 1,
}
COMMAND = (sys.executable, "-m", "worker.cli")
VOICES: Final = ("voice-1", "voice-2")
START_SECONDS = 200.0
DRAIN_SECONDS = 25
SLACK_SECONDS = 15.0
"""For a machine that does other things too."""


@dataclass
class Site:
    """A machine with a switch that stays, and ``callbeat up`` that comes and goes."""

    home: Path
    switch_url: str
    switch_log: Path
    receiver: Receiver
    drain_seconds: int = DRAIN_SECONDS
    speaks: bool = False
    """With voice; else calls last as long as their callee talks."""
    ups: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("CALLBEAT_")}
        return ours | {
            "CALLBEAT_HOME": str(self.home),
            "CALLBEAT_SWITCH_URLS": self.switch_url,
            "CALLBEAT_API_TOKEN": TOKEN,
            "CALLBEAT_ANSWER_APPLICATION": "" if self.speaks else ANSWER_APPLICATION,
            "CALLBEAT_CALLBACK_ALLOW": "127.0.0.0/8",
            "CALLBEAT_CALLBACK_SECRET": SECRET,
            "CALLBEAT_DRAIN_SECONDS": str(self.drain_seconds),
        }

    @property
    def heard(self) -> dict[str, list[Mapping[str, object]]]:
        """Return what callees heard and did, by number."""
        found: defaultdict[str, list[Mapping[str, object]]] = defaultdict(list)
        for line in read_heard(self.switch_log.with_name(HEARD)):
            found[str(line["number"])].append(line)
        return dict(found)

    def told_to_stop(self, process: str) -> float:
        """Return when a process of ``up`` was told to stop, by its log."""
        lines = (self.home / "log" / f"{process}.log").read_text().splitlines()
        told = [line["time"] for line in map(json.loads, lines) if line.get("action") == "stopping"]
        return datetime.fromisoformat(told[-1]).timestamp()

    @property
    def told(self) -> str:
        """What ``up`` has written on its terminal."""
        return (self.home / "up.err").read_text()

    @contextmanager
    def up(self) -> Iterator[Operator]:
        """Start everything; it is the test that stops it."""
        api_port = free_port()
        self.home.mkdir(mode=0o700, exist_ok=True)
        command = [*COMMAND, "up", f"--port={api_port}", "--no-flower", "--workers=2"]
        with (self.home / "up.err").open("wb") as errors:
            process = subprocess.Popen(command, env=self.environment, stderr=errors)
        self.ups.append(process)
        url, headers = f"http://127.0.0.1:{api_port}", {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=url, headers=headers, timeout=10) as api:
            wait_until(lambda: self._is_ready(api), seconds=START_SECONDS)
            yield Operator(
                Stack(api=api, receiver=self.receiver, switch_log=self.switch_log, environment=self.environment)
            )

    def _is_ready(self, api: httpx.Client) -> bool:
        assert self.ups[-1].poll() is None, self.told
        try:
            return api.get("/health/ready").is_success
        except httpx.TransportError:
            return False

    def tell_to_stop(self) -> float:
        """Send SIGTERM; give the time."""
        self.ups[-1].send_signal(signal.SIGTERM)
        return time.time()

    def wait(self, seconds: float) -> float:
        """Wait for the end of ``up``; give the seconds that it took."""
        began = time.monotonic()
        self.ups[-1].wait(seconds)
        return time.monotonic() - began

    def clean_up(self) -> None:
        for process in self.ups:
            if process.poll() is None:
                process.kill()
                process.wait()
        wait_until(lambda: not self._kill_what_is_left(), seconds=30)

    def _kill_what_is_left(self) -> bool:
        left = still_running(self.home)
        for pid in left.values():
            os.kill(pid, signal.SIGKILL)
        return bool(left)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Run the switch, whose calls go by the clock of the wall and by the last digit of the number."""
    switch_url = f"esl://:ClueCon@127.0.0.1:{free_port()}"
    record = tmp_path / "switch.jsonl"
    command = [
        *COMMAND,
        "switch",
        f"--url={switch_url}",
        "--by-last-digit",
        f"--record={record}",
        f"--heard={tmp_path / HEARD}",
    ]
    switch = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    with Receiver(secret=SECRET) as receiver:
        site = Site(tmp_path / "home", switch_url, record, receiver)
        try:
            yield site
        finally:
            site.clean_up()
            switch.terminate()
            switch.wait()


def many(operator: Operator, *, leads: int, **changed: object) -> tuple[str, list[str]]:
    """Start a campaign over callees that answer (0), are busy (1) and let it ring (2); give it and its numbers."""
    carrier = operator.carrier(concurrent_call=12)
    chosen: dict[str, object] = {"concurrent_call": 12, "call_timeout": 8, "callback_url": operator.stack.receiver.url}
    campaign = operator.campaign(carrier=carrier, **(chosen | changed))
    numbers = [number for digit in "012" for number in numbers_of("viettel", count=leads // 3, last_digit=digit)]
    operator.import_leads(campaign, numbers)
    operator.start(campaign)
    return campaign, numbers


def calls_up(lines: list[Line], *, at: float) -> set[str]:
    begun = {line.call for line in lines if line.event == "originated" and line.at <= at}
    return begun - {line.call for line in lines if line.event == "hangup" and line.at <= at}


def is_told_to_stop(operator: Operator) -> bool:
    answer = operator.stack.api.get("/health/ready")
    return answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE and "stopping" in answer.json()["parts"]["process"]


@pytest.mark.slow(seconds=90)
def test_a_planned_restart_loses_no_result_dials_nobody_twice_and_lets_everybody_hear_the_end(site: Site) -> None:
    site.speaks = True
    with site.up() as operator:
        recalls = {"recall_times": 1, "recall_status": ["failed"], "schedule_recall": "after"}
        template = operator.stack.post("/v3/template", MESSAGE)["template_uuid"]
        campaign, numbers = many(operator, leads=42, template_uuid=template, **recalls)
        operator.wait_for_dials(campaign, dials=20, seconds=60)
        stopped_at = site.tell_to_stop()
        wait_until(lambda: is_told_to_stop(operator), seconds=SLACK_SECONDS)
        told_at = time.time()  # a busy machine takes a while to run the signal's handler
        site.wait(DRAIN_SECONDS + SLACK_SECONDS)
        at_the_stop = operator.lines(campaign)
    assert site.ups[-1].returncode == 0
    assert calls_up(at_the_stop, at=stopped_at)
    assert calls_up(at_the_stop, at=time.time()) == set()
    assert [line for line in at_the_stop if line.event == "originated" and line.at > told_at + 0.5] == []
    assert "calls up, at most" in site.told
    last_end = max(line.at for line in at_the_stop if line.event == "hangup")
    assert min(map(site.told_to_stop, VOICES)) > last_end
    spoken_with = {one["number"] for lines in site.heard.values() for one in lines if float(str(one["at"])) > told_at}
    assert spoken_with

    with site.up() as operator:
        operator.wait_until_over(campaign, seconds=90)
        dialled = Counter(line.number for line in operator.dials(campaign))
        ends = {line.call: line.cause for line in operator.lines(campaign) if line.event == "hangup"}
        rows = operator.stack.get("/v3/cdr", campaign_uuid=campaign, limit=200)["data"]
        wait_until(lambda: len(site.receiver.cdrs) >= len(numbers), seconds=30)
        site.tell_to_stop()
        wait_until(lambda: "Stopping" in site.told, seconds=SLACK_SECONDS)
        site.tell_to_stop()
        site.wait(SLACK_SECONDS)

    assert "Ended at once, on a second signal." in site.told
    assert still_running(site.home) == {}
    assert dialled == Counter(numbers)
    assert {row["id"]: row["cause"] for row in rows} == ends
    assert {row["status"] for row in rows} == {"answered", "busy", "no-answered"}
    assert set(site.heard) == {row["to_number"] for row in rows if row["status"] == "answered"}
    good_byes = {lines[-1]["sound"] for lines in site.heard.values() if lines[-1]["event"] == "sound"}
    assert [lines for lines in site.heard.values() if lines[-1]["event"] != "sound"] == []
    assert len(good_byes) == 1


@pytest.mark.slow(seconds=45)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel does not tell children of a parent's death")
def test_when_up_and_its_supervisor_are_killed_a_listener_stays_with_the_calls_and_the_next_up_names_it(
    site: Site,
) -> None:
    with site.up() as operator:
        campaign = operator.campaign(carrier=operator.carrier(), call_timeout=20)
        operator.import_leads(campaign, numbers_of("viettel", count=3, last_digit="2"))
        operator.start(campaign)
        operator.wait_for_dials(campaign, dials=3, seconds=60)
        os.kill(int((site.home / "supervisor.pid").read_text()), signal.SIGKILL)
        site.ups[-1].kill()
    refused = subprocess.run(
        [*COMMAND, "up", f"--port={free_port()}", "--no-flower"],
        env=site.environment, capture_output=True, text=True, timeout=START_SECONDS, check=False,
    )  # fmt: skip
    left = still_running(site.home)
    wait_until(lambda: still_running(site.home) == {}, seconds=START_SECONDS)

    assert refused.returncode == 1
    assert left
    assert all(f"{name} (pid {pid})" in refused.stderr for name, pid in left.items())
    assert calls_up(read_log(site.switch_log), at=time.time()) == set()
    assert settled(site.home) == ["no-answered"] * 3


def settled(home: Path) -> list[str]:
    """Return the outcomes of the calls in the database of a home."""
    with sqlite3.connect(home / "callbeat.sqlite3") as database:
        return [row[0] for row in database.execute("SELECT outcome FROM calls WHERE state = 'ended'")]


@pytest.mark.slow(seconds=25)
def test_an_up_whose_supervisor_is_killed_ends_with_all_processes(site: Site) -> None:
    with site.up():
        wait_until(lambda: "Callbeat is up" in site.told, seconds=SLACK_SECONDS)
        os.kill(int((site.home / "supervisor.pid").read_text()), signal.SIGKILL)
        site.wait(START_SECONDS)

    assert site.ups[-1].returncode == 1
    assert still_running(site.home) == {}
    assert "the supervisor ended by itself" in site.told
