"""A Callbeat on one machine that a test kills and starts again, while its switch goes on or restarts."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import psutil

from tests.stack.addresses import free_port
from tests.stack.callbeat import callbeat
from tests.stack.environment import SECRET, environment
from tests.stack.process import Process
from tests.stack.receiver import Receiver
from tests.stack.running import Stack, client, stack_settings, wait_until_ready
from worker.cli.json_cdr import write_json_cdr
from worker.clock import SystemClock
from worker.domain.switch import Switch
from worker.settings import Settings
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.transaction import SqlStore

CLIENT_SECONDS: Final = 30.0


@dataclass
class Installation:
    """A `callbeat switch` and a `callbeat up` beside it."""

    home: Path
    receiver: Receiver
    speed: float
    posts_cdrs: bool
    api_port: int = field(default_factory=free_port)
    switch_port: int = field(default_factory=free_port)
    _switch: Process | None = None
    _up: Process | None = None

    @property
    def switch_url(self) -> str:
        return f"esl://:ClueCon@127.0.0.1:{self.switch_port}"

    @property
    def spool(self) -> Path:
        """Return where the switch leaves CDRs that it cannot post."""
        return self.home / "unsent"

    @property
    def environment(self) -> dict[str, str]:
        return environment(home=self.home / "home", **stack_settings(switch_url=self.switch_url))

    @cached_property
    def stack(self) -> Stack:
        """Return it as an operator sees it."""
        return Stack(
            api=client(port=self.api_port, timeout=CLIENT_SECONDS),
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

    def start(self) -> None:
        """Start everything else and wait until it is ready."""
        up = self._up = self._run("up", f"--port={self.api_port}", "--no-flower", "--workers=1")
        wait_until_ready(self.stack, up=up)

    def kill(self) -> None:
        """Kill everything but the switch, as a machine does that loses its power."""
        assert self._up is not None
        parent = psutil.Process(self._up.pid)
        whole = [parent, *parent.children(recursive=True)]
        for process in whole:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._up.kill()
        psutil.wait_procs(whole, timeout=10)

    def end(self) -> None:
        """End what still runs."""
        self.stack.api.close()
        if self._up is not None and self._up.is_alive:
            self.kill()
        if self._switch is not None and self._switch.is_alive:
            self.kill_switch()

    def _configure_cdrs(self) -> Path:
        (self.home / "home").mkdir(mode=0o700, exist_ok=True)
        home = Settings(home=self.home / "home")
        engine = make_engine(home.database, keys=home.secret_keys)  # after the first start there is a key
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

    def _run(self, command: str, *options: str) -> Process:
        process = Process(command, callbeat(command, *options), self.environment, log=self.home / f"{command}.log")
        process.start()
        return process


@contextmanager
def installed(home: Path, *, speed: float, posts_cdrs: bool) -> Iterator[Installation]:
    """Run an installation while the block runs."""
    with Receiver(secret=SECRET) as receiver:
        installation = Installation(home, receiver, speed, posts_cdrs)
        try:
            installation.start_switch()
            installation.start()
            yield installation
        finally:
            installation.end()
