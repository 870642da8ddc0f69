"""What the audit trail may show of a request or a row: numbers masked, secrets and personal data not at all."""

import re
from collections.abc import Mapping
from typing import Final

from worker.domain.json_value import Json

HIDDEN: Final = "***"
MOST_ROWS: Final = 20
"""A longer list is shown as its length: imports are data, which their rows hold."""
MOST_KEYS: Final = 200
LONGEST_TEXT: Final = 1000

_SECRET: Final = re.compile(r"(secret|password|api_?key|token|code_otp)(?!.*_u?u?id$)", re.IGNORECASE)
_PHONE_KEY: Final = re.compile(r"phone|caller_id|^ported$|^blacklist$", re.IGNORECASE)
_PHONE: Final = re.compile(r"(?<![\w-])\+?\d[\d .()-]{6,18}\d(?![\w-])")
_NO_NUMBER: Final = re.compile(r"\d{4}-\d{2}-\d{2}|[1-9]\d{0,2}(\.\d{1,3}){3}$")
"""Dates and addresses."""
_URL: Final = re.compile(r"([a-z][a-z0-9+.-]*://)([^/\s@]*@)?([^\s?#]*)([?#]\S*)?", re.IGNORECASE)
_PERSONAL: Final = frozenset({"additional", "param", "params", "profile", "values"})
_SHOWN_OF_A_LEAD: Final = re.compile(r"_uuid$|^(id|list_id|stage|status|after_day|duplicate_scope|ref_id)$")


def masked(value: Json, *, is_personal: bool = False, key: str = "") -> Json:
    """Return a value as the audit trail shows it; ``is_personal`` is for leads, of which only ids and states stay."""
    match value:
        case Mapping() if len(value) > MOST_KEYS:
            return f"{len(value)} keys"
        case Mapping():
            hides = is_personal or key in _PERSONAL
            return {name: masked(inner, is_personal=hides, key=name) for name, inner in value.items()}
        case list() if len(value) > MOST_ROWS:
            return f"{len(value)} entries"
        case list():
            return [masked(inner, is_personal=is_personal, key=key) for inner in value]
        case None | "" | bool():
            return value
        case _:
            return _masked_leaf(value, is_personal=is_personal, key=key)


def _masked_leaf(value: str | float, *, is_personal: bool, key: str) -> Json:
    if _SECRET.search(key):
        return HIDDEN
    if _PHONE_KEY.search(key):
        return masked_number(str(value))
    if is_personal and not _SHOWN_OF_A_LEAD.search(key):
        return HIDDEN
    return _masked_text(value) if isinstance(value, str) else value


def masked_number(text: str) -> str:
    """Return a number, or several, with the first three and the last two digits."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < 7:  # noqa: PLR2004 - too short to be a person's number, and nothing of it could stay
        return HIDDEN
    return f"{digits[:3]}{'*' * (len(digits) - 5)}{digits[-2:]}"


def _masked_text(text: str) -> str:
    without_urls = _URL.sub(_masked_url, text[:LONGEST_TEXT])
    return _PHONE.sub(lambda found: found[0] if _NO_NUMBER.match(found[0]) else masked_number(found[0]), without_urls)


def _masked_url(found: re.Match[str]) -> str:
    """Return a URL without its login and its query, which often hold a key."""
    scheme, login, rest, query = found.groups()
    return f"{scheme}{HIDDEN + '@' if login else ''}{rest}{query[0] + HIDDEN if query else ''}"
