"""The HTTP application."""

from functools import partial
from typing import Any

from fastapi import FastAPI

from api import (
    agents,
    api_keys,
    audio,
    audit,
    auth,
    autocall,
    blacklist,
    callbacks,
    campaign_reports,
    campaigns,
    carriers,
    cdrs,
    erasure,
    errors,
    events,
    exports,
    file_imports,
    gateways,
    health,
    leads,
    legacy_calls,
    legacy_campaigns,
    legacy_customers,
    lists,
    metrics,
    network,
    operator_gateways,
    operator_tenants,
    people,
    recordings,
    report_subscriptions,
    reports,
    sounds,
    switch_cdrs,
    switches,
    templates,
    tenant,
    why,
)
from api.body_budget import BodyBudget
from api.concurrency_limit import ConcurrencyLimit
from api.deps import ApiServices
from api.docs_page import add_page
from api.export_lane import ExportLane
from api.export_process import ExportProcess
from api.kept import KEPT_SECONDS, Kept
from api.login_guard import LoginGuard
from api.ops.pages import add_pages, new_board
from api.request_id import RequestIds
from api.traces import RequestTraces
from worker import wiring
from worker.usecases.records.cdr_places import CdrPlaces


def create_app(services: ApiServices | None = None) -> FastAPI:
    """Return the application; without ``services`` it uses those of this process."""
    app = FastAPI(
        title="Callbeat",
        summary="Outbound-call campaigns: PUT one, and every channel is busy inside its limits.",
        redirect_slashes=False,
        strict_content_type=False,
        openapi_url="/openapi.json",
        docs_url=None,  # ours, without files from elsewhere
        redoc_url=None,
    )
    own: ApiServices = wiring.api_services() if services is None else services
    app.state.services = own
    app.add_middleware(RequestTraces)
    app.add_middleware(RequestIds, new_id=own.new_id)
    set_limits(app)
    if services is None:
        app.state.exporting = ExportProcess()
    errors.install(app)
    routers = (
        auth,
        api_keys,
        audit,
        agents,
        people,
        campaigns,
        carriers,
        templates,
        audio,
        lists,
        exports,  # before those that take `export` for an id
        leads,
        autocall,
        cdrs,
        recordings,
        reports,
        campaign_reports,
        report_subscriptions,
        legacy_calls,
        legacy_campaigns,
        legacy_customers,
        callbacks,
        erasure,
        events,
        file_imports,
        gateways,
        blacklist,
        network,
        operator_gateways,
        operator_tenants,
        switch_cdrs,
        switches,
        why,
        tenant,
    )
    for module in routers:
        app.include_router(module.router)
    app.include_router(sounds.router)
    app.include_router(metrics.router)
    app.include_router(health.router)
    add_page(app)
    add_pages(app)
    app.openapi = partial(_described, app)  # type: ignore[method-assign]  # as FastAPI says that it is to be extended
    return app


def _described(app: FastAPI) -> dict[str, Any]:  # Any: OpenAPI
    """Return the description, which is made when it is asked for first: its models take 200 ms to import."""
    if app.openapi_schema is None:
        from api.document.describe import describe  # noqa: PLC0415 - see above

        app.openapi_schema = describe(app)
    return app.openapi_schema


def set_limits(app: FastAPI, *, kept_seconds: float = KEPT_SECONDS) -> None:
    """Set fresh limits for the application; ``kept_seconds`` is how long metrics and readiness are kept."""
    app.state.concurrency = ConcurrencyLimit()
    app.state.bodies = BodyBudget()
    app.state.cdr_places = CdrPlaces()
    app.state.exporting = ExportLane(app.state.concurrency)
    app.state.login_guard = LoginGuard()
    app.state.board = new_board()
    app.state.metrics = Kept[str](seconds=kept_seconds)
    app.state.readiness = Kept[health.Readiness](seconds=kept_seconds)
