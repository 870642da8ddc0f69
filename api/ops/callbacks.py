"""Callbacks: failing URLs, what waits, dead letters; sent again after a confirmation that counts them."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.deps import Services, Who, Whose
from api.ops.forms import form_in
from api.ops.render import page
from api.ops.route import PageRoute
from worker.domain.retry import DeliveryState
from worker.domain.role import Role, includes
from worker.ports.callbacks.records import CallbackFilter
from worker.ports.paging import Slice
from worker.ports.records.report_subscriptions import DailyReport
from worker.usecases.callbacks import queries
from worker.usecases.callbacks.replay_callbacks import enable_url, replay_callbacks

router = APIRouter(route_class=PageRoute, include_in_schema=False)

DEAD: Final = CallbackFilter(state=DeliveryState.DEAD)
PENDING: Final = CallbackFilter(state=DeliveryState.PENDING)
SHOWN: Final = 50
SEE_OTHER: Final = 303


@router.get("/ops/callbacks")
def show(request: Request, services: Services, who: Who) -> Response:
    """Show failing URLs, the backlog, and the latest dead letters."""
    store, tenant_id = services.callback_store, who.tenant.id
    return page(
        request,
        "callbacks.html",
        urls=queries.list_callback_urls(store, tenant_id=tenant_id, part=Slice(SHOWN)).rows,
        dead=queries.list_callbacks(store, tenant_id=tenant_id, part=Slice(SHOWN), wanted=DEAD),
        backlog=queries.list_callbacks(store, tenant_id=tenant_id, part=Slice(1), wanted=PENDING).total,
        reports=_unsent(services, who) if includes(who.role, Role.ADMIN) else [],
        may_change=includes(who.role, Role.OPERATOR),
        replayed=request.query_params.get("replayed", ""),
        enabled="enabled" in request.query_params,
    )


def _unsent(services: Services, who: Who) -> list[DailyReport]:
    """Return daily reports that wait or were given up; their addresses are for those who may read subscriptions."""
    states = (DeliveryState.PENDING, DeliveryState.DEAD)
    with services.store.reading() as tx:
        return tx.report_subscriptions.latest(who.tenant.id, limit=SHOWN, states=states)


@router.get("/ops/callbacks/replay")
def confirm(request: Request, services: Services, tenant: Whose) -> Response:
    """Show how many callbacks would be sent again, and ask."""
    dead = queries.list_callbacks(services.callback_store, tenant_id=tenant.id, part=Slice(1), wanted=DEAD)
    return page(request, "callbacks_confirm.html", count=dead.total)


@router.post("/ops/callbacks/replay")
def replay(services: Services, tenant: Whose) -> Response:
    """Send all dead letters again, as the API does."""
    count = replay_callbacks(
        services.callback_store, queue=services.queue, tenant_id=tenant.id, wanted=DEAD, now=services.clock.now()
    )
    return RedirectResponse(f"/ops/callbacks?replayed={count}", status_code=SEE_OTHER)


@router.post("/ops/callbacks/url/enable")
def enable(request: Request, services: Services, tenant: Whose) -> Response:
    """Enable a disabled URL, or end the pause of one that fails."""
    enable_url(services.callback_store, tenant_id=tenant.id, url=form_in(request).one("url"))
    return RedirectResponse("/ops/callbacks?enabled", status_code=SEE_OTHER)
