"""How fast callbacks leave, and what a dead receiver, or a bad URL of its host, costs a good one.

A PostgreSQL, a Redis, receivers and one worker for callbacks, each a process of its own. First an outbox that is full
is emptied into one good receiver, beside bare httpx that posts as many bodies to the same one; then CDRs come at a
steady pace of 100 a second, half of them for nine dead receivers and half for a good one, whose delays are what is
measured: from the commit of the outbox row to the arrival of the POST. Last, 100 a second for one good URL of two
tenants, whose host has other URLs with 200 callbacks each that all fail.
"""

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event as Moment
from typing import Final

import httpx
from uuid_utils.compat import uuid7

from tests.bench.figures import Figure
from tests.builders import TENANT
from tests.builders.outbox import a_delivery
from tests.stack.outbox import Outbox, running_outbox
from tests.stack.postgres import Postgres
from tests.stack.receivers import Receivers
from worker.domain.callback_url import host_of
from worker.domain.ids import DeliveryId, TenantId
from worker.ports.dispatch.outbox import Delivery

MANY: Final = 3000
BARE_THREADS: Final = 16
A_SECOND: Final = 100
SECONDS: Final = 20.0
EACH_IN_ITS_WAY: Final = (
    "hang",
    "drip-status",
    "endless-error",
    "status/500",
    "unavailable",
    "redirect",
    "close",
    "garbage",
    "close-in-status",
)
ALL_REFUSE: Final = ("status/500",) * 9
ALL_HANG: Final = ("hang",) * 9
DEAD_HOSTS: Final = {"fail, each in its way": EACH_IN_ITS_WAY, "answer 500": ALL_REFUSE, "hang": ALL_HANG}
BAD_URLS: Final = {
    "200 refused": ("status/404",),
    "200 each of 404, 500, 503 and silence": ("status/404", "status/500", "unavailable", "hang"),
}
BACKLOG: Final = 200
BODY: Final = '{"state":"cdr","text":"' + "x" * 1200 + '"}'
"""As long as a CDR is."""


def callbacks(_postgres: Postgres, _redis_url: str, *, runs: int, seconds: float = SECONDS) -> list[Figure]:
    """Measure the speed, and the delays of a good URL beside bad hosts and beside bad URLs of its host."""
    numbers = count(1)
    with tempfile.TemporaryDirectory(prefix="callbeat-bench-") as folder, running_outbox(Path(folder)) as outbox:
        speeds = [_speed(outbox, numbers) for _ in range(runs)]
        alone = [_beside(outbox, numbers, seconds=seconds, bad=()) for _ in range(runs)]
        beside = {
            **{
                f"good beside nine hosts that {what}": [
                    _delays(outbox, numbers, seconds=seconds, dead=dead) for _ in range(runs)
                ]
                for what, dead in DEAD_HOSTS.items()
            },
            **{
                f"good URL, two tenants, beside {what} on its host": [
                    _beside(outbox, numbers, seconds=seconds, bad=bad) for _ in range(runs)
                ]
                for what, bad in BAD_URLS.items()
            },
        }
    speed = Figure(
        bench="callbacks",
        what="deliveries a second",
        ours=[ours for ours, _ in speeds],
        limit=[bare for _, bare in speeds],
        held_against="POSTs a second of bare httpx",
        target="≥ 0.5",
    )
    return [speed, *(figure for what, runs_ in beside.items() for figure in _of_delays(what, runs_, alone=alone))]


def _of_delays(what: str, runs: Sequence[Sequence[float]], *, alone: Sequence[Sequence[float]]) -> list[Figure]:
    return [
        Figure(
            bench="callbacks",
            what=f"ms from commit to POST, {what}, {name}",
            ours=[_ms(delays, share) for delays in runs],
            limit=[_ms(delays, share) for delays in alone],
            held_against="with no other URL",
            target=target,
        )
        for name, share, target in (("p50", 0.5, ""), ("p99", 0.99, "≤ 1000 ms"), ("longest", 1.0, ""))
    ]


def _speed(outbox: Outbox, numbers: "count[int]") -> tuple[float, float]:
    """Give the deliveries a second, and the POSTs a second of bare httpx."""
    with Receivers("good") as receivers:
        waiting = [_delivery(outbox, next(numbers), url=receivers.url("good")) for _ in range(MANY)]
        outbox.add(waiting)
        _wait_for(receivers, "good", MANY)
        moments = [one.at for one in receivers.of("good")]
    ours = (MANY - 1) / (max(moments) - min(moments))
    with Receivers("good") as receivers:
        headers = {"content-type": "application/json", "webhook-id": "1"}
        started = time.time()
        with httpx.Client() as client, ThreadPoolExecutor(BARE_THREADS) as threads:
            url = receivers.url("good")
            list(threads.map(lambda _: client.post(url, content=BODY, headers=headers), range(MANY)))
        bare = MANY / (time.time() - started)
    return ours, bare


def _delays(outbox: Outbox, numbers: "count[int]", *, seconds: float, dead: Sequence[str]) -> list[float]:
    """Tell by turns the good receiver and one of the dead ones, none of which is known before.

    Give the good one's delays in seconds, one for each CDR; infinite where it did not arrive.
    """
    with Receivers("good", *dead) as receivers:
        others = [name for name in receivers.ports if name != "good"]
        told: dict[str, float] = {}
        started = time.monotonic()
        for tick in range(round(seconds * A_SECOND)):
            Moment().wait(max(0.0, started + tick / A_SECOND - time.monotonic()))
            name = "good" if tick % 2 else others[tick // 2 % len(others)]
            delivery = _delivery(outbox, next(numbers), url=receivers.url(name))
            outbox.add([delivery])
            if name == "good":
                told[str(delivery.id)] = time.time()
        _wait_for(receivers, "good", len(told))
        arrived = {one.webhook_id: one.at for one in reversed(receivers.of("good"))}
    return sorted(arrived.get(webhook_id, float("inf")) - at for webhook_id, at in told.items())


def _beside(outbox: Outbox, numbers: "count[int]", *, seconds: float, bad: Sequence[str]) -> list[float]:
    """Fill the outbox for the bad URLs of a host, then notify its good one, of two tenants in turn.

    Give the good one's delays in seconds; infinite where it did not arrive.
    """
    with Receivers("by-path") as receivers:
        failing = [
            _delivery(outbox, next(numbers), url=receivers.url("by-path", path=f"/{name}"))
            for name in list(bad) * BACKLOG
        ]
        outbox.add(failing)
        good, other = receivers.url("by-path", path="/good"), outbox.other_tenant()
        told: dict[str, float] = {}
        started = time.monotonic()
        for tick in range(round(seconds * A_SECOND)):
            Moment().wait(max(0.0, started + tick / A_SECOND - time.monotonic()))
            tenant_id = TENANT if tick % 2 else other
            delivery = _delivery(outbox, next(numbers), url=good, tenant_id=tenant_id)
            outbox.add([delivery])
            told[str(delivery.id)] = time.time()
        _wait_for(receivers, "good", len(told))
        arrived = {one.webhook_id: one.at for one in reversed(receivers.of("good"))}
    return sorted(arrived.get(webhook_id, float("inf")) - at for webhook_id, at in told.items())


def _delivery(outbox: Outbox, number: int, *, url: str, tenant_id: TenantId = TENANT) -> Delivery:
    call_id, event = outbox.news(number)
    return a_delivery(
        call_id=call_id,
        event=event,
        id=DeliveryId(uuid7()),
        url=url,
        host=host_of(url),
        body=BODY,
        tenant_id=tenant_id,
    )


def _wait_for(receivers: Receivers, name: str, wanted: int) -> None:
    until = time.monotonic() + 60
    while len({one.webhook_id for one in receivers.of(name)}) < wanted and time.monotonic() < until:
        Moment().wait(0.05)


def _ms(delays: Sequence[float], share: float) -> float:
    return 1000 * delays[min(len(delays) - 1, int(len(delays) * share))]
