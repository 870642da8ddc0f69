"""Keeps processes running, with Supervisor: each is restarted when it dies, and all end with it."""

import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from configparser import RawConfigParser
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Final

from worker.cli import tether
from worker.cli.embedded import is_in_home

SUPERVISOR: Final = "supervisor"
"""The module that keeps the processes running; part of the extra ``demo``."""
CONFIGURATION: Final = "supervisor.conf"
SUPERVISOR_PID: Final = "supervisor.pid"
PROCESSES: Final = "processes"
"""A folder in the home with a lock file for each process that runs."""
LOOK_SECONDS: Final = 0.1


class Group(StrEnum):
    """Processes that start and end together. Groups start in this order and end in the opposite one.

    What dials ends first; then the listeners, which stay while calls are up; then what delivers their callbacks.
    """

    GROUND = "ground"
    SERVICE = "service"
    LISTENER = "listener"
    DIALLING = "dialling"


@dataclass(frozen=True, slots=True)
class Child:
    """One process, and the group with which it starts and ends."""

    name: str
    command: Sequence[str]
    group: Group = Group.SERVICE


def write_configuration(home: Path, children: Sequence[Child], *, quiet: bool, stop_seconds: int) -> Path:
    """Write Supervisor's configuration into the home; the processes' environment is not in it.

    A child that has not ended ``stop_seconds`` after its signal is killed.
    """
    for folder in ("log", PROCESSES):
        (home / folder).mkdir(parents=True, exist_ok=True)
    parser = RawConfigParser()
    parser["supervisord"] = {
        "nodaemon": "true",
        "silent": str(quiet).lower(),
        "loglevel": "warn",
        "logfile": _escaped(home / "log" / "supervisor.log"),
        "umask": "077",
        "pidfile": _escaped(home / SUPERVISOR_PID),
        **({"user": "root"} if os.geteuid() == 0 else {}),
    }
    control = _control_socket(home)
    login = {"username": "callbeat", "password": secrets.token_urlsafe(24)}
    parser["unix_http_server"] = {"file": _escaped(control), "chmod": "0600", **login}
    parser["supervisorctl"] = {"serverurl": _escaped(f"unix://{control}"), **login}
    parser["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    for child in children:
        parser[f"program:{child.name}"] = _program(child, home=home, stop_seconds=stop_seconds)
    for priority, group in enumerate(Group):
        members = [child.name for child in children if child.group == group]
        if members:
            parser[f"group:{group}"] = {"programs": ",".join(members), "priority": str(priority)}
    file = home / CONFIGURATION
    file.touch(mode=0o600)
    with file.open("w") as out:
        parser.write(out)
    return file


def _program(child: Child, *, home: Path, stop_seconds: int) -> dict[str, str]:
    return {
        "command": _escaped(shlex.join(_tethered(child, home=home))),
        "autorestart": "true",
        "startretries": "1000000",  # a part that is not there yet is waited for, without a limit
        "startsecs": "1",
        "stopsignal": "TERM",
        "stopwaitsecs": str(stop_seconds),
        "redirect_stderr": "true",
        "stdout_logfile": _escaped(home / "log" / f"{child.name}.log"),
        "stdout_logfile_maxbytes": "20MB",
        "stdout_logfile_backups": "2",
    }


def _tethered(child: Child, *, home: Path) -> list[str]:
    """Return the command that starts the child so that it ends with its supervisor; see ``worker.cli.tether``."""
    starter = [sys.executable, "-I", "-S", str(tether.__file__)]
    return [*starter, str(home / PROCESSES / child.name), str(home / SUPERVISOR_PID), *child.command]


def _control_socket(home: Path) -> Path:
    inside = home / "supervisor.sock"
    if is_in_home(inside):
        return inside  # paths of local sockets are short; a longer one is in the folder for temporary files
    return Path(tempfile.mkdtemp(prefix="callbeat-")) / inside.name


def _control_address(home: Path) -> Path:
    parser = RawConfigParser()
    parser.read(home / CONFIGURATION)
    return Path(parser["unix_http_server"]["file"].replace("%%", "%"))


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")


def supervise(configuration: Path, *, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start Supervisor in a session of its own, so that Ctrl-C reaches only this process."""
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)],
        env=environment,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        preexec_fn=tether.die_with_parent,  # noqa: PLW1509 - there are no threads yet
    )


def still_running(home: Path) -> dict[str, int]:
    """Return the processes of this home that run, also those of an earlier start: their numbers by name."""
    locks = sorted((home / PROCESSES).glob("*"))
    return {lock.name: pid for lock in locks if (pid := tether.holder(lock)) is not None}


def configured(home: Path) -> int:
    """Return how many processes the supervisor of this home keeps running."""
    parser = RawConfigParser()
    parser.read(home / CONFIGURATION)
    return sum(1 for section in parser.sections() if section.startswith("program:"))


def tell_to_stop(supervisor: subprocess.Popen[bytes], *, home: Path) -> None:
    """Make Supervisor end its processes, group by group.

    Supervisor notices a signal when it waits no longer; a connection ends its wait.
    """
    supervisor.terminate()
    with suppress(OSError), socket.socket(socket.AF_UNIX) as control:
        control.connect(str(_control_address(home)))


def end(supervisor: subprocess.Popen[bytes], *, home: Path, within_seconds: float) -> None:
    """End all processes in order, and kill what has not ended in time."""
    deadline = monotonic() + within_seconds
    if supervisor.poll() is None:
        tell_to_stop(supervisor, home=home)
    elif sys.platform != "linux":  # there the kernel has told them when the supervisor died
        _signal_all(home, signal.SIGTERM)
    while (supervisor.poll() is None or still_running(home)) and monotonic() < deadline:
        Event().wait(LOOK_SECONDS)
    end_at_once(supervisor, home=home)


def end_at_once(supervisor: subprocess.Popen[bytes], *, home: Path) -> None:
    """Kill what is left; the database knows where to go on."""
    supervisor.kill()
    supervisor.wait()
    _signal_all(home, signal.SIGKILL)
    with suppress(KeyError):  # somebody has removed the home, and the configuration with it
        control = _control_address(home)
        if control.parent != home:
            shutil.rmtree(control.parent, ignore_errors=True)


def _signal_all(home: Path, number: signal.Signals) -> None:
    for pid in still_running(home).values():
        with suppress(ProcessLookupError):
            os.kill(pid, number)
