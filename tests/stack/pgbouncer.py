"""A PgBouncer of a test's own, in front of a PostgreSQL of the tests: each transaction gets another of its sessions."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.postgres import START_SECONDS, Postgres
from tests.stack.process import Process
from tests.stack.waiting import wait_until

SERVER_CONNECTIONS: Final = 6
"""Fewer than our processes have connections, so that they really share them."""
UNPRIVILEGED: Final = "nobody"
"""PgBouncer does not run as root."""


def pgbouncer_program() -> str | None:
    """Return the path of PgBouncer's program, or None where it is not installed; Debian puts it beside root's."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@dataclass(frozen=True)
class Pooler:
    """How to start a PgBouncer, and the URL of its database through it."""

    command: list[str]
    url: str
    log: Path
    user: str | None


@contextmanager
def pooler_files(url: str, *, drops_options: bool = True, connections: int = SERVER_CONNECTIONS) -> Iterator[Pooler]:
    """Have the settings of a PgBouncer in front of a database while the block runs.

    Without ``drops_options`` it refuses connections that come with options, as it does by its own settings.
    """
    program = pgbouncer_program()
    assert program is not None
    server, port = make_url(url), free_port()
    folder = Path(tempfile.mkdtemp(prefix="callbeat-pgbouncer-"))
    folder.chmod(0o755)
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"""[databases]
* = host={server.host} port={server.port} user={server.username}
[pgbouncer]
listen_addr = {LOOPBACK}
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 500
server_idle_timeout = 1
{"ignore_startup_parameters = options" if drops_options else ""}
"""
    )
    through = server.set(host=LOOPBACK, port=port).render_as_string(hide_password=False)
    user = UNPRIVILEGED if os.getuid() == 0 else None
    try:
        yield Pooler([program, str(settings)], through, folder / "pgbouncer.log", user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def pgbouncer(url: str, *, drops_options: bool = True) -> Iterator[str]:
    """Run a PgBouncer in front of a database while the block runs; give the database's URL through it."""
    with pooler_files(url, drops_options=drops_options) as pooler:
        running = Postgres(pooler.url)
        with Process("pgbouncer", pooler.command, dict(os.environ), log=pooler.log, user=pooler.user) as process:
            wait_until(lambda: running.answers(process=process), seconds=START_SECONDS)
            yield running.url
