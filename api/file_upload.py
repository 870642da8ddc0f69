"""Forms with a file that is too large for memory: it is written to a temporary file while it arrives."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, BinaryIO, Final, NamedTuple

from fastapi import Depends, HTTPException, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from typing_extensions import override

from api import own_ids
from api.deps import services_of
from api.middleware import GuardedRoute, Handler, limit_of
from api.query_keys import known_to, refuse_unknown_query
from worker.domain.errors import Invalid
from worker.usecases.records.limit_requests import import_place
from worker.usecases.records.take_file import LARGEST_FILE

MOST_FIELDS: Final = 10
LARGEST_FIELD: Final = 4096
NO_FILE: Final = "http: no such file"


class Upload(NamedTuple):
    """The fields of a form, and its file."""

    fields: dict[str, str]
    name: str
    content: BinaryIO


class FileRoute(GuardedRoute):
    """A route that takes a form with a file. Meanwhile it holds one of the tenant's places for imports."""

    @override
    def get_route_handler(self) -> Handler:
        super().get_route_handler()  # which notes what the route needs
        handle = APIRoute.get_route_handler(self)
        known = known_to(self.dependant)

        async def upload(request: Request) -> Response:
            limit = limit_of(request)
            async with limit.admit():
                await run_in_threadpool(self.let_in, request)
                refuse_unknown_query(request.query_params, known=known)
            services, tenant = services_of(request), request.state.caller.tenant
            place = import_place(services.request_limits, tenant=tenant, caps=services.caps)
            async with (
                contextmanager_in_threadpool(place),
                _received(request) as request.state.upload,
                limit.admit(),
            ):
                return own_ids.shown(request, await handle(_Entered(request.scope, request.receive)))

        return upload


class _Entered(Request):
    """A request whose audit entry has the form's fields."""

    @property
    def parsed(self) -> dict[str, str]:
        """Return the fields, with the name of the file."""
        upload: Upload = self.state.upload
        return {**upload.fields, "file": upload.name}


@asynccontextmanager
async def _received(request: Request) -> AsyncIterator[Upload]:
    """Read the form; its file is there while the block runs."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Invalid("body is not a form with a file")
    parser = MultiPartParser(
        request.headers, _bounded(request), max_files=1, max_fields=MOST_FIELDS, max_part_size=LARGEST_FIELD
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:  # KeyError: a form without a boundary
        raise HTTPException(HTTPStatus.BAD_REQUEST, "body is not a valid form") from error
    except ClientDisconnect as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "body is not complete") from error
    try:
        yield _upload(request, form)
    finally:
        await form.close()


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > LARGEST_FILE:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "file is too large")
        yield part


def _upload(request: Request, form: FormData) -> Upload:
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise Invalid(NO_FILE)
    return Upload(own_ids.body_of(request, fields), file.filename or "", file.file)


async def _sent(request: Request) -> Upload:
    upload: Upload = request.state.upload
    return upload


Sent = Annotated[Upload, Depends(_sent)]
