"""Sounds that clients upload for their templates: upload, read, delete."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi import Body as FromBody
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from typing_extensions import override

from api.deps import BEARER, Part, Services, Whose, answered, listed
from api.middleware import GuardedRoute, Handler, JsonRequest
from api.multipart import boundary_of, parts_of
from api.requests.audio import AudioBody, AudioQuery
from api.requests.fields import uuid_of
from api.timestamps import rfc3339
from worker.domain.errors import InvalidFields, Problem
from worker.domain.ids import AudioId
from worker.domain.json_value import Json
from worker.domain.text import plain_name
from worker.ports.paging import Page
from worker.ports.records.audio import AudioRecord
from worker.usecases.records.keep_audio import Upload, delete_audio, get_audio, list_audio, take_audio

_FILE = "file"


class UploadRequest(JsonRequest):
    """A request whose body is a form with a file, or JSON."""

    @override
    async def json(self) -> Any:  # Any: what a form or JSON holds
        boundary: bytes | None = self.state.boundary
        if boundary is None:
            whole = await super().json()
        else:
            whole = await run_in_threadpool(_form, await self.body(), boundary=boundary)
        self.parsed = {key: value for key, value in whole.items() if key != _FILE} if isinstance(whole, dict) else None
        return whole


class UploadRoute(GuardedRoute):
    """A route that takes forms too; the audit trail gets all but the file."""

    request_class = UploadRequest

    @override
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def upload(request: Request) -> Response:
            request.state.boundary = boundary_of(request.headers.get("content-type", ""))
            return await handle(request)

        return upload


router = APIRouter(route_class=UploadRoute, dependencies=[BEARER], tags=["audio"])


@router.post("/v3/audio")
def create(
    body: Annotated[AudioBody, FromBody(media_type="multipart/form-data")], services: Services, tenant: Whose
) -> JSONResponse:
    """Upload a sound: WAV, MP3, FLAC or Ogg Vorbis, at most 300 s; JSON with the file in base64 is taken too.

    It becomes 16-bit 8 kHz mono at the loudness of all other sounds; what is silent on a telephone is refused.
    """
    audio = take_audio(
        services.store,
        Upload(id=AudioId(services.new_id()), tenant=tenant, name=body.audio_name, file=body.file),
        reader=services.audio_reader,
        sounds=services.sounds,
        caps=services.caps,
        now=services.clock.now(),
    )
    return answered({"created": True, "id": str(audio.id), "milliseconds": audio.milliseconds}, to=body)


@router.get("/v3/audio")
def list_all(services: Services, tenant: Whose, part: Part, asked: Annotated[AudioQuery, Query()]) -> JSONResponse:
    """Return uploaded sounds, newest first."""
    audio_id = uuid_of(asked.audio_uuid)
    if asked.audio_uuid and audio_id is None:
        raise InvalidFields((Problem("audio_uuid", "Does not match format 'uuid'"),))
    page = list_audio(
        services.store,
        tenant=tenant,
        part=part,
        name=plain_name(asked.audio_name) or None,
        audio_id=None if audio_id is None else AudioId(audio_id),
    )
    return listed(Page([_shape(row, zone=tenant.timezone) for row in page.rows], page.total), part)


@router.get("/v3/audio/{audio_uuid}")
def read(audio_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return an uploaded sound, and in `used_by` the templates that play it."""
    audio, using = get_audio(services.store, tenant=tenant, audio_id=AudioId(audio_uuid))
    used_by: list[Json] = [{"template_uuid": str(one.id), "template_name": one.name} for one in using]
    return JSONResponse({**_shape(audio, zone=tenant.timezone), "used_by": used_by})


@router.delete("/v3/audio/{audio_uuid}")
def delete(audio_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Delete an uploaded sound; one that a template plays is refused with the templates' names."""
    delete_audio(services.store, tenant=tenant, audio_id=AudioId(audio_uuid), sounds=services.sounds)
    return JSONResponse({"message": "delete audio success"})


def _form(body: bytes, *, boundary: bytes) -> Mapping[str, object]:
    """Return the parts of a form: the file as it is, all others as text."""
    parts = parts_of(body, boundary=boundary)
    try:
        return {name: content if name == _FILE else content.decode() for name, content in parts.items()}
    except UnicodeDecodeError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "body is not UTF-8") from error


def _shape(audio: AudioRecord, *, zone: str) -> dict[str, Json]:
    return {
        "domain_uuid": str(audio.tenant_id),
        "audio_uuid": str(audio.id),
        "audio_name": audio.name,
        "user_uuid": "",
        "milliseconds": audio.milliseconds,
        "created_at": rfc3339(audio.created_at, zone=zone),
    }
