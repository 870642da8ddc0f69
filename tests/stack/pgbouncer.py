"""A PgBouncer of a test's own, in front of a PostgreSQL of the tests: each transaction gets another of its sessions."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def pgbouncer(url: str, *, drops_options: bool = True) -> Iterator[str]:
    """Run it in front of a database; give the database's URL through it.

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
default_pool_size = {SERVER_CONNECTIONS}
max_client_conn = 500
server_idle_timeout = 1
{"ignore_startup_parameters = options" if drops_options else ""}
"""
    )
    log = folder / "pgbouncer.log"
    user = UNPRIVILEGED if os.getuid() == 0 else None
    through = server.set(host=LOOPBACK, port=port)
    try:
        with Process("pgbouncer", [program, str(settings)], dict(os.environ), log=log, user=user) as process:
            running = Postgres(through.render_as_string(hide_password=False))
            wait_until(lambda: running.answers(process=process), seconds=START_SECONDS)
            yield running.url
    finally:
        shutil.rmtree(folder, ignore_errors=True)
