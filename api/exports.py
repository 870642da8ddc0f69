"""CDRs and leads as files: CSV and XLSX, streamed."""

from dataclasses import replace
from typing import Annotated, Final, Literal, TypeAlias

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api import own_ids
from api.cdrs import CdrFilters, cdr_filter
from api.deps import BEARER, Services, Whose
from api.export_order import ExportOrder
from api.export_response import Exporting, ExportResponse
from api.leads import LeadQuery, lead_filter
from api.middleware import GuardedRoute
from api.requests.body import Body
from api.sight import Seen
from worker.domain.export.table import Headings
from worker.ports.records.entities import CdrFilter, LeadFilter, Tenant
from worker.usecases.records.hide_numbers import Sight
from worker.usecases.records.limit_requests import export_place

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER])

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PACKED: Final = "application/gzip"
_SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t"}
Flag: TypeAlias = Annotated[bool, Field(strict=False)]


class ExportForm(Body):
    """How a file is written."""

    FOREIGN = "unchecked"

    format: Literal["csv", "xlsx"] = "csv"
    headings: Literal["en", "vi", "keys"] = "en"
    separator: Literal["comma", "semicolon", "tab"] = "comma"
    bom: Flag = False
    gzip: Flag = False


class CdrExport(ExportForm, CdrFilters):
    """Which CDRs, and how they are written."""


class LeadExport(ExportForm, LeadQuery):
    """Which leads, and how they are written."""


Accepted = Annotated[str, Header(alias="Accept-Encoding", include_in_schema=False)]


@router.get("/v3/cdr/export", response_class=Response, tags=["cdr"])
def export_cdrs(
    request: Request,
    services: Services,
    tenant: Whose,
    seen: Seen,
    asked: Annotated[CdrExport, Query()],
    accept_encoding: Accepted = "",
) -> Response:
    """Return all CDRs that the filters of `GET /v3/cdr` find, newest first, as a file that is written as it is sent.

    Times have their offset. What ends meanwhile may be missing.
    """
    order = _order(request, asked, cdr_filter(asked, zone=tenant.timezone), tenant=tenant, seen=seen)
    return _file(request, services, order, accepted=accept_encoding)


@router.get("/v3/lead/export", response_class=Response, tags=["leads"])
def export_leads(
    request: Request,
    services: Services,
    tenant: Whose,
    seen: Seen,
    asked: Annotated[LeadExport, Query()],
    accept_encoding: Accepted = "",
) -> Response:
    """Return all leads that the filters of `GET /v3/lead` find, by their numbers, as a file that can be imported again.

    It is written as it is sent; leads that are added meanwhile may be missing.
    """
    order = _order(request, asked, lead_filter(asked), tenant=tenant, seen=seen)
    return _file(request, services, order, accepted=accept_encoding)


def _order(
    request: Request, form: ExportForm, wanted: CdrFilter | LeadFilter | None, *, tenant: Tenant, seen: Sight
) -> ExportOrder:
    return ExportOrder(
        tenant=tenant,
        wanted=wanted,
        headings=Headings(form.headings),
        seen=seen,
        ids=own_ids.of_request(request),
        is_workbook=form.format == "xlsx",
        separator=_SEPARATORS[form.separator],
        mark=form.bom,
        is_packed=form.gzip,
    )


def _file(request: Request, services: Services, order: ExportOrder, *, accepted: str) -> Response:
    """Return the file, of which the first piece is made at once: what is wrong is still told with its status then."""
    name, media_type, headers = f"{order.title}.csv", CSV, {}
    if order.is_workbook:
        name, media_type = f"{order.title}.xlsx", XLSX
    if order.is_packed:
        name, media_type = f"{name}.gz", PACKED
    elif not order.is_workbook and "gzip" in accepted.lower():
        order, headers = replace(order, is_packed=True), {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    place = export_place(services.request_limits, tenant=order.tenant, caps=services.caps)
    exporting: Exporting = request.app.state.exporting
    try:
        parts = exporting.begin(order, services=services)
    except BaseException:
        place.release()
        raise
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return ExportResponse(parts, place=place, media_type=media_type, headers=headers)
