"""Metrics in Prometheus' text format: counts over all tenants, without names or phone numbers."""

from collections.abc import Iterator, Mapping

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from api.deps import Services
from api.middleware import BoundedRoute
from worker.domain.call import LIVE
from worker.ports.records.entities import Totals
from worker.usecases.records import queries

router = APIRouter(route_class=BoundedRoute, tags=["health"])


@router.get("/metrics")
def metrics(services: Services) -> PlainTextResponse:
    """Return the number of live calls, waiting leads and pending callbacks, and how wrong each switch's clock is."""
    lines = (*_lines(queries.totals(services.store)), *_clock_lines(queries.clock_skews(services.store)))
    text = "\n".join(lines) + "\n"
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _lines(totals: Totals) -> Iterator[str]:
    yield from _head("callbeat_live_calls", "Calls that hold a slot, by state.")
    for state in LIVE:
        yield f'callbeat_live_calls{{state="{state}"}} {totals.live_calls.get(state, 0)}'
    yield from _head("callbeat_waiting_leads", "Leads that wait for a call.")
    yield f"callbeat_waiting_leads {totals.waiting_leads}"
    yield from _head("callbeat_pending_deliveries", "Callbacks that are not delivered yet.")
    yield f"callbeat_pending_deliveries {totals.pending_deliveries}"


def _clock_lines(skews: Mapping[str, float]) -> Iterator[str]:
    yield from _head("callbeat_switch_clock_skew_seconds", "How far a switch's clock is ahead of the database's.")
    for switch, seconds in skews.items():
        yield f'callbeat_switch_clock_skew_seconds{{switch="{switch}"}} {seconds:g}'


def _head(name: str, text: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
