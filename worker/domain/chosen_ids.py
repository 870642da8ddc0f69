"""Ids that a tenant chose and another tenant has already: such a row is kept under an id of ours, which nobody sees.

So an id belongs to its tenant, and the same id says nothing about other tenants. Rows whose id was free are kept under
that very id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID


class Kind(StrEnum):
    """What a client may choose the id of; the value is its table."""

    CAMPAIGN = "campaigns"
    CARRIER = "carriers"
    TEMPLATE = "templates"
    LIST = "lists"


KIND_OF: Final[Mapping[str, Kind]] = {
    "campaign_uuid": Kind.CAMPAIGN,
    "campaign_id": Kind.CAMPAIGN,  # of the older customers
    "carrier_uuid": Kind.CARRIER,
    "template_uuid": Kind.TEMPLATE,
    "template": Kind.TEMPLATE,  # of an OTP: a name or an id
    "list_uuid": Kind.LIST,
}
"""The kind of each field of requests that names such a row."""
_LOW_HALF: Final = 2**64 - 1


def beside(chosen: UUID, *, chance: UUID) -> UUID:
    """Return an id of ours that sorts where the chosen one would: its first half, and the random half of a new id."""
    return UUID(int=(chosen.int & ~_LOW_HALF) | (chance.int & _LOW_HALF))


@dataclass(frozen=True, slots=True)
class ChosenIds:
    """One tenant's ids of each kind, by the text of the id that it chose: the text of the id that its row has."""

    by_kind: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return True when the tenant has such ids."""
        return bool(self.by_kind)

    def kept(self, kind: Kind, chosen: UUID) -> UUID | None:
        """Return the id of the row that the tenant knows under the chosen one; None when it has that id itself."""
        found = self.by_kind.get(kind, {}).get(str(chosen))
        return None if found is None else UUID(found)

    def kept_text(self, name: str, text: str) -> str:
        """Return the value of a field of a request with the row's id in the place of the chosen one."""
        kind = KIND_OF.get(name)
        if kind is None:
            return text
        try:
            found = self.kept(kind, UUID(text))
        except ValueError:
            return text
        return text if found is None else str(found)

    def shown(self, text: str) -> str:
        """Return what the tenant reads: its chosen ids. No other text can look like one of our random ids."""
        for ids in self.by_kind.values():
            for chosen, kept in ids.items():
                text = text.replace(kept, chosen)
        return text

    def with_one(self, kind: Kind, *, chosen: UUID, kept: UUID) -> "ChosenIds":
        """Return the ids with one more."""
        return ChosenIds({**self.by_kind, kind.value: {**self.by_kind.get(kind, {}), str(chosen): str(kept)}})
