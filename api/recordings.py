"""Recordings of calls."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse

from api.deps import BEARER, Services, Whose
from api.middleware import GuardedRoute
from worker.usecases.records.drop_recordings import find_recording

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["cdr"])


@router.get("/v3/recording/{recording}", response_class=FileResponse)
def read(
    recording: Annotated[str, Path(description="The last part of a CDR's `recording_url`.")],
    services: Services,
    tenant: Whose,
) -> FileResponse:
    """Return a recording of one of the tenant's calls, WAV."""
    path = find_recording(services.store, tenant=tenant, name=recording, files=services.recordings)
    return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "private, no-store"})
