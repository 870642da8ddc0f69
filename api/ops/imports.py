"""Imports of files: how far they are, and the rows that were refused."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import Services, Whose
from api.ops.render import page
from api.ops.route import PageRoute
from worker.domain.ids import ImportId
from worker.ports.paging import Slice
from worker.usecases.records import queries

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SHOWN: Final = 50
MOST_REPORTED: Final = 500


@router.get("/ops/imports")
def show(request: Request, services: Services, tenant: Whose) -> Response:
    """Show the newest imports; htmx asks again while one runs."""
    found = queries.list_imports(services.store, tenant=tenant, part=Slice(SHOWN), kind=None)
    return page(request, "imports.html", imports=found.rows)


@router.get("/ops/imports/{import_uuid}")
def report(import_uuid: UUID, request: Request, services: Services, tenant: Whose) -> Response:
    """Show one import with the rows of its report."""
    found = queries.get_import(services.store, tenant=tenant, import_id=ImportId(import_uuid))
    rows = queries.import_report(services.store, import_id=found.id, after=0, limit=MOST_REPORTED)
    return page(request, "import.html", one=found, rows=rows)
