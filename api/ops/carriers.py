"""Carriers: channels in use, and how their trunks are."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import Services, Whose
from api.ops.render import page
from api.ops.route import PageRoute
from worker.domain.network import Network
from worker.domain.trunk import state_of
from worker.ports.paging import Slice
from worker.usecases.records import queries

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SHOWN: Final = 200


@router.get("/ops/carriers")
def show(request: Request, services: Services, tenant: Whose) -> Response:
    """Show each carrier with its channels by network, its trunk and the trunk's last cause."""
    now = services.clock.now()
    found = queries.list_carriers(services.store, tenant=tenant, part=Slice(SHOWN)).rows
    carriers = [(one, sum(one.live.values()), state_of(one.trunk, now=now).value) for one in found]
    return page(request, "carriers.html", carriers=carriers, networks=tuple(Network))
