"""Query parameters that an endpoint does not know: a filter must not be ignored in silence."""

from collections.abc import Collection, Iterator
from typing import Final

from fastapi.dependencies.models import Dependant
from pydantic import BaseModel
from starlette.datastructures import QueryParams

from api.requests.strict_keys import meant
from worker.domain.errors import InvalidFields, Problem

OF_OTHERS: Final = "_"
"""How parameters begin that are not for us: proxies and browsers add them against caches."""


def known_to(dependant: Dependant) -> frozenset[str]:
    """Return the query parameters that an endpoint and what it depends on read."""
    return frozenset(_names(dependant))


def refuse_unknown_query(given: QueryParams, *, known: Collection[str]) -> None:
    """Raise ``InvalidFields`` for parameters that are not known; each names what was probably meant."""
    wrong = [key for key in given if key not in known and not key.startswith(OF_OTHERS)]
    if wrong:
        raise InvalidFields(tuple(Problem(key[:80], _why(key, known=known)) for key in wrong[:10]))


def _why(key: str, *, known: Collection[str]) -> str:
    near = meant(key, known)
    return f"is unknown: {near} was probably meant" if near else "is unknown"


def _names(dependant: Dependant) -> Iterator[str]:
    for param in dependant.query_params:
        kind = param.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from kind.model_fields
        else:
            yield param.alias
    for inner in dependant.dependencies:
        yield from _names(inner)
