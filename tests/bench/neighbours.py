"""What a tenant's calls lose beside another that stores as much as it may: subscriptions, a backlog of callbacks.

Both tenants dial all the time, over a carrier each. Calls are counted on the switch, of the first tenant alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import pendulum
from sqlalchemy import insert, update
from uuid_utils.compat import uuid7

from tests.bench.dialling import prepared, watch
from tests.bench.figures import Figure
from tests.bench.outbox_rows import let_wait
from tests.bench.scale import spaced
from tests.bench.whole import Shape, Whole, add_many_leads
from tests.builders import CAMPAIGN, NOON, list_of, stored_settings
from tests.stack.postgres import Postgres
from tests.stack.receivers import BY_PATH, Receivers
from worker.domain.callback_event import CallbackEvent
from worker.domain.caps import OverCap
from worker.domain.carrier import DialType
from worker.domain.ids import CampaignId, CarrierId, SubscriptionId, TemplateId, TenantId
from worker.ports.dispatch.outbox import Subscription
from worker.ports.records.entities import Tenant
from worker.store.base.tables import campaigns, carriers, leads, lists, templates
from worker.store.dispatch.campaign_rows import to_row
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.subscribe import subscribe
from worker.usecases.records.keep_gateways import add_gateway, grant_gateway

NOISY: Final = Tenant(id=TenantId(UUID(int=0x7E4A)), name="noisy", timezone="UTC")
NOISY_CAMPAIGN: Final = CampaignId(UUID(int=0x7E4B))
NOISY_CARRIER: Final = CarrierId(UUID(int=0x7E4C))
NOISY_TEMPLATE: Final = TemplateId(UUID(int=0x7E4D))
NOISY_CHANNELS: Final = 5
NOISY_LEADS: Final = 3_000
CHANNELS: Final = 20
"""With those of the other tenant as many as leave a part of two cores idle: what binds is the limit of calls."""
LEADS: Final = 3_000
SECONDS: Final = 20.0
TRIED: Final = 3_000


@dataclass(frozen=True, slots=True)
class Backlog:
    """Callbacks that wait, and hosts to which they go; no host takes a connection."""

    callbacks: int
    hosts: int


MANY: Final = Backlog(1_000_000, 5_000)
Burden = Callable[[Whole, Receivers], None]


def subscriptions(
    postgres: Postgres, redis_url: str, *, runs: int, tried: int = TRIED, seconds: float = SECONDS
) -> list[Figure]:
    """Let the second tenant try to subscribe many URLs that take nothing."""

    def burden(ready: Whole, receivers: Receivers) -> None:
        stored = try_to_subscribe(SqlStore(ready.engine), receivers, times=tried)
        if stored == tried:
            raise RuntimeError("no subscription was refused")

    what = f"calls a second beside a tenant that tried {spaced(tried)} subscriptions"
    return [_beside(postgres, redis_url, burden, bench="subscriptions", what=what, runs=runs, seconds=seconds)]


def backlog(
    postgres: Postgres, redis_url: str, *, runs: int, waiting: Backlog = MANY, seconds: float = SECONDS
) -> list[Figure]:
    """Let many callbacks of the second tenant be due, for hosts that are away."""

    def burden(ready: Whole, _receivers: Receivers) -> None:
        let_wait(ready.engine, waiting.callbacks, hosts=waiting.hosts, tenant=NOISY.id, campaign=NOISY_CAMPAIGN)

    what = f"calls a second beside {spaced(waiting.callbacks)} callbacks due for {spaced(waiting.hosts)} hosts"
    return [_beside(postgres, redis_url, burden, bench="outbox", what=what, runs=runs, seconds=seconds)]


def try_to_subscribe(store: SqlStore, receivers: Receivers, *, times: int) -> int:
    """Subscribe so many URLs; return how many were not refused."""
    stored = 0
    for number in range(times):
        url = receivers.url(BY_PATH, path=f"/status/404?n={number}")
        one = Subscription(
            id=SubscriptionId(uuid7()), tenant_id=NOISY.id, domain=NOISY.name, event=CallbackEvent.HANGUP, url=url
        )
        try:
            subscribe(store, one, now=pendulum.now("UTC"))
        except OverCap:
            continue
        stored += 1
    return stored


def _beside(
    postgres: Postgres, redis_url: str, burden: Burden, *, bench: str, what: str, runs: int, seconds: float
) -> Figure:
    pairs = [
        [_calls_a_second(postgres, redis_url, one, seconds=seconds) for one in (burden, _nothing)] for _ in range(runs)
    ]
    return Figure(
        bench=bench,
        what=what,
        ours=[beside for beside, _ in pairs],
        limit=[quiet for _, quiet in pairs],
        held_against="beside the same tenant without them",
        target="≥ 0.95",
    )


def _nothing(_ready: Whole, _receivers: Receivers) -> None:
    """Let the second tenant only dial."""


def _calls_a_second(postgres: Postgres, redis_url: str, burden: Burden, *, seconds: float) -> float:
    """Count the first tenant's calls."""
    with _both(postgres, redis_url) as (ready, receivers, shape):
        burden(ready, receivers)
        seen = watch(ready, shape, seconds=seconds)
    mine = [line for line in seen.lines if line.campaign == str(CAMPAIGN)]
    return replace(seen, lines=mine).calls_a_second


@contextmanager
def _both(postgres: Postgres, redis_url: str) -> Iterator[tuple[Whole, Receivers, Shape]]:
    """Have two tenants ready to dial, with one worker for their callbacks."""
    with Receivers(BY_PATH) as receivers:
        shape = Shape(leads=LEADS, channels=CHANNELS, callback_url=receivers.url(BY_PATH, path="/good"))
        with prepared(postgres, redis_url, shape) as ready:
            _add_noisy(ready, receivers)
            yield ready, receivers, replace(shape, leads=LEADS + NOISY_LEADS)


def _add_noisy(ready: Whole, receivers: Receivers) -> None:
    """Store the second tenant, whose campaign's own callbacks are refused."""
    store, now = SqlStore(ready.engine), pendulum.now("UTC")
    with store.transaction() as tx:
        tx.tenants.add(NOISY, callback_secret="whsec_BBBB", now=now)
    add_gateway(store, NOISY.name, changes={}, now=now)
    grant_gateway(store, NOISY.name, tenant=NOISY.name, caller_ids=["*"], now=now)
    owned = {"tenant_id": NOISY.id, "name": NOISY.name, "created_at": NOON, "updated_at": NOON}
    carrier = {
        "id": NOISY_CARRIER, "description": "", "gateway": NOISY.name, "dial_type": DialType.SIP_ONE, "network": {},
        "concurrent_call": NOISY_CHANNELS, "data": {"caller_id": "02873003586"}, "next_plan_at": NOON,
    }  # fmt: skip
    settings = stored_settings(
        campaign_uuid=NOISY_CAMPAIGN,
        tenant_id=NOISY.id,
        status="stop",
        run_id=None,
        concurrent_call=NOISY_CHANNELS,
        carrier_uuid=NOISY_CARRIER,
        template_uuid=NOISY_TEMPLATE,
        callback_url=receivers.url(BY_PATH, path="/status/404"),
    )
    a_list = {"id": list_of(NOISY_CAMPAIGN), "campaign_id": NOISY_CAMPAIGN, "description": "", "active": True}
    with ready.engine.begin() as connection:
        connection.execute(insert(carriers).values(owned | carrier))
        connection.execute(insert(templates).values(owned | {"id": NOISY_TEMPLATE, "body": {}}))
        connection.execute(insert(campaigns).values(**to_row(settings)))
        connection.execute(insert(lists).values(owned | a_list))
    add_many_leads(ready.engine, NOISY_LEADS, campaign_id=NOISY_CAMPAIGN, first=LEADS)
    with ready.engine.begin() as connection:
        theirs = leads.c.campaign_id == NOISY_CAMPAIGN
        connection.execute(update(leads).where(theirs).values(tenant_id=NOISY.id))
