"""`callbeat cdr-secret` and `callbeat cdr-spool`, as an operator runs them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.builders import NOON
from worker.domain.switch import Switch
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.take_cdr import switch_of_secret

SWITCH = "10.0.0.1:8021"
PAYLOADS = Path(__file__).parents[1] / "payloads"

pytestmark = pytest.mark.slow


def run_callbeat(around: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "worker.cli", *words]
    return subprocess.run(command, env=around, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture
def around(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    """Return the environment of commands over a database that knows one switch."""
    engine = make_engine(sqlite_url)
    with SqlStore(engine).transaction() as tx:
        tx.switches.insert_missing([Switch(name=SWITCH, url=f"esl://:x@{SWITCH}", state_since=NOON, created_at=NOON)])
    engine.dispose()
    assert make_url(sqlite_url).database
    others = {name: value for name, value in os.environ.items() if not name.startswith("CALLBEAT_")}
    return others | {"CALLBEAT_HOME": str(tmp_path), "CALLBEAT_DATABASE_URL": sqlite_url}


def test_a_secret_is_printed_once_and_only_for_a_known_switch(around: dict[str, str], sqlite_url: str) -> None:
    first = run_callbeat(around, "cdr-secret", SWITCH).stdout.strip()
    second = run_callbeat(around, "cdr-secret", SWITCH).stdout.strip()
    unknown = run_callbeat(around, "cdr-secret", "10.0.0.9:8021")

    engine = make_engine(sqlite_url)
    found = switch_of_secret(SqlStore(engine), secret=second)
    engine.dispose()
    assert found.name == SWITCH
    assert first != second
    assert (unknown.returncode, unknown.stderr) == (3, "callbeat: there is no switch 10.0.0.9:8021\n")


def test_a_spool_is_handed_in_and_what_is_no_cdr_is_kept_and_named(
    around: dict[str, str], sqlite_url: str, tmp_path: Path
) -> None:
    spool = tmp_path / "unsent"
    spool.mkdir()
    body = (PAYLOADS / "cdr-busy-486.http").read_bytes().partition(b"\r\n\r\n")[2]
    (spool / "c7ab1a7a.cdr.json").write_bytes(body)
    (spool / "broken.cdr.json").write_bytes(body[:100])

    first = run_callbeat(around, "cdr-spool", str(spool))
    shutil.rmtree(spool)
    nowhere = run_callbeat(around, "cdr-spool", str(spool))

    engine = make_engine(sqlite_url)
    with SqlStore(engine).transaction() as tx:
        (waiting,) = tx.posted_cdrs.take(limit=10)
    engine.dispose()
    assert str(waiting.call_id) == "c7ab1a7a-e4eb-46d0-b852-7e10b1f4efa6"
    assert (first.returncode, first.stdout) == (1, "1 CDRs were handed in, 1 files are no CDRs\n")
    assert first.stderr == f"kept: {spool / 'broken.cdr.json'}\n"
    assert (nowhere.returncode, nowhere.stderr) == (1, f"callbeat: {spool} is no folder\n")
