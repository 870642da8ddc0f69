"""Answers of the do-not-call list and of the number plan."""

from datetime import date
from typing import Literal
from uuid import UUID

from api.responses.models.base import Answer, Taken
from worker.domain.network import Network
from worker.domain.number_plan import Source


class BlockedNumber(Answer):
    """A number that must not be dialled."""

    id: UUID
    phone_number: str
    description: str


class PrefixKey(Answer):
    """A rule that was removed."""

    prefix: str
    effective_from: date | None


class PrefixSaved(PrefixKey):
    """A rule that was added or replaced."""

    network: Network | None


class PrefixRule(PrefixSaved):
    """Which network a prefix belongs to, from a day on."""

    source: Source
    state: Literal["effective", "future", "replaced"]


class PrefixesSaved(Taken):
    """Rules that were added or replaced."""

    prefixes: list[PrefixSaved]


class PrefixesRemoved(Taken):
    """Rules that were removed."""

    prefixes: list[PrefixKey]


class PortedNumber(Answer):
    """A number that was ported to another network."""

    phone_number: str
    network: Network


class NumberNetwork(Answer):
    """The network of a number today, and the rule that says so."""

    phone_number: str
    network: Network | None
    why: Literal["ported", "prefix"]
    prefix: str | None
    effective_from: date | None
