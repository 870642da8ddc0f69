"""The HTTP application."""

from fastapi import FastAPI

from api import (
    autocall,
    blacklist,
    callbacks,
    campaigns,
    carriers,
    cdrs,
    errors,
    events,
    health,
    leads,
    lists,
    metrics,
    network,
    templates,
    tenant,
    why,
)
from api.concurrency_limit import Places
from api.deps import ApiServices
from api.refusals import REFUSED, TOLD_LATER
from worker import wiring


def create_app(services: ApiServices | None = None) -> FastAPI:
    """Build the application around these services, or this process's own."""
    app = FastAPI(
        title="Callbeat",
        summary="Outbound-call campaigns: PUT one, and every channel is busy inside its limits.",
        redirect_slashes=False,
        strict_content_type=False,
        openapi_url="/openapi.json",
        docs_url="/docs",
        redoc_url=None,
    )
    own: ApiServices = wiring.api_services() if services is None else services
    app.state.services = own
    app.state.places = Places()
    errors.install(app)
    rooms = (
        campaigns,
        carriers,
        templates,
        lists,
        leads,
        autocall,
        cdrs,
        callbacks,
        events,
        blacklist,
        network,
        why,
        tenant,
    )
    for room in rooms:
        app.include_router(room.router, responses=REFUSED)
    app.include_router(metrics.router, responses=TOLD_LATER)
    app.include_router(health.router)
    return app
