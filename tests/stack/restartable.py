"""A Callbeat on one machine that a test kills and starts again, while its switch goes on or restarts."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import httpx
import psutil

from tests.stack.addresses import free_port
from tests.stack.running import SECRET, TOKEN, Stack
from tests.stack.waiting import wait_until
from worker.cli.demo.receiver import Receiver, receiving
from worker.cli.json_cdr import write_json_cdr
from worker.clock import SystemClock
from worker.domain.switch import Switch
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.transaction import SqlStore

START_SECONDS = 180.0
"""Long, because the machine may be busy."""


@dataclass
class Installation:
    """A `callbeat switch` and a `callbeat up` beside it."""

    home: Path
    receiver: Receiver
    speed: float
    posts_cdrs: bool
    api_port: int = field(default_factory=free_port)
    switch_port: int = field(default_factory=free_port)
    _switch: subprocess.Popen[bytes] | None = None
    _up: subprocess.Popen[bytes] | None = None

    @property
    def switch_url(self) -> str:
        return f"esl://:ClueCon@127.0.0.1:{self.switch_port}"

    @property
    def spool(self) -> Path:
        """Return where the switch leaves CDRs that it cannot post."""
        return self.home / "unsent"

    @property
    def environment(self) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("CALLBEAT_")}
        return others | {
            "CALLBEAT_HOME": str(self.home / "home"),
            "CALLBEAT_SWITCH_URLS": self.switch_url,
            "CALLBEAT_API_TOKEN": TOKEN,
            "CALLBEAT_CALLBACK_ALLOW": "127.0.0.0/8",
            "CALLBEAT_CALLBACK_SECRET": SECRET,
        }

    @cached_property
    def stack(self) -> Stack:
        """Return it as an operator sees it."""
        url, headers = f"http://127.0.0.1:{self.api_port}", {"Authorization": f"Bearer {TOKEN}"}
        return Stack(
            api=httpx.Client(base_url=url, headers=headers, timeout=30),
            receiver=self.receiver,
            switch_log=self.home / "switch.jsonl",
            environment=self.environment,
        )

    def start_switch(self) -> None:
        """Start the switch; if it is to post CDRs, it gets a secret and repeats a post each second."""
        options = ["--by-last-digit", f"--speed={self.speed}", f"--record={self.home / 'switch.jsonl'}"]
        if self.posts_cdrs:
            options.append(f"--json-cdr={self._configure_cdrs()}")
        self._switch = self._run("switch", f"--url={self.switch_url}", *options)

    def kill_switch(self) -> None:
        """Kill the switch with all its calls."""
        assert self._switch is not None
        self._switch.kill()
        self._switch.wait()

    def start(self) -> None:
        """Start everything else and wait until it is ready."""
        up = self._up = self._run("up", f"--port={self.api_port}", f"--flower-port={free_port()}", "--workers=1")
        wait_until(lambda: self._is_ready(up), seconds=START_SECONDS)

    def kill(self) -> None:
        """Kill everything but the switch, as a machine does that loses its power."""
        assert self._up is not None
        parent = psutil.Process(self._up.pid)
        whole = [parent, *parent.children(recursive=True)]
        for process in whole:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._up.wait()
        psutil.wait_procs(whole, timeout=10)

    def end(self) -> None:
        """End what still runs."""
        self.stack.api.close()
        if self._up is not None and self._up.poll() is None:
            self.kill()
        if self._switch is not None and self._switch.poll() is None:
            self.kill_switch()

    def _configure_cdrs(self) -> Path:
        (self.home / "home").mkdir(exist_ok=True)
        engine = make_engine(f"sqlite:///{self.home / 'home' / 'callbeat.sqlite3'}")
        migrate(engine)
        now = SystemClock().now()
        switch = f"127.0.0.1:{self.switch_port}"
        path = write_json_cdr(
            SqlStore(engine),
            self.home / "json_cdr.conf.xml",
            switch=Switch(name=switch, url=self.switch_url, state_since=now, created_at=now),
            api=f"http://127.0.0.1:{self.api_port}",
            more={"retries": "120", "delay": "1", "err-log-dir": str(self.spool)},
        )
        engine.dispose()
        return path

    def _is_ready(self, up: subprocess.Popen[bytes]) -> bool:
        assert up.poll() is None, (self.home / "up.log").read_text()
        try:
            return self.stack.api.get("/health/ready").status_code == 200
        except httpx.TransportError:
            return False

    def _run(self, command: str, *options: str) -> subprocess.Popen[bytes]:
        words: Sequence[str] = [sys.executable, "-m", "worker.cli", command, *options]
        with (self.home / f"{command}.log").open("ab") as log:
            return subprocess.Popen(words, env=self.environment, stdout=log, stderr=log)


@contextmanager
def installed(home: Path, *, speed: float, posts_cdrs: bool) -> Iterator[Installation]:
    """Run an installation while the block runs."""
    with receiving(secret=SECRET) as receiver:
        installation = Installation(home, receiver, speed, posts_cdrs)
        try:
            installation.start_switch()
            installation.start()
            yield installation
        finally:
            installation.end()
