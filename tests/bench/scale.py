"""What it costs to plan a hundred calls in ever longer lists, and to tick among ever more campaigns."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, Final
from uuid import UUID

import pendulum
from sqlalchemy import Engine, insert, text
from uuid_utils.compat import uuid7

from tests.bench.figures import Figure
from tests.bench.whole import add_many_leads, let_it_take_its_time
from tests.builders import CARRIER, NOON, TENANT, fill_store, list_of, stored_settings
from tests.fakes.jobs import FakeJobQueue
from tests.stack.postgres import Postgres
from tests.stack.waiting import wait_until
from worker.domain.carrier import DialType
from worker.domain.ids import CampaignId, CarrierId
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.base.tables import campaigns, carriers, lists
from worker.store.dispatch.campaign_rows import to_row
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.dispatch.tick import tick

SIZES: Final = (10_000, 1_000_000, 5_000_000)
DIALLED: Final = 1_000_000
DIALLED_A_MINUTE: Final = 50_000
"""More than 800 a second. A minute is a second here: so often the database looks for dead rows, for brevity."""
VACUUM_SECONDS: Final = 120.0
CLAIMED: Final = 100
CAMPAIGNS: Final = (10, 1_000, 10_000)
DUE: Final = 10
"""So many campaigns of each size have something due."""
LEADS_OF_DUE: Final = 10_000
EACH: Final = 30
"""Measurements in a run, whose median is the run's figure."""
WARM: Final = 3
AT_ONCE: Final = 1_000
MS: Final = 1000.0


@dataclass
class Planned:
    """A stored world whose plans are timed; what they start is over at once, and waits again: lists keep their size."""

    engine: Engine
    store: SqlStore
    carrier_id: CarrierId = CARRIER

    def plan_ms(self) -> float:
        """Give the median of some plans, in milliseconds."""
        return self._median(self._plan)

    def tick_ms(self) -> float:
        """Give the median of some ticks, each with the plans that it asks for."""
        return self._median(self._tick)

    def _median(self, work: Any) -> float:  # Any: a callable without arguments
        took = []
        for _ in range(WARM + EACH):
            self._let_all_be_over()
            begun = time.perf_counter()
            started = work()
            took.append(time.perf_counter() - begun)
            if not started:
                raise RuntimeError("nothing was planned")
        self._let_all_be_over()  # else what the last plan took would be missed by whoever dials the first million
        return MS * median(took[WARM:])

    def _plan(self, carrier_id: CarrierId | None = None) -> int:
        chosen = carrier_id or self.carrier_id
        return plan_carrier(self.store, queue=FakeJobQueue(), carrier_id=chosen, now=pendulum.now("UTC"), new_id=uuid7)

    def _tick(self) -> int:
        queue = FakeJobQueue()
        tick(self.store, queue=queue, now=pendulum.now("UTC"))
        return sum(self._plan(carrier_id) for carrier_id in queue.plans)

    def _let_all_be_over(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE calls SET state = 'ended' WHERE state = 'queued'"))
            connection.execute(text("UPDATE leads SET stage = 'new' WHERE stage = 'calling'"))
            connection.execute(text("UPDATE carriers SET next_plan_at = now() WHERE id = :id"), {"id": self.carrier_id})


def scale_leads(postgres: Postgres, _redis_url: str, *, runs: int) -> list[Figure]:
    """Time the plan that claims a hundred due leads, in ever longer lists, then behind a million dialled ones."""
    with _planned(postgres) as world, postgres.vacuumed_each_second():
        fill_store(world.store, stored_settings(concurrent_call=CLAIMED), carrier_calls=CLAIMED)
        _vacuum_leads(world.engine, by_itself=False)  # a list that is just loaded would be worked on meanwhile
        taken: dict[str, list[float]] = {}
        stored = 0
        for size in SIZES:
            add_many_leads(world.engine, size - stored, first=stored)
            stored = size
            taken[spaced(size)] = [world.plan_ms() for _ in range(runs)]
        _vacuum_leads(world.engine, by_itself=True)
        for _ in range(DIALLED // DIALLED_A_MINUTE - 1):
            _dial(world.engine, DIALLED_A_MINUTE)
            _wait_for_vacuum(world.engine)
        _dial(world.engine, DIALLED_A_MINUTE)
        taken[f"{spaced(stored)}, a million of them dialled"] = [world.plan_ms() for _ in range(runs)]
        _vacuum_leads(world.engine, by_itself=False)
        _dial(world.engine, DIALLED)
        taken[f"{spaced(stored)}, a million dialled and never vacuumed"] = [world.plan_ms() for _ in range(runs)]
    return _held_against_the_first(taken, bench="scale-leads", what="ms to plan 100 calls, leads", target="≤ 1.5")


def _vacuum_leads(engine: Engine, *, by_itself: bool) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE leads SET (autovacuum_enabled = {by_itself})"))


def _dial(engine: Engine, count: int) -> None:
    with engine.begin() as connection:
        let_it_take_its_time(connection)
        connection.execute(_DIAL_MANY, {"first": count})


def _wait_for_vacuum(engine: Engine) -> None:
    """Let a minute pass, which is a second here; longer while more is dead than our schema lets be."""
    time.sleep(1)
    wait_until(lambda: not _is_vacuum_due(engine), seconds=VACUUM_SECONDS)


def _is_vacuum_due(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(_VACUUM_IS_DUE))


_VACUUM_IS_DUE: Final = text("""
    SELECT dead.n_dead_tup > 1000 + 0.02 * leads.reltuples
    FROM pg_stat_user_tables AS dead JOIN pg_class AS leads ON leads.oid = dead.relid WHERE dead.relname = 'leads'
""")
_DIAL_MANY: Final = text("""
    UPDATE leads SET stage = 'done', called_count = 1, last_call_at = now(), updated_at = now()
    WHERE id IN (SELECT id FROM leads WHERE stage = 'new' ORDER BY id LIMIT :first)
""")


def scale_campaigns(postgres: Postgres, _redis_url: str, *, runs: int) -> list[Figure]:
    """Time a tick with its plans, ten campaigns having leads; the others on carriers of theirs, or all on one."""
    figures = []
    for what, on_one in (("ten a carrier", False), ("all on one carrier", True)):
        taken = {}
        for count in CAMPAIGNS:
            with _planned(postgres) as world:
                _store_campaigns(world, count, on_one=on_one)
                taken[spaced(count)] = [world.tick_ms() for _ in range(runs)]
        figures += _held_against_the_first(
            taken, bench="scale-campaigns", what=f"ms of a tick with its plans, {what}, campaigns", target="≤ 2"
        )
    return figures


def _store_campaigns(world: Planned, count: int, *, on_one: bool) -> None:
    """Store running campaigns; those with leads come last, on the carrier that is planned."""
    due = [stored_settings(campaign_uuid=_campaign(number), campaign_name=f"due {number}") for number in range(DUE)]
    fill_store(world.store, *due, carrier_calls=CLAIMED)
    for number in range(DUE):
        add_many_leads(world.engine, LEADS_OF_DUE, campaign_id=_campaign(number), first=number * LEADS_OF_DUE)
    others = range(DUE, count)
    homes = {number: CARRIER if on_one else CarrierId(UUID(int=0xCA000 + number // DUE)) for number in others}
    with world.engine.begin() as connection:
        for home in {*homes.values()} - {CARRIER}:
            connection.execute(insert(carriers).values(_carrier(home)))
        rows = [
            to_row(stored_settings(campaign_uuid=_campaign(n), campaign_name=f"other {n}", carrier_uuid=homes[n]))
            for n in others
        ]
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            connection.execute(insert(campaigns), part)
            connection.execute(insert(lists), [_list(CampaignId(UUID(str(row["id"])))) for row in part])
    with world.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def spaced(number: int) -> str:
    """Write a number with a space between thousands."""
    return f"{number:,}".replace(",", " ")


def _campaign(number: int) -> CampaignId:
    return CampaignId(UUID(int=0xC0000 + number))


def _carrier(carrier_id: CarrierId) -> dict[str, object]:
    return {
        "id": carrier_id, "tenant_id": TENANT, "name": str(carrier_id), "description": "", "gateway": str(carrier_id),
        "dial_type": DialType.SIP_ONE, "concurrent_call": CLAIMED, "network": {}, "data": {"caller_id": "02873003586"},
        "next_plan_at": None, "created_at": NOON, "updated_at": NOON,
    }  # fmt: skip


def _list(campaign_id: CampaignId) -> dict[str, object]:
    return {
        "id": list_of(campaign_id), "tenant_id": TENANT, "campaign_id": campaign_id, "name": "list", "description": "",
        "active": True, "created_at": NOON, "updated_at": NOON,
    }  # fmt: skip


def _held_against_the_first(taken: dict[str, list[float]], *, bench: str, what: str, target: str) -> list[Figure]:
    first, *_ = taken.values()
    smallest, *_ = taken
    return [
        Figure(
            bench=bench,
            what=f"{what}: {size}",
            ours=values,
            limit=first,
            held_against=f"the figure at {smallest}",
            target=target,
        )
        for size, values in taken.items()
    ]


@contextmanager
def _planned(postgres: Postgres) -> Iterator[Planned]:
    engine = make_engine(postgres.fresh())
    try:
        migrate(engine)
        yield Planned(engine, SqlStore(engine))
    finally:
        engine.dispose()
