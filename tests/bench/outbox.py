"""What it costs to look for due callbacks among ever more that wait, as after a day on which receivers were away."""

import time
from statistics import median
from typing import Final

import pendulum
from sqlalchemy import Engine, text

from tests.bench.figures import Figure
from tests.bench.scale import spaced
from tests.bench.whole import let_it_take_its_time
from tests.builders import CAMPAIGN, TENANT, fill_store
from tests.fakes.jobs import FakeJobQueue
from tests.stack.postgres import Postgres
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.ask_for_callbacks import ask_for_callbacks

FEW: Final = (1_000, 5)
MANY: Final = (1_000_000, 5_000)
"""Callbacks that wait, and hosts to which they go."""
EACH: Final = 40
"""Searches in a run: more than it takes to walk over all hosts once."""
AT_ONCE: Final = 20_000
MS: Final = 1000.0


def outbox(postgres: Postgres, _redis_url: str, *, runs: int) -> list[Figure]:
    """Time the search for due callbacks, which the sweep asks for every few seconds."""
    few, many = _searches(postgres, *FEW, runs=runs), _searches(postgres, *MANY, runs=runs)
    return [
        Figure(
            bench="outbox",
            what=f"ms of a search among {spaced(MANY[0])} due callbacks for {spaced(MANY[1])} hosts, {name}",
            ours=[pick(taken) for taken in many],
            limit=[pick(taken) for taken in few],
            held_against=f"among {spaced(FEW[0])} for {FEW[1]}",
            target="≤ 50 ms",
        )
        for name, pick in (("median", median), ("longest", max))
    ]


def _searches(postgres: Postgres, callbacks: int, hosts: int, *, runs: int) -> list[list[float]]:
    engine = make_engine(postgres.fresh())
    try:
        migrate(engine)
        store = SqlStore(engine)
        fill_store(store)
        _let_wait(engine, callbacks, hosts=hosts)
        return [[_search_ms(store) for _ in range(EACH)] for _ in range(runs)]
    finally:
        engine.dispose()


def _search_ms(store: SqlStore) -> float:
    begun = time.perf_counter()
    ask_for_callbacks(store, queue=FakeJobQueue(), now=pendulum.now("UTC"))
    return MS * (time.perf_counter() - begun)


def _let_wait(engine: Engine, callbacks: int, *, hosts: int) -> None:
    for first in range(0, callbacks, AT_ONCE):
        last = min(callbacks, first + AT_ONCE) - 1
        given = {"first": first, "last": last, "hosts": hosts, "tenant": TENANT, "campaign": CAMPAIGN}
        with engine.begin() as connection:
            let_it_take_its_time(connection)
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # their calls are not stored
            connection.execute(_LET_WAIT, given)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE deliveries"))


_LET_WAIT: Final = text("""
    INSERT INTO deliveries (
        id, tenant_id, campaign_id, call_id, event, url, host, body, state, attempt, next_at, waiting_since, last_error,
        created_at, updated_at
    )
    SELECT gen_random_uuid(), :tenant, :campaign, gen_random_uuid(), 'cdr', 'https://' || host || '/cdr', host,
        repeat('x', 700), 'pending', 3, now() - random() * interval '1 hour', now() - interval '1 day', 'HTTP 503',
        now() - interval '1 day', now()
    FROM (SELECT 'receiver-' || number % CAST(:hosts AS integer) || '.example' AS host
          FROM generate_series(CAST(:first AS integer), :last) AS number) AS made
""")
