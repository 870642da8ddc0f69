"""Keeps processes running, with Supervisor: each is restarted when it dies, and all end with it."""

import ctypes
import os
import secrets
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from configparser import RawConfigParser
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUPERVISOR: Final = "supervisor"
"""The module that keeps the processes running; part of the extra ``demo``."""
GROUPS: Final = ("ground", "callbeat")
"""In starting order; they end in the opposite order."""
STOP_SECONDS: Final = 15
"""Seconds that a child may take to end; then it is killed."""
SOCKET_PATH_LIMIT: Final = 100
"""Paths of local sockets are short; with a longer one there is no ``supervisorctl``."""
DIES_WITH_PARENT: Final = 1
"""``PR_SET_PDEATHSIG`` of Linux."""


@dataclass(frozen=True, slots=True)
class Child:
    """One process, and the group with which it starts and ends."""

    name: str
    command: Sequence[str]
    group: str = "callbeat"


def write_configuration(home: Path, children: Sequence[Child], *, quiet: bool) -> Path:
    """Write Supervisor's configuration into the home; the processes' environment is not in it."""
    (home / "log").mkdir(parents=True, exist_ok=True)
    parser = RawConfigParser()
    parser["supervisord"] = {
        "nodaemon": "true",
        "silent": str(quiet).lower(),
        "loglevel": "warn",
        "logfile": _escaped(home / "log" / "supervisor.log"),
        "pidfile": _escaped(home / "supervisor.pid"),
        **({"user": "root"} if os.geteuid() == 0 else {}),
    }
    control = home / "supervisor.sock"
    if len(str(control)) <= SOCKET_PATH_LIMIT:
        login = {"username": "callbeat", "password": secrets.token_urlsafe(24)}
        parser["unix_http_server"] = {"file": _escaped(control), "chmod": "0700", **login}
        parser["supervisorctl"] = {"serverurl": _escaped(f"unix://{control}"), **login}
        parser["rpcinterface:supervisor"] = {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        }
    for child in children:
        parser[f"program:{child.name}"] = _program(child, log=home / "log" / f"{child.name}.log")
    for priority, group in enumerate(GROUPS):
        members = [child.name for child in children if child.group == group]
        if members:
            parser[f"group:{group}"] = {"programs": ",".join(members), "priority": str(priority)}
    file = home / "supervisor.conf"
    file.touch(mode=0o600)
    with file.open("w") as out:
        parser.write(out)
    return file


def _program(child: Child, *, log: Path) -> dict[str, str]:
    return {
        "command": _escaped(shlex.join(child.command)),
        "autorestart": "true",
        "startretries": "1000000",  # a part that is not there yet is waited for, without a limit
        "startsecs": "1",
        "stopsignal": "TERM",
        "stopwaitsecs": str(STOP_SECONDS),
        "redirect_stderr": "true",
        "stdout_logfile": _escaped(log),
        "stdout_logfile_maxbytes": "20MB",
        "stdout_logfile_backups": "2",
    }


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")


def supervise(configuration: Path, *, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start Supervisor in a session of its own, so that Ctrl-C reaches only this process."""
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)],
        env=environment,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - there are no threads yet
    )


def end(supervisor: subprocess.Popen[bytes]) -> None:
    """End all processes, and wait until they have ended."""
    if supervisor.poll() is None:
        supervisor.terminate()
    supervisor.wait()
    for orphan in _session(supervisor.pid):  # only if the supervisor itself was killed
        with suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGTERM)


def _session(leader: int) -> Iterator[int]:
    """Return the processes that are left in a session, where the system can list them."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if os.getsid(int(entry.name)) == leader:
                yield int(entry.name)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGTERM)
