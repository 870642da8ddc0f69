"""A callback's body as text, which never grows past what receivers take."""

import json
from collections.abc import Mapping
from typing import Final

from worker.domain.json_value import Json

LARGEST_BODY: Final = 20_000
"""Bytes of UTF-8."""
LEFT_OUT: Final = "additional_left_out"
"""True in a body from which some of the lead's own data was left out; the CDR that is read over HTTP has all of it."""


def body_text(body: Mapping[str, Json], *, own: Mapping[str, Json]) -> str:
    """Write the body as it goes out, without the largest of the lead's own values where it would be too large.

    They are the body's ``additional``.
    """
    text = _text(body)
    excess = len(text.encode()) - LARGEST_BODY
    if excess <= 0:
        return text
    kept = dict(own)
    shortened: dict[str, Json] = {**body, LEFT_OUT: True}
    excess += len(_text({LEFT_OUT: True}).encode())
    for key in sorted(kept, key=lambda key: len(_text({key: kept[key]}).encode()), reverse=True):
        if excess <= 0:
            break
        excess -= len(_text({key: kept.pop(key)}).encode()) - len("{}")
    return _text(shortened | {"additional": kept})


def _text(body: Mapping[str, Json]) -> str:
    """Write plain UTF-8; half a character, which cannot be sent, becomes a question mark."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()
