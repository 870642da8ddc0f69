"""Forms with files as browsers and curl send them (RFC 7578), taken apart without reading them a second time."""

from collections.abc import Mapping
from email.message import Message
from http import HTTPStatus
from typing import Final

from fastapi import HTTPException

MOST_PARTS: Final = 10
_LINE: Final = b"\r\n"


def boundary_of(content_type: str) -> bytes | None:
    """Return what separates the parts of a form; None when it is no form."""
    header = _header(content_type)
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
        return None
    return boundary.encode("ascii", errors="replace")


def parts_of(body: bytes, *, boundary: bytes) -> Mapping[str, bytes]:
    """Return the content of each part by its name; raises an error of HTTP for what is no such form."""
    pieces = (_LINE + body).split(_LINE + b"--" + boundary, MOST_PARTS + 2)
    if len(pieces) < 3 or len(pieces) > MOST_PARTS + 2 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004 - before, one, behind
        raise HTTPException(HTTPStatus.BAD_REQUEST, "body is not a valid form")
    return dict(map(_part, pieces[1:-1]))


def _part(piece: bytes) -> tuple[str, bytes]:
    head, separator, content = piece.partition(_LINE * 2)
    lines = head.decode(errors="replace").split("\r\n")
    named = (line.partition(":")[2] for line in lines if line.lower().startswith("content-disposition:"))
    name = _header(next(named, "")).get_param("name")
    if not separator or not isinstance(name, str):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "body is not a valid form")
    return name, content


def _header(value: str) -> Message:
    header = Message()
    header["content-type"] = value.strip()
    return header
