"""How an operation is described beyond its form."""

from typing import NamedTuple

from pydantic import BaseModel


class Operation(NamedTuple):
    """How an operation is called in generated clients and in `/docs`, and what it answers."""

    name: str
    title: str
    answer: type[BaseModel] | tuple[type[BaseModel], ...] | None
    """Several: the query decides; None: no JSON."""
    taken: str = ""
    """When the request contradicts what is stored (409)."""
    unknown: str = ""
    """What the body or the query may name that does not exist (404)."""
    status: int = 200
