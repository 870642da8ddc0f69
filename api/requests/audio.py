"""An uploaded sound as clients send it."""

import base64
import binascii
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from api.requests.body import Body
from api.requests.fields import Line, Name


def _file(value: Any) -> Any:  # Any: checked as bytes after this
    """Return the bytes of a form, or those that JSON holds in base64."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("file is not valid base64") from error


class AudioBody(Body):
    """A file of sound with its name: parts of a form, or JSON with the file in base64."""

    FOREIGN = "ignored"

    audio_name: Name
    file: Annotated[bytes, BeforeValidator(_file), WithJsonSchema({"type": "string", "format": "binary"})]


class AudioQuery(Body):
    """Filters of uploaded sounds; an empty text matches all."""

    FOREIGN = "unchecked"

    audio_name: Line = ""
    audio_uuid: Line = ""
