"""What a newcomer does first: run the demonstration, run everything on one machine, stop it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import httpx
import psutil
import pytest

from tests.stack.addresses import free_port

START_SECONDS = 200.0
NOWHERE = "redis://127.0.0.1:1/0"
MEANT_FOR_OTHERS = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "socks5h://127.0.0.1:9",
    "SSL_CERT_FILE": "/nonexistent",
    "SSL_CERT_DIR": "/nonexistent",
    "CELERY_BROKER_URL": NOWHERE,
    "CELERY_BROKER_READ_URL": NOWHERE,
    "CELERY_BROKER_WRITE_URL": NOWHERE,
    "CELERY_RESULT_BACKEND": NOWHERE,
    "CELERY_CONFIG_MODULE": "nonsense",
    "BROKER_URL": NOWHERE,
    "RESULT_BACKEND": NOWHERE,
    "APP": "nonsense",
    "LOADER": "nonsense",
    "CONFIG_MODULE": "nonsense",
    "WEB_CONCURRENCY": "4",
}
"""Variables that libraries of ours read for other programs' sake."""
COMMAND = (sys.executable, "-m", "worker.cli")


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """Give this environment without any of our variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CALLBEAT_")}


class Up:
    """A running ``callbeat up``."""

    def __init__(self, environment: dict[str, str], home: Path) -> None:
        self.home = home
        self.port = free_port()
        with (home / "up.err").open("wb") as errors:
            self.process = subprocess.Popen(
                [*COMMAND, "up", f"--port={self.port}", f"--flower-port={free_port()}", "--workers=1"],
                env={**environment, "CALLBEAT_HOME": str(home)},
                stderr=errors,
            )

    def children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready").is_success
        except httpx.TransportError:
            return False

    def wait_until_ready(self) -> None:
        deadline = monotonic() + START_SECONDS
        while not self.is_ready():
            assert monotonic() < deadline
            assert self.process.poll() is None, (self.home / "up.err").read_text()
            sleep(0.2)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def up(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Run everything; whatever a test does to it, nothing stays behind."""
    running = Up(environment, tmp_path_factory.mktemp("home"))
    try:
        running.wait_until_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


def refusal(*options: str, environment: dict[str, str], home: Path) -> str:
    """Run an ``up`` that cannot start; give what it says."""
    done = subprocess.run(
        [*COMMAND, "up", *options],
        env={**environment, "CALLBEAT_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr


@pytest.mark.slow
def test_the_demonstration_dials_every_lead_whatever_other_programs_variables_say(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [*COMMAND, "demo", "--leads", "30"],
        env=environment | MEANT_FOR_OTHERS,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "30 of 30" in done.stdout
    assert "25 allowed" in done.stdout


@pytest.mark.slow
def test_a_port_in_use_is_one_clear_line(up: Up, environment: dict[str, str], tmp_path: Path) -> None:
    said = refusal(f"--port={up.port}", environment=environment, home=tmp_path)

    assert said == f"callbeat: port {up.port} on 127.0.0.1 is in use: choose another with --port\n"


@pytest.mark.slow
def test_a_home_has_room_for_one(up: Up, environment: dict[str, str]) -> None:
    ports = (f"--port={free_port()}", f"--flower-port={free_port()}")

    said = refusal(*ports, environment=environment, home=up.home)

    assert said == f"callbeat: another `callbeat up` runs in {up.home}\n"


@pytest.mark.slow
def test_a_process_that_dies_is_restarted(up: Up) -> None:
    api = next(process for process in up.children() if "api" in process.cmdline())

    api.kill()
    api.wait(10)

    up.wait_until_ready()


@pytest.mark.slow
def test_everything_ends_together_and_leaves_nothing_behind(environment: dict[str, str], tmp_path: Path) -> None:
    up = Up(environment, tmp_path)
    up.wait_until_ready()
    processes = up.children()
    commands = {argument for process in processes for argument in process.cmdline()}

    code = up.stop()

    assert code == 0
    assert {"api", "worker", "beat", "listener", "switch", "flower"} <= commands
    assert [process for process in processes if process.is_running()] == []
    assert not (tmp_path / "embedded.env").exists()
