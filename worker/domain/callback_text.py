"""A callback's body as text, limited to a size that receivers accept."""

import json
from collections.abc import Mapping
from typing import Final

from worker.domain.json_value import Json

LARGEST_BODY: Final = 20_000
"""The maximum size of a body, in bytes of UTF-8."""
LEFT_OUT: Final = "additional_left_out"
"""True in a body from which some of the lead's own data was left out; the CDR read through the API has all of it."""


def body_text(body: Mapping[str, Json], *, own: Mapping[str, Json]) -> str:
    """Return the body as JSON text; where it would exceed ``LARGEST_BODY``, the lead's largest own values are left out.

    ``own`` holds the lead's own values, which the body carries under ``additional``.
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
    """Return compact JSON; a lone surrogate, which UTF-8 cannot encode, becomes a question mark."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()
