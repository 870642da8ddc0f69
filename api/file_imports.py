"""Files of leads, and of numbers that must not be called: upload, follow, read the report, cancel."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, StreamingResponse

from api.deps import ASKS_FOR_CALLS, BEARER, STOPS_CALLS, Part, Services, Whose, listed
from api.entity_tags import tag_of_change
from api.file_upload import FileRoute, Sent
from api.middleware import GuardedRoute
from api.requests.file_imports import ImportQuery, form_with, ignored_of, list_of, scope_of
from api.responses.file_imports import import_shape
from worker.domain.file_import import FileImport, FileKind
from worker.domain.ids import ImportId
from worker.ports.paging import Page
from worker.usecases.records import queries
from worker.usecases.records.import_report import report_lines
from worker.usecases.records.take_file import SentFile, cancel_import, take_file

_LIST: Final[dict[str, object]] = {"type": "string", "format": "uuid", "description": "The list that gets the leads."}
_SCOPE: Final[dict[str, object]] = {
    "type": "string",
    "enum": ["list", "campaign", "tenant"],
    "default": "campaign",
    "description": "Where a number may stand only once.",
}

router = APIRouter(dependencies=[BEARER], tags=["files"])
uploads = APIRouter(route_class=FileRoute)
reads = APIRouter(route_class=GuardedRoute)


@uploads.post(
    "/v3/lead/file", dependencies=[ASKS_FOR_CALLS], openapi_extra=form_with(list_uuid=_LIST, duplicate_scope=_SCOPE)
)
def upload_leads(sent: Sent, services: Services, tenant: Whose) -> JSONResponse:
    """Upload a table of leads, which is imported in the background: follow it under `/v3/import/{import_uuid}`.

    Columns are known by their names in English or Vietnamese; all others become additional data of the lead.
    """
    file = SentFile(
        tenant=tenant,
        kind=FileKind.LEADS,
        list_id=list_of(sent.fields),
        scope=scope_of(sent.fields),
        name=sent.name,
        content=sent.content,
    )
    new = take_file(services.store, file, queue=services.queue, now=services.clock.now(), new_id=services.new_id)
    return _taken(new, ignored=ignored_of(sent.fields, known=frozenset({"list_uuid", "duplicate_scope"})))


@uploads.post("/v1/blacklist/file", dependencies=[STOPS_CALLS], openapi_extra=form_with())
def upload_blacklist(sent: Sent, services: Services, tenant: Whose) -> JSONResponse:
    """Upload a table of numbers for the do-not-call list; each holds for the next dial once it was read.

    Such files are read before files of leads.
    """
    file = SentFile(tenant=tenant, kind=FileKind.DO_NOT_CALL, list_id=None, name=sent.name, content=sent.content)
    new = take_file(services.store, file, queue=services.queue, now=services.clock.now(), new_id=services.new_id)
    return _taken(new, ignored=ignored_of(sent.fields, known=frozenset()))


@reads.get("/v3/import")
def list_all(services: Services, tenant: Whose, part: Part, asked: Annotated[ImportQuery, Query()]) -> JSONResponse:
    """Return imports of files, the newest first; they are forgotten after 30 days."""
    page = queries.list_imports(services.store, tenant=tenant, part=part, kind=asked.wanted())
    return listed(Page([import_shape(row, zone=tenant.timezone) for row in page.rows], page.total), part)


@reads.get("/v3/import/{import_uuid}")
def read(import_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return how far an import is."""
    found = queries.get_import(services.store, tenant=tenant, import_id=ImportId(import_uuid))
    return JSONResponse(import_shape(found, zone=tenant.timezone), headers=tag_of_change(found.updated_at))


@reads.get("/v3/import/{import_uuid}/report", response_class=StreamingResponse)
def report(import_uuid: UUID, services: Services, tenant: Whose) -> StreamingResponse:
    """Return as CSV each row that was refused, with the reason, and each whose number had to be restored.

    `row` is its number in the file, where the header is mostly 1; numbers are masked.
    """
    found = queries.get_import(services.store, tenant=tenant, import_id=ImportId(import_uuid))
    headers = {
        **tag_of_change(found.updated_at),
        "Content-Disposition": f'attachment; filename="import-{import_uuid}.csv"',
    }
    return StreamingResponse(report_lines(services.store, import_id=found.id), media_type="text/csv", headers=headers)


@reads.delete("/v3/import/{import_uuid}")
def cancel(import_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """End an import before its next rows; what was added stays."""
    now = services.clock.now()
    found = cancel_import(services.store, tenant=tenant, import_id=ImportId(import_uuid), now=now)
    return JSONResponse(import_shape(found, zone=tenant.timezone))


def _taken(new: FileImport, *, ignored: Sequence[str]) -> JSONResponse:
    answer: dict[str, object] = {"msg": "file upload is processing", "import_uuid": str(new.id)}
    return JSONResponse({**answer, "ignored": list(ignored)} if ignored else answer)


router.include_router(uploads)
router.include_router(reads)
