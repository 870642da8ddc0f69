"""What a newcomer does first: run the demonstration, run everything on one machine, stop it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.stack.addresses import free_port
from tests.stack.callbeat import run_callbeat
from tests.stack.environment import environment
from tests.stack.running import START_SECONDS, running_up
from tests.stack.waiting import wait_until

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


class Up:
    """A running ``callbeat up``."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.process = running_up(
            environment(home=home), log=home / "up.err", api_port=self.port, flower_port=free_port(), workers=1
        )
        self.process.start()

    def children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready").is_success
        except httpx.TransportError:
            return False

    def wait_until_ready(self) -> None:
        def is_ready() -> bool:
            assert self.process.is_alive, self.process.said()
            return self.is_ready()

        wait_until(is_ready, seconds=START_SECONDS)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(60)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Run everything; whatever a test does to it, nothing stays behind."""
    running = Up(tmp_path_factory.mktemp("home"))
    try:
        running.wait_until_ready()
        yield running
    finally:
        if running.process.is_alive:
            running.stop()


def refusal(*options: str, home: Path) -> str:
    """Run an ``up`` that cannot start, and return what it says."""
    done = run_callbeat(environment(home=home), "up", *options, check=False)
    assert done.returncode == 1
    return done.stderr


@pytest.mark.slow(seconds=35)
def test_the_demonstration_dials_every_lead_whatever_other_programs_variables_say(tmp_path: Path) -> None:
    done = run_callbeat(environment(home=tmp_path) | MEANT_FOR_OTHERS, "demo", "--leads", "30", check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "30 of 30" in done.stdout
    assert "25 allowed" in done.stdout
    assert "One callee heard: Xin chào" in done.stdout


@pytest.mark.slow
def test_a_port_in_use_is_one_clear_line(up: Up, tmp_path: Path) -> None:
    said = refusal(f"--port={up.port}", home=tmp_path)

    assert said == f"callbeat: port {up.port} on 127.0.0.1 is in use: choose another with --port\n"


@pytest.mark.slow
def test_a_home_has_room_for_one(up: Up) -> None:
    ports = (f"--port={free_port()}", f"--flower-port={free_port()}")

    said = refusal(*ports, home=up.home)

    assert said == f"callbeat: another `callbeat up` runs in {up.home}\n"


@pytest.mark.slow
def test_nothing_in_the_home_can_be_read_by_others(up: Up) -> None:
    found = [up.home, *up.home.rglob("*")]

    assert {path.name for path in found} >= {"callbeat.sqlite3", "callbeat.sqlite3-wal", "log", "supervisor.conf"}
    assert [path for path in found if path.name != "up.err" and path.lstat().st_mode & 0o077] == []


@pytest.mark.slow
def test_a_process_that_dies_is_restarted(up: Up) -> None:
    api = next(process for process in up.children() if "api" in process.cmdline())

    api.kill()
    api.wait(10)

    up.wait_until_ready()


@pytest.mark.slow
def test_everything_ends_together_and_leaves_nothing_behind(up: Up) -> None:
    up.wait_until_ready()  # if the test before has failed, a process may be missing
    processes = up.children()
    commands = {argument for process in processes for argument in process.cmdline()}

    code = up.stop()

    assert code == 0
    assert {"api", "worker", "beat", "listener", "switch", "flower", "voice"} <= commands
    assert [process for process in processes if process.is_running()] == []
    assert not (up.home / "embedded.env").exists()
