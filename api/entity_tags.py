"""Which state of an object a client has read: tags of answers, and what requests say of them."""

import hashlib
from typing import Annotated, Final

from fastapi import Header, Response
from pendulum import DateTime

from worker.domain.stale_copy import ReadCopy, revision_of

IfMatch = Annotated[
    str, Header(alias="If-Match", max_length=1000, description="The `ETag` that was read: 412 when it is another now.")
]
TAG: Final = "ETag"


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
    """Add a tag of the answer's text, unless it has a tag: for objects that no request changes."""
    if TAG not in response.headers:
        response.headers[TAG] = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
