"""What it costs to look for due callbacks among ever more that wait, as after a day on which receivers were away."""

import time
from statistics import median
from typing import Final

import pendulum

from tests.bench.figures import Figure
from tests.bench.neighbours import MANY, Backlog, backlog
from tests.bench.outbox_rows import let_wait
from tests.bench.scale import spaced
from tests.builders import CAMPAIGN, TENANT, fill_store
from tests.fakes.jobs import FakeJobQueue
from tests.stack.postgres import Postgres
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.ask_for_callbacks import ask_for_callbacks

FEW: Final = Backlog(1_000, 5)
EACH: Final = 40
"""Searches in a run: more than it takes to walk over all hosts once."""
MS: Final = 1000.0


def outbox(postgres: Postgres, redis_url: str, *, runs: int, waiting: Backlog = MANY) -> list[Figure]:
    """Time the search for due callbacks, which the sweep asks for every few seconds; count another tenant's calls."""
    few, many = _searches(postgres, FEW, runs=runs), _searches(postgres, waiting, runs=runs)
    searches = [
        Figure(
            bench="outbox",
            what=f"ms of a search among {spaced(waiting.callbacks)} due for {spaced(waiting.hosts)} hosts, {name}",
            ours=[pick(taken) for taken in many],
            limit=[pick(taken) for taken in few],
            held_against=f"among {spaced(FEW.callbacks)} for {FEW.hosts}",
            target="≤ 50 ms",
        )
        for name, pick in (("median", median), ("longest", max))
    ]
    return searches + backlog(postgres, redis_url, runs=runs, waiting=waiting)


def _searches(postgres: Postgres, waiting: Backlog, *, runs: int) -> list[list[float]]:
    engine = make_engine(postgres.fresh())
    try:
        migrate(engine)
        store = SqlStore(engine)
        fill_store(store)
        let_wait(engine, waiting.callbacks, hosts=waiting.hosts, tenant=TENANT, campaign=CAMPAIGN)
        return [[_search_ms(store) for _ in range(EACH)] for _ in range(runs)]
    finally:
        engine.dispose()


def _search_ms(store: SqlStore) -> float:
    begun = time.perf_counter()
    ask_for_callbacks(store, queue=FakeJobQueue(), now=pendulum.now("UTC"))
    return MS * (time.perf_counter() - begun)
