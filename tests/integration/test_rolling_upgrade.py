"""From release 0.1.0 to this one with calls up, process by process, as ``deploy/README.md`` says."""

import io
import os
import signal
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
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

ROOT: Final = Path(__file__).parents[2]
RELEASE_0_1_0: Final = "a4b4a9c9c198e88d57123ec042cb202b7533b13d"
START_SECONDS: Final = 120.0
CHANNELS: Final = 4
LEADS: Final = 180
"""Enough for a busy machine: with these channels they last for three minutes."""
READY: Final = {"beat": "post_", "listener": "post_", "worker": "ready."}
"""What a process writes when it works, as leader or standby."""


@dataclass
class Machines:
    """Processes of two releases on one database, one broker and one switch."""

    folder: Path
    releases: dict[str, Path]
    settings: dict[str, str]
    processes: dict[tuple[str, str], subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, release: str) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("CALLBEAT_")}
        return ours | self.settings | {"PYTHONPATH": str(self.releases[release])}

    def run(self, release: str, *words: str) -> None:
        """Run a command of a release to its end."""
        self._popen(release, *words, log=self.folder / "commands.log").wait(START_SECONDS)

    def start(self, release: str, *names: str, options: Sequence[str] = ()) -> None:
        """Start processes of a release together, and wait until each works."""
        for name in names:
            self.processes[release, name] = self._popen(release, name, *options, log=self._log(release, name))
        for name in READY.keys() & set(names):
            wait_until(partial(self._works, release, name), seconds=START_SECONDS)

    def _works(self, release: str, name: str) -> bool:
        return READY[name] in self._log(release, name).read_text()

    def _log(self, release: str, name: str) -> Path:
        return self.folder / f"{release}-{name}.log"

    def stop(self, release: str, name: str) -> None:
        """Stop a process as a supervisor does."""
        process = self.processes.pop((release, name))
        process.send_signal(signal.SIGTERM)
        process.wait(60)

    def stop_all(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    def _popen(self, release: str, *words: str, log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "worker.cli", *words],
                cwd=self.releases[release],
                env=self.environment(release),
                stdout=out,
                stderr=out,
            )


@pytest.fixture(scope="module")
def release_0_1_0(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the code of release 0.1.0."""
    packed = subprocess.run(
        ["git", "archive", RELEASE_0_1_0, "worker", "api"],  # noqa: S607 - the Git that made this checkout
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if packed.returncode:
        pytest.skip("this checkout has no history; test_migrations runs the statements of release 0.1.0 instead")
    folder = tmp_path_factory.mktemp("release-0.1.0")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.2 has none
        archive.extractall(folder)  # noqa: S202 - git packed it just now
    return folder


@contextmanager
def api_of(machines: Machines, release: str, *, receiver: object, switch_log: Path) -> Iterator[Operator]:
    port = free_port()
    machines.start(release, "api", options=[f"--port={port}"])
    url, headers = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
        wait_until(lambda: _is_ready(client), seconds=START_SECONDS)
        yield Operator(Stack(api=client, receiver=receiver, switch_log=switch_log, environment={}))  # type: ignore[arg-type]


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/health/ready").is_success
    except httpx.TransportError:
        return False


@pytest.mark.slow(seconds=70)
@pytest.mark.postgres
def test_release_0_1_0_is_replaced_process_by_process_with_calls_up(
    release_0_1_0: Path, empty_postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    switch_url = f"esl://:ClueCon@127.0.0.1:{free_port()}"
    switch_log = tmp_path / "switch.jsonl"
    settings = {
        "CALLBEAT_HOME": str(tmp_path / "home"),
        "CALLBEAT_DATABASE_URL": empty_postgres_url,
        "CALLBEAT_REDIS_URL": redis_url,
        "CALLBEAT_SWITCH_URLS": switch_url,
        "CALLBEAT_API_TOKEN": TOKEN,
        "CALLBEAT_CALLBACK_ALLOW": "127.0.0.0/8",
        "CALLBEAT_CALLBACK_SECRET": SECRET,
    }
    machines = Machines(tmp_path, {"old": release_0_1_0, "new": ROOT}, settings)
    with ExitStack() as stack:
        stack.callback(machines.stop_all)
        receiver = stack.enter_context(Receiver(secret=SECRET))
        options = [f"--url={switch_url}", "--by-last-digit", f"--record={switch_log}"]
        machines.start("new", "switch", options=options)
        machines.run("old", "migrate")
        machines.start("old", *READY)
        operator = stack.enter_context(api_of(machines, "old", receiver=receiver, switch_log=switch_log))
        carrier = operator.carrier(concurrent_call=CHANNELS)
        campaign = operator.campaign(carrier=carrier, concurrent_call=CHANNELS, callback_url=receiver.url)
        numbers = [one for digit in "01" for one in numbers_of("viettel", count=LEADS // 2, last_digit=digit)]
        operator.import_leads(campaign, numbers)
        operator.start(campaign)
        operator.wait_for_dials(campaign, dials=6, seconds=60)

        machines.run("new", "migrate")
        dialled = [len(operator.dials(campaign))]
        for name in ("worker", "beat", "listener"):
            machines.start("new", name)
            operator.wait_for_dials(campaign, dials=dialled[-1] + 3, seconds=60)
            machines.stop("old", name)
            dialled.append(len(operator.dials(campaign)))
            operator.wait_for_dials(campaign, dials=dialled[-1] + 3, seconds=60)
        operator = stack.enter_context(api_of(machines, "new", receiver=receiver, switch_log=switch_log))
        machines.stop("old", "api")
        operator.put_carrier(carrier, concurrent_call=len(numbers))  # what is left of the leads shows nothing more
        operator.put(campaign, concurrent_call=len(numbers))
        operator.wait_until_over(campaign, seconds=180)
        wait_until(lambda: len(receiver.cdrs) >= len(numbers), seconds=60)
        rows = operator.stack.get("/v3/cdr", campaign_uuid=campaign, limit=200)["data"]

        assert dialled[-1] < len(numbers)
        assert Counter(line.number for line in operator.dials(campaign)) == Counter(numbers)
        ends = {line.call: line.cause for line in operator.lines(campaign) if line.event == "hangup"}
        assert {row["id"]: row["cause"] for row in rows} == ends
