"""Metrics in Prometheus' text format: counts over all tenants, without names or phone numbers."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from api.deps import ApiServices, Services
from api.kept import Kept
from worker.usecases.records.read_figures import read_figures

router = APIRouter(tags=["health"])


@router.get("/metrics")
async def metrics(request: Request, services: Services) -> PlainTextResponse:
    """Return what is in use, what waits and since when, and the state of each switch and carrier.

    It is counted once a second at most, however many clients ask.
    """
    kept: Kept[str] = request.app.state.metrics
    text = await kept.get(partial(_text, services))
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _text(services: ApiServices) -> str:
    from api.metric_families import exposition  # noqa: PLC0415 - most processes of the API are never asked

    now = services.clock.now()
    return exposition(read_figures(services.store, now=now), around=services.surroundings, now=now)
