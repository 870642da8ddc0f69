"""Style sheet, scripts and icon of the page: ours, and those of their npm packages as they are."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

from api.ops.headers import HEADERS

FILES: Final = Path(__file__).with_name("static")
FOREVER: Final = "public, max-age=31536000, immutable"
"""An address names a file's content, so that a new release has another one."""


class Files(StaticFiles):
    """The files, with the page's policy."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update({**HEADERS, "Cache-Control": FOREVER if scope["query_string"] else "no-cache"})
        return response


@cache
def address_of(name: str) -> str:
    """Return where a file is served, with the beginning of its hash."""
    digest = hashlib.sha256((FILES / name).read_bytes()).hexdigest()
    return f"/ops/files/{name}?{digest[:12]}"
