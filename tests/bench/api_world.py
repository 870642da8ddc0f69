"""Millions of CDRs on PostgreSQL, made by the database itself, and the API beside them."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
import psycopg
from sqlalchemy import Engine, text

from tests.bench.whole import add_many_leads, let_it_take_its_time
from tests.builders import CAMPAIGN, CARRIER, TENANT, fill_store, list_of
from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.callbeat import api_command, worker_command
from tests.stack.environment import TOKEN, environment
from tests.stack.postgres import Postgres
from tests.stack.process import Process
from tests.stack.running import START_SECONDS
from tests.stack.waiting import wait_until
from worker.jobs import names
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.transaction import SqlStore

CDRS: Final = int(os.environ.get("BENCH_CDRS", "5000000"))
LEADS: Final = 100_000
DAYS: Final = 90
CLIENT_SECONDS: Final = 120.0


@dataclass(frozen=True)
class World:
    """The API as a process, a client with a token, and the database beside it."""

    process: Process
    files: Process
    """The worker that imports files."""
    api: httpx.Client
    engine: Engine
    database: psycopg.Connection


@contextmanager
def world(postgres: Postgres, redis_url: str) -> Iterator[World]:
    """Run the API and a worker for files on a database with many CDRs."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        url, port = postgres.fresh(), free_port()
        engine = make_engine(url)
        stack.callback(engine.dispose)
        migrate(engine)
        fill_store(SqlStore(engine))
        add_many_leads(engine, LEADS, stage="done")
        _store_cdrs(engine)
        caps = "exports_at_once=100,requests_per_second=100000,request_burst=100000"
        around = environment(home=home, database_url=url, redis_url=redis_url, api_token=TOKEN, tenant_caps=caps)
        process = stack.enter_context(Process("api", api_command(port=port), around, log=home / "api.log"))
        importing = worker_command("files", queues=names.IMPORTS)
        files = stack.enter_context(Process("files", importing, around, log=home / "files.log"))
        api = stack.enter_context(a_client(port))
        wait_until(lambda: _answers(api), seconds=START_SECONDS)
        plain = url.replace("postgresql+psycopg", "postgresql")
        yield World(process, files, api, engine, stack.enter_context(psycopg.connect(plain, autocommit=True)))


def a_client(port: int) -> httpx.Client:
    """Return a client that judges no answer, since that would be measured too."""
    return httpx.Client(
        base_url=f"http://{LOOPBACK}:{port}",
        headers={"Authorization": f"Bearer {TOKEN}", "Accept-Encoding": "identity"},
        timeout=CLIENT_SECONDS,
        trust_env=False,
    )


def _answers(api: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return api.get("/health/live").is_success
    return False


def _store_cdrs(engine: Engine) -> None:
    """Store the calls, and then build the indexes: ten times as fast as one by one."""
    with engine.begin() as connection:
        let_it_take_its_time(connection)
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        indexes = connection.execute(_INDEXES).all()
        for index in indexes:
            connection.execute(text(f"DROP INDEX {index.indexname}"))
        given = {"tenant": TENANT, "campaign": CAMPAIGN, "carrier": CARRIER, "list": list_of(CAMPAIGN)}
        connection.execute(_CALLS, {**given, "last": CDRS, "leads": LEADS, "days": DAYS})
        for index in indexes:
            connection.execute(text(index.indexdef))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE calls"))


_INDEXES: Final = text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'calls' AND indexname LIKE 'ix%'")
_CALLS: Final = text("""
    INSERT INTO calls (id, tenant_id, campaign_id, carrier_id, list_id, lead_id, run_id, revision, attempt,
                       stage_before, phone, network, ref_id, state, queued_at, resend_at, refusals, switch, caller_id,
                       started_at, ringing_at, answered_at, ended_at, switch_duration, switch_billsec, outcome, cause,
                       sip_call_id, hangup_disposition, last_key)
    SELECT lpad(to_hex(n), 32, '0')::uuid, :tenant, :campaign, :carrier, :list,
           lpad(to_hex(n % :leads), 32, '0')::uuid, lpad(to_hex(n / 100000 + 1), 32, '0')::uuid, 1, 1, 'new',
           '09' || lpad(((n * 7919) % 9999999)::text, 8, '0'), 'viettel',
           CASE WHEN n % 1000 = 0 THEN 'order-' || n ELSE '' END, 'ended', at, at, 0, 's1',
           '0287300' || lpad((n % 10)::text, 4, '0'), at, at + interval '3 s',
           CASE WHEN n % 3 = 0 THEN at + interval '8 s' END, at + interval '30 s', 30,
           CASE WHEN n % 3 = 0 THEN 22 ELSE 0 END,
           CASE WHEN n % 1000000 = 1 THEN 'voicemail' WHEN n % 3 = 0 THEN 'answered' WHEN n % 3 = 1 THEN 'busy'
                ELSE 'no-answered' END,
           'NORMAL_CLEARING', 'sip-' || n, 'recv_bye', CASE WHEN n % 5000 = 0 THEN '1' END
    FROM (SELECT n, timestamptz '2026-11-28 00:00:00+00' - make_interval(days => :days)
                    + make_interval(secs => n * (86400.0 * :days / :last)) AS at
          FROM generate_series(1, CAST(:last AS bigint)) AS n) AS each
""")
