"""CDRs and leads as files: CSV and XLSX, streamed."""

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Final, Literal, TypeAlias

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api import own_ids
from api.cdrs import CdrFilters, cdr_filter
from api.deps import BEARER, Services, Whose
from api.export_lane import ExportLane
from api.export_response import Exported, ExportResponse, packed
from api.leads import LeadQuery, lead_filter
from api.middleware import GuardedRoute
from api.requests.body import Body
from api.sight import Seen
from worker.domain.export.table import Headings, Table
from worker.usecases.records.csv_text import csv_parts
from worker.usecases.records.export_cdrs import cdr_table
from worker.usecases.records.export_leads import lead_table
from worker.usecases.records.limit_requests import ExportPlace, export_place

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
    wanted = cdr_filter(asked, zone=tenant.timezone)
    table = cdr_table(services.store, tenant=tenant, wanted=wanted, headings=Headings(asked.headings), seen=seen)
    place = export_place(services.request_limits, tenant=tenant, caps=services.caps, now=services.clock.now)
    return _file(request, services, table, place, form=asked, accepted=accept_encoding)


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
    table = lead_table(
        services.store, tenant=tenant, wanted=lead_filter(asked), headings=Headings(asked.headings), seen=seen
    )
    place = export_place(services.request_limits, tenant=tenant, caps=services.caps, now=services.clock.now)
    return _file(request, services, table, place, form=asked, accepted=accept_encoding)


def _file(
    request: Request, services: Services, table: Table, place: ExportPlace, *, form: ExportForm, accepted: str
) -> Response:
    """Return the file, of which the first piece is made at once: what is wrong is still told with its status then."""
    is_workbook = form.format == "xlsx"
    table = _with_chosen_ids(request, table)
    parts = services.workbooks.parts(table) if is_workbook else _csv(table, form)
    name, media_type, headers = f"{table.title}.{form.format}", XLSX if is_workbook else CSV, {}
    if form.gzip:
        parts, name, media_type = packed(parts), f"{name}.gz", PACKED
    elif not is_workbook and "gzip" in accepted.lower():
        parts, headers = packed(parts), {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    held = place.hold(parts)
    try:
        first = [part for part in (next(held, b""), next(held, b"")) if part]  # the headings, and the first rows
    except BaseException:
        place.release()
        raise
    exported = Exported(parts=chain(first, held), finish=place.release)
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    lane: ExportLane = request.app.state.export_lane
    return ExportResponse(exported, lane=lane, media_type=media_type, headers=headers)


def _csv(table: Table, form: ExportForm) -> Iterator[bytes]:
    for part in csv_parts(table, separator=_SEPARATORS[form.separator], mark=form.bom):
        yield part.encode()


def _with_chosen_ids(request: Request, table: Table) -> Table:
    """Return the table with the ids that the tenant chose itself."""
    ids = own_ids.of_request(request)
    if ids is None:
        return table
    batches = (
        [[ids.shown(cell) if isinstance(cell, str) else cell for cell in row] for row in batch]
        for batch in table.batches
    )
    return Table(table.title, table.headings, batches)
