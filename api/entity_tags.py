"""Which state of an object a client has read: tags of answers, and what requests say of them."""

import hashlib
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Header, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from pendulum import DateTime

from worker.domain.stale_copy import BEHIND_REVISION, ReadCopy, revision_of, tags_in

IfMatch = Annotated[
    str, Header(alias="If-Match", max_length=1000, description="The `ETag` that was read: 412 when it is another now.")
]
TAG: Final = "ETag"
HASH_LENGTH: Final = 32
"""Hexadecimal digits, 128 bits."""
OF_READS: Final[dict[str, Any]] = {  # Any: what FastAPI merges into the document
    "parameters": [
        {
            "name": "If-None-Match",
            "in": "header",
            "required": False,
            "description": "The `ETag` of the copy that the client has: 304 while the answer is the same.",
            "schema": {"type": "string"},
        }
    ]
}
"""What the document says of each read of one object."""
NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {  # Any: see above
    int(HTTPStatus.NOT_MODIFIED): {"description": "The client has this answer already (`If-None-Match`)."}
}


def tag_of(revision: int) -> dict[str, str]:
    """Return the tag of an object that has this revision."""
    return {TAG: f'"{revision}"'}


def tag_of_change(changed_at: DateTime) -> dict[str, str]:
    """Return the tag of an object that was changed last at this time."""
    return tag_of(revision_of(changed_at))


def read_copy(if_match: str, *, revision: int | None = None) -> ReadCopy:
    """Return what the header, and the revision in the body, say of the copy that was read."""
    return ReadCopy(if_match=if_match, revision=revision)


def add_tag_of_content(response: Response) -> None:
    """Extend the tag of a read, the revision if there is one, by a hash of the text.

    An answer holds more than a client changes, such as counters and names of others. Streams and files keep their tags.
    """
    if isinstance(response, StreamingResponse | FileResponse):
        return
    revision = response.headers.get(TAG, "").strip('"')
    content = hashlib.sha256(response.body).hexdigest()[:HASH_LENGTH]
    response.headers[TAG] = f'"{revision}{BEHIND_REVISION if revision else ""}{content}"'


def unless_known(request: Request, response: Response) -> Response:
    """Return the answer, or 304 without a body when the client says that it has it."""
    known = ",".join(request.headers.getlist("If-None-Match"))
    if response.status_code != HTTPStatus.OK or not known or isinstance(response, FileResponse):
        return response
    tag = response.headers[TAG]
    if known.strip() != "*" and tag.strip('"') not in tags_in(known):
        return response
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={TAG: tag})
