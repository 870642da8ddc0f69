"""Metrics in Prometheus' text format: counts over all tenants, without names or phone numbers."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from api.deps import ApiServices, Services
from api.kept import Kept
from worker.domain.call import LIVE
from worker.domain.ids import CarrierId
from worker.domain.switch import Switch
from worker.domain.trunk import Trunk
from worker.ports.records.entities import Totals
from worker.usecases.records import queries

MOST_CARRIERS: Final = 200
"""Carriers with metrics of their own, failing ones first, so that the number of time series is bounded."""

router = APIRouter(tags=["health"])


@router.get("/metrics")
async def metrics(request: Request, services: Services) -> PlainTextResponse:
    """Return counts of live calls, waiting leads and pending callbacks, and the state of each switch and trunk.

    They are counted once a second at most, however many clients ask.
    """
    kept: Kept[str] = request.app.state.metrics
    text = await kept.get(partial(_text, services))
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _text(services: ApiServices) -> str:
    lines = (
        *_lines(queries.totals(services.store)),
        *_switch_lines(queries.all_switches(services.store)),
        *_trunk_lines(queries.worst_trunks(services.store, limit=MOST_CARRIERS)),
        *_login_lines(queries.failed_logins(services.store)),
    )
    return "\n".join(lines) + "\n"


def _lines(totals: Totals) -> Iterator[str]:
    yield from _head("callbeat_live_calls", "Calls that hold a slot, by state.")
    for state in LIVE:
        yield f'callbeat_live_calls{{state="{state}"}} {totals.live_calls.get(state, 0)}'
    yield from _head("callbeat_waiting_leads", "Leads that wait for a call.")
    yield f"callbeat_waiting_leads {totals.waiting_leads}"
    yield from _head("callbeat_pending_deliveries", "Callbacks that are not delivered yet.")
    yield f"callbeat_pending_deliveries {totals.pending_deliveries}"


def _switch_lines(switches: Sequence[Switch]) -> Iterator[str]:
    yield from _head("callbeat_switch_clock_skew_seconds", "How far a switch's clock is ahead of the database's.")
    for switch in switches:
        if switch.clock_skew_ms is not None:
            yield f'callbeat_switch_clock_skew_seconds{{switch="{switch.name}"}} {switch.clock_skew_ms / 1000:g}'
    refused = "CDRs that a switch posted of calls on another switch."
    yield from _head("callbeat_switch_cdrs_refused_total", refused, kind="counter")
    for switch in switches:
        yield f'callbeat_switch_cdrs_refused_total{{switch="{switch.name}"}} {switch.cdrs_refused}'


def _trunk_lines(trunks: Mapping[CarrierId, Trunk]) -> Iterator[str]:
    yield from _head("callbeat_carrier_failing", "1 while the circuit breaker of the carrier's trunk is open.")
    for carrier_id, trunk in trunks.items():
        yield f'callbeat_carrier_failing{{carrier="{carrier_id}"}} {int(trunk.is_failing)}'
    yield from _head("callbeat_carrier_failures", "Failures in a row of the carrier's trunk.")
    for carrier_id, trunk in trunks.items():
        yield f'callbeat_carrier_failures{{carrier="{carrier_id}"}} {trunk.failures}'


def _login_lines(failures: int) -> Iterator[str]:
    yield from _head("callbeat_login_failures_total", "Log-ins and requests with a wrong key or token.", kind="counter")
    yield f"callbeat_login_failures_total {failures}"


def _head(name: str, text: str, *, kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
