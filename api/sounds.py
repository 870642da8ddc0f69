"""Sounds as switches fetch them: a client that knows a name may hear its sound, and names cannot be guessed."""

from typing import Annotated, Final

from fastapi import APIRouter, Path
from fastapi.responses import Response

from api.deps import Services

WAV: Final = "audio/wav"
_JOINED: Final = "j"
"""Sounds of this kind are made for one call, and may hold its one-time code."""
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NOT_KEPT: Final = "private, no-store, max-age=0"

router = APIRouter(tags=["switch"])

SoundName = Annotated[str, Path(pattern=r"^[a-z][0-9a-f-]{1,63}$", description="The name of a sound.")]


@router.api_route("/sounds/{name}.wav", methods=["GET", "HEAD"], include_in_schema=False)
def read(name: SoundName, services: Services) -> Response:
    """Return a sound, 16-bit 8 kHz mono WAV; no token is needed, and there is no list of names.

    What has a name never changes, so that a switch may keep it; what was made for one call is not to be kept.
    """
    if name.startswith(_JOINED):
        return _answer(services.sounds.read(name), keep=_NOT_KEPT)
    return _answer(services.sounds.read(name), keep=_FOR_EVER)


def _answer(sound: bytes, *, keep: str) -> Response:
    headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff"}
    return Response(sound, media_type=WAV, headers=headers)
